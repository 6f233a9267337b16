/** `steps` with `half: true`: every model after E and after M. */
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, decompose, GaussianMixture, InvalidOptionError } from '../src/index.js';
import { bitsOfClasses, matrix } from './bernoulli/helpers.js';
import { KINDS } from './helpers/clusterings.js';
import { clusters, matrixOf } from './helpers/data.js';
import { BACKENDS, bits } from './helpers/numbers.js';

// biome-ignore lint/suspicious/noExplicitAny: classes and steps that differ in their parameters only
type Anything = any;

const N = 200;
const sampleWeights = Float64Array.from({ length: N }, (_, i) => 0.5 * (i % 4));
const mixtures = [
  { name: 'GaussianMixture', Model: GaussianMixture as never, X: matrixOf(clusters(N, 3, 2), 3), own: { regCovar: 0 } },
  { name: 'BernoulliMixture', Model: BernoulliMixture as never, X: matrix(bitsOfClasses(N, 6, 2), 6), own: {} },
];

/** All that a generator yields, and what it returns. */
function drain<S, R>(steps: Generator<S, R>): { steps: S[]; model: R } {
  const seen: S[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done) return { steps: seen, model: value };
    seen.push(value);
  }
}

describe.each(mixtures.flatMap((row) => BACKENDS.map((backend) => ({ ...row, backend }))))(
  '$name on $backend',
  ({ Model: given, X, own, backend }: Anything) => {
    const Model = given;
    const options = { nComponents: 2, tol: 0, maxIter: 6, backend, sampleWeights, ...own };
    const { steps, model } = drain<Anything, Anything>(Model.steps(X, { ...options, half: true }));

    it('alternates: E first, then M and E of every iteration, the whole ones among them', () => {
      expect(steps.map(({ half, iteration }) => `${half}${iteration}`).join(' ')).toBe(
        'E0 M1 E1 M2 E2 M3 E3 M4 E4 M5 E5 M6 E6',
      );
      expect(steps.map(({ stopReason }) => stopReason)).toEqual([...new Array(12).fill(undefined), 'maxIter']);
      const whole = drain<Anything, Anything>(Model.steps(X, options));
      const afterE = steps.filter(({ half }) => half === 'E');
      expect(bits(afterE.map(({ logLikelihood }) => logLikelihood))).toEqual(
        bits(whole.steps.map(({ logLikelihood }) => logLikelihood)),
      );
      expect(JSON.stringify(model)).toBe(JSON.stringify(whole.model));
      expect(whole.steps[0].half).toBeUndefined();
    });

    it('never lowers the ELBO, and each half-step is a decompose of its own q and parameters', () => {
      const joint = (step: Anything) => Model.fromParameters({ ...parametersOf(step), backend });
      steps.forEach((step, i) => {
        const { elbo, kl, logLikelihood } = decompose(joint(step), X, step.responsibilities, {
          sampleWeights,
          backend,
        });
        const scale = 1e-10 * Math.abs(logLikelihood);
        expect(Math.abs(step.elbo - elbo)).toBeLessThanOrEqual(scale);
        expect(Math.abs(step.kl - kl)).toBeLessThanOrEqual(scale);
        expect(Math.abs(step.elbo + step.kl - step.logLikelihood)).toBeLessThanOrEqual(scale);
        if (step.half === 'E') expect(step.kl).toBe(0);
        if (i > 0) expect(step.elbo).toBeGreaterThanOrEqual(steps[i - 1].elbo - scale);
        if (step.half === 'M') expect(bits(step.responsibilities)).toEqual(bits(steps[i - 1].responsibilities));
      });
    });

    it('hands out tables that may be written to', () => {
      const careless = Model.steps(X, { ...options, half: true });
      const seen = Array.from(careless as Iterable<Anything>, (step) => {
        const copy = Float64Array.from(step.responsibilities);
        step.responsibilities.fill(7);
        return copy;
      });
      seen.forEach((q, i) => expect(bits(q)).toEqual(bits(steps[i].responsibilities)));
    });

    it('refuses anything but true and false, and fit knows no half', () => {
      expect(() => Model.steps(X, { ...options, half: 1 })).toThrow(InvalidOptionError);
      expect(() => Model.fit(X, { ...options, half: true })).toThrow(InvalidOptionError);
    });
  },
);

function parametersOf(step: Anything): object {
  return 'probs' in step
    ? { weights: step.weights, probs: rows(step.probs, 6), complements: rows(step.complements, 6) }
    : { weights: step.weights, means: rows(step.means, 3), covariances: step.covariances };
}

function rows(flat: Float64Array, d: number): number[][] {
  return Array.from({ length: flat.length / d }, (_, k) => Array.from(flat.subarray(k * d, (k + 1) * d)));
}

describe.each(KINDS.flatMap((kind) => BACKENDS.map((backend) => ({ ...kind, backend }))))(
  '$name on $backend',
  ({ Model, backend }) => {
    const x = clusters(N, 2, 4, 8, 2);
    const X = matrixOf(x, 2);
    const options = { nClusters: 4, init: 'random', backend, sampleWeights } as const;
    const { steps, model } = drain(Model.steps(X, { ...options, half: true }));
    const cost = (centers: Float64Array, labels: Int32Array) => {
      let total = 0;
      labels.forEach((k, i) => {
        const u = [0, 1].map((j) => x[2 * i + j]! - centers[2 * k + j]!);
        const terms = u.map((v) => (Model === KINDS[0].Model ? v * v : Math.abs(v)));
        total += sampleWeights[i]! * (terms[0]! + terms[1]!);
      });
      return total;
    };

    it('alternates, and the cost of its own labels and centers never rises', () => {
      expect(steps.length).toBe(2 * model.nIter + 1);
      steps.forEach((step, i) => {
        expect([step.half, step.iteration]).toEqual([i % 2 === 0 ? 'E' : 'M', Math.ceil(i / 2)]);
        expect(Math.abs(step.totalCost - cost(step.centers, step.labels))).toBeLessThanOrEqual(1e-12 * step.totalCost);
        if (i === 0) return;
        const before = steps[i - 1]!;
        expect(step.totalCost).toBeLessThanOrEqual(before.totalCost * (1 + 1e-13));
        if (step.half === 'M') expect(step.labels).toEqual(before.labels);
        else expect(step.centers).toEqual(before.centers);
      });
      expect(steps.at(-1)!.stopReason).toBe('stable');
    });

    it('has the whole steps among them', () => {
      const whole = drain(Model.steps(X, options));
      expect(steps.filter(({ half }) => half === 'E').map(({ half: _, ...step }) => step)).toEqual(whole.steps);
      expect(JSON.stringify(whole.model)).toBe(JSON.stringify(model));
    });
  },
);
