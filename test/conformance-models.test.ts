/**
 * One contract for every public class on every backend, and a further one for all mixtures. A new class is one more row of
 * a table. The families they are made of: conformance.test.ts.
 */

import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
} from '../src/index.js';
import { bitsOfClasses, matrix } from './bernoulli/helpers.js';
import { KINDS, permutation } from './helpers/clusterings.js';
import { clusters, matrixOf, rowsOf } from './helpers/data.js';
import { BACKENDS, bits, relativeEach, relativeToMax, sum, TYPES, thrownBy } from './helpers/numbers.js';

const [N, D, K] = [300, 3, 2];

/** A fitted class, as users meet it. */
interface ModelRow {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the classes differ in their parameters only
  Model: any;
  // biome-ignore lint/suspicious/noExplicitAny: and in their data
  X: any;
  options: object;
  /** what `fromParameters` takes of a model */
  parameters: readonly string[];
}

const models: ModelRow[] = [
  ...TYPES.map((covarianceType) => ({
    name: `GaussianMixture, ${covarianceType}`,
    Model: GaussianMixture,
    X: matrixOf(clusters(N, D, K), D),
    options: { covarianceType },
    parameters: ['weights', 'means', 'covariances', 'covarianceType'],
  })),
  ...(['learned', 'uniform'] as const).map((weights) => ({
    name: `BernoulliMixture, ${weights} weights`,
    Model: BernoulliMixture,
    X: matrix(bitsOfClasses(N, 7, K), 7),
    options: { weights },
    parameters: ['weights', 'probs', 'complements'],
  })),
];

const clusterings: ModelRow[] = KINDS.map(({ name, Model }) => ({
  name,
  Model,
  X: matrixOf(clusters(N, D, K), D),
  options: { nClusters: K },
  parameters: ['centers'],
}));

const everyClass = [
  ...models.map((row) => ({
    ...row,
    options: { nComponents: K, ...row.options },
    traceOf: ({ trace }: Fitted) => trace.logLikelihood as Float64Array,
  })),
  ...clusterings.map((row) => ({ ...row, traceOf: ({ trace }: Fitted) => trace.cost as Float64Array })),
];

/** A fitted model of any class. */
// biome-ignore lint/suspicious/noExplicitAny: the classes differ in their parameters
type Fitted = any;

describe.each(everyClass.flatMap((row) => BACKENDS.map((backend) => ({ ...row, backend }))))(
  'every class: $name on $backend',
  ({ Model, X, options: own, parameters, traceOf, backend }) => {
    // integers, some of them 0: rows can be repeated instead
    const sampleWeights = Float64Array.from({ length: N }, (_, i) => (i * 7) % 4);
    const base = { backend, seed: 3, maxIter: 12, tol: 0, ...own };
    const options = { ...base, sampleWeights };
    const model: Fitted = Model.fit(X, options);
    const everything = (of: Fitted) => [JSON.stringify(of), bits(traceOf(of)), Array.from(of.labels)];
    /** rows of X, and what stands beside them */
    const pick = (order: readonly number[]) => ({
      ...X,
      rows: order.length,
      data: (X.data.constructor as typeof Float64Array).from(
        { length: order.length * X.columns } as ArrayLike<number>,
        (_, at) => X.data[order[Math.floor(at / X.columns)]! * X.columns + (at % X.columns)],
      ),
    });
    const labels = (order: readonly number[]) => ({ labels: order.map((i) => model.labels[i]) });
    const all = Array.from({ length: N }, (_, i) => i);
    /** both from the labels that the model ended with, so that no start depends on the rows */
    const close = (a: Fitted, b: Fitted) => {
      for (const name of parameters) {
        if (typeof a[name] !== 'string') expect(relativeToMax(a[name], b[name])).toBeLessThanOrEqual(1e-10);
      }
      expect(relativeEach(traceOf(a).at(-1)!, traceOf(b).at(-1)!)).toBeLessThanOrEqual(1e-11);
    };

    it('gives the same bits at once, by steps and in a worker', async () => {
      const steps = Model.steps(X, options);
      let step = steps.next();
      while (!step.done) step = steps.next();
      expect(everything(step.value)).toEqual(everything(model));
      expect(everything(await Model.fitAsync(X, options))).toEqual(everything(model));
    });

    it('labels its training rows as it predicts them, counts them, and keeps them from JSON', () => {
      expect(Array.from(model.predict(X))).toEqual(Array.from(model.labels));
      expect(model.labels.length).toBe(N);
      const saved = Model.fromJSON(JSON.stringify(model));
      expect(JSON.stringify(saved)).toBe(JSON.stringify(model));
      expect(bits(traceOf(saved))).toEqual(bits(traceOf(model)));
      expect(Array.from(saved.predict(X))).toEqual(Array.from(model.labels));
      expect(() => saved.labels).toThrow(/labels belong to the training data/);
      const built = Model.fromParameters({
        ...Object.fromEntries(parameters.map((name) => [name, reshaped(model[name], name, model)])),
        backend,
      });
      expect(Array.from(built.predict(X))).toEqual(Array.from(model.labels));
      expect(built.fitted).toBe(false);
    });

    it('takes integer weights as repeated rows, 0 as none', () => {
      const repeated = all.flatMap((i) => new Array<number>(sampleWeights[i]!).fill(i));
      const weighted = Model.fit(X, { ...options, init: labels(all) });
      close(weighted, Model.fit(pick(repeated), { ...base, init: labels(repeated) }));
    });

    it('does not depend on the order of the rows', () => {
      const order = permutation(N, 5);
      const init = { ...options, init: labels(all) };
      const shuffled = Model.fit(pick(order), {
        ...init,
        sampleWeights: order.map((i) => sampleWeights[i]!),
        init: labels(order),
      });
      const straight = Model.fit(X, init);
      close(straight, shuffled);
      expect(Array.from(shuffled.labels)).toEqual(order.map((i) => straight.labels[i]));
    });

    it('never gets worse, and is told when it is misused', () => {
      const trace = traceOf(model);
      const better = trace.at(-1)! >= trace[0]! ? 1 : -1;
      for (let t = 1; t < trace.length; t++) {
        expect(better * (trace[t]! - trace[t - 1]!)).toBeGreaterThanOrEqual(-1e-12 * Math.abs(trace[t]!));
      }
      for (const wrong of [{ tol: -1 }, { maxIter: 0.5 }, { backend: 'gpu' }, { sede: 1 }, { nInit: 0 }]) {
        const error = thrownBy<InvalidOptionError>(() => Model.fit(X, { ...options, ...wrong }));
        expect(error).toBeInstanceOf(InvalidOptionError);
        expect(error.option).toBe(Object.keys(wrong)[0]);
      }
      expect(() => Model.fit([], options)).toThrow(InvalidDataError);
      expect(() => model.predict([[0]])).toThrow(InvalidDataError);
      expect(() => Model.fromJSON('{"format":"mixwasm/other"}')).toThrow(InvalidParametersError);
    });
  },
);

/** Centers have to be rows, for their number is told by nothing else. */
function reshaped(values: Float64Array, name: string, { nFeatures }: Fitted): unknown {
  return name === 'centers' ? rowsOf(values, nFeatures) : values;
}

describe.each(models.flatMap((row) => BACKENDS.map((backend) => ({ ...row, backend }))))(
  '$name on $backend',
  ({ Model, X, options: own, parameters, backend }) => {
    const sampleWeights = Float64Array.from({ length: N }, (_, i) => 0.5 * (i % 4));
    const options = { nComponents: K, backend, seed: 3, maxIter: 12, tol: 0, sampleWeights, ...own };
    const model = Model.fit(X, options);
    const everything = (of: typeof model) => [JSON.stringify(of), bits(of.trace.logLikelihood), Array.from(of.labels)];

    it('is fitted alike at once, by steps and in a worker', async () => {
      expect(everything(Model.fit(X, options))).toEqual(everything(model));
      const steps = Model.steps(X, options);
      const seen: number[] = [];
      for (;;) {
        const { done, value } = steps.next();
        if (done) {
          expect(everything(value)).toEqual(everything(model));
          break;
        }
        expect(value.iteration).toBe(seen.push(value.logLikelihood) - 1);
        expect(value.stopReason).toBe(value.iteration === 12 ? 'maxIter' : undefined);
      }
      expect(bits(seen)).toEqual(bits(model.trace.logLikelihood));
      expect(everything(await Model.fitAsync(X, options))).toEqual(everything(model));
      const reason = new Error('enough');
      await expect(Model.fitAsync(X, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    it('reports its fit', () => {
      const { logLikelihood } = model.trace;
      expect(logLikelihood.length).toBe(13);
      for (let t = 1; t < 13; t++) {
        expect(logLikelihood[t] - logLikelihood[t - 1]).toBeGreaterThanOrEqual(-1e-12 * Math.abs(logLikelihood[t]));
      }
      expect([model.logLikelihood, model.nIter, model.stopReason]).toEqual([logLikelihood[12], 12, 'maxIter']);
      expect([model.converged, model.fitted, model.restarts.length]).toEqual([false, true, 1]);
      expect(relativeEach(sum(model.componentCounts), sum(sampleWeights))).toBeLessThanOrEqual(1e-13);
      expect(Math.abs(sum(model.weights) - 1)).toBeLessThanOrEqual(1e-15 * K);
      expect(model.summary()).toContain(String(model.nParameters));
    });

    it('says the same of rows by every verb', () => {
      const [proba, joint, scores] = [model.predictProba(X), model.weightedLogProb(X), model.scoreSamples(X)];
      expect(Array.from(model.predict(X))).toEqual(Array.from(model.labels));
      let total = 0;
      for (let i = 0; i < N; i++) {
        const row = Array.from(proba.subarray(i * K, (i + 1) * K) as Float64Array);
        expect(Math.abs(sum(row) - 1)).toBeLessThanOrEqual(K * 2 ** -52);
        expect(row.indexOf(Math.max(...row))).toBe(model.labels[i]);
        const norm = Math.log(sum((joint.subarray(i * K, (i + 1) * K) as Float64Array).map(Math.exp)));
        expect(Math.abs(scores[i] - norm)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(norm)));
        total += sampleWeights[i]! * scores[i];
      }
      const weight = sum(sampleWeights);
      const p = model.nParameters;
      expect(relativeEach(total, model.logLikelihood)).toBeLessThanOrEqual(1e-12);
      expect(relativeEach(model.score(X, { sampleWeights }) * weight, total)).toBeLessThanOrEqual(1e-12);
      expect(relativeEach(model.aic(X, { sampleWeights }), 2 * p - 2 * total)).toBeLessThanOrEqual(1e-12);
      expect(relativeEach(model.bic(X, { sampleWeights }), p * Math.log(weight) - 2 * total)).toBeLessThanOrEqual(
        1e-12,
      );
      expect(model.icl(X, { sampleWeights })).toBeGreaterThanOrEqual(model.bic(X, { sampleWeights }));
    });

    it('survives JSON and its own parameters', () => {
      const saved = Model.fromJSON(JSON.stringify(model));
      expect(JSON.stringify(saved)).toBe(JSON.stringify(model));
      expect(bits(saved.scoreSamples(X))).toEqual(bits(model.scoreSamples(X)));
      expect(() => saved.labels).toThrow(/labels belong to the training data/);
      const given = Object.fromEntries(parameters.map((name) => [name, model[name]]));
      const built = Model.fromParameters({ ...given, backend });
      expect(relativeEach(built.scoreSamples(X), model.scoreSamples(X))).toBeLessThanOrEqual(1e-11);
      expect(built.fitted).toBe(false);
      expect(() => built.trace).toThrow(/built from parameters/);
      expect(() => Model.fromJSON('{"format":"mixwasm/other"}')).toThrow(InvalidParametersError);
    });

    it('samples by its seed', () => {
      const [a, b, c] = [1, 1, 2].map((seed) => model.sample(50, { seed }));
      expect(a.X.length).toBe(50 * model.nFeatures);
      expect(a.labels.length).toBe(50);
      expect(Array.from(a.X)).toEqual(Array.from(b.X));
      expect(Array.from(a.X)).not.toEqual(Array.from(c.X));
      expect(model.scoreSamples({ data: a.X, rows: 50, columns: model.nFeatures }).every(Number.isFinite)).toBe(true);
      expect(() => model.sample(0)).toThrow(InvalidOptionError);
    });

    it('refuses what makes no sense, by name', () => {
      for (const wrong of [{ nComponents: 0 }, { tol: -1 }, { maxIter: 0.5 }, { backend: 'gpu' }, { sede: 1 }]) {
        const name = Object.keys(wrong)[0];
        for (const way of ['fit', 'steps']) {
          const error = thrownBy<InvalidOptionError>(() => Model[way](X, { ...options, ...wrong }));
          expect(error).toBeInstanceOf(InvalidOptionError);
          expect(error.option).toBe(name);
        }
      }
      expect(() => Model.fit([[0], [1, 1]], options)).toThrow(InvalidDataError);
      expect(() => Model.fit([], options)).toThrow(InvalidDataError);
      expect(() => model.predict([[0]])).toThrow(InvalidDataError);
    });
  },
);
