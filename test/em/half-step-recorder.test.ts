/** What records both half-steps: the same figures whether scores are kept or taken again, and for any cut into blocks. */
import { describe, expect, it } from 'vitest';
import { type Block, createDataset } from '../../src/data/dataset.js';
import { ElboRecorder } from '../../src/em/elbo-trace.js';
import { scoreBlock } from '../../src/em/mixture-scores.js';
import type { MixtureParameters, ScoreOutput } from '../../src/em/model.js';
import { jsBackend } from '../../src/reference/backend.js';
import { type PoissonComponent, poisson } from '../helpers/families.js';
import { relativeEach } from '../helpers/numbers.js';

type Parameters = MixtureParameters<PoissonComponent>;
const counts = Float64Array.of(0, 3, 1, 7, 12, 2, 9);
const N = counts.length;
const parameters = (weight: number, ...rates: [number, number]): Parameters => ({
  weights: Float64Array.of(weight, 1 - weight),
  components: rates.map((rate) => ({ rate })),
});
const PATH = [parameters(0.5, 1, 2), parameters(0.4, 2, 6), parameters(0.6, 2.5, 8)];

/** log p(x, z = k) and p(z = k|x), by the formulas. */
function table({ weights, components }: Parameters) {
  return Array.from(counts, (x) => {
    const joint = components.map((c, k) => Math.log(weights[k]!) + poisson.logDensity(c, Float64Array.of(x)));
    const norm = Math.log(joint.reduce((sum, term) => sum + Math.exp(term), 0));
    return { joint, norm, posterior: joint.map((term) => Math.exp(term - norm)) };
  });
}

function expected(sampleWeights: ArrayLike<number>) {
  const tables = PATH.map(table);
  const total = (value: (i: number) => number) => counts.reduce((sum, _, i) => sum + sampleWeights[i]! * value(i), 0);
  const afterE = tables.map((rows) => total((i) => rows[i]!.norm));
  const pairs = [0, 1].map((t) => [tables[t]!, tables[t + 1]!] as const);
  const q = (rows: (typeof tables)[0], i: number, k: number) => rows[i]!.posterior[k]!;
  return {
    afterE,
    afterM: pairs.map(([a, b]) =>
      total((i) => [0, 1].reduce((sum, k) => sum + q(a, i, k) * (b[i]!.joint[k]! - Math.log(q(a, i, k))), 0)),
    ),
    kl: pairs.map(([a, b]) =>
      total((i) => [0, 1].reduce((sum, k) => sum + q(a, i, k) * Math.log(q(a, i, k) / q(b, i, k)), 0)),
    ),
  };
}

function record(sampleWeights: Float64Array | undefined, rows: number, mostKept?: number) {
  const data = createDataset({ x: counts, nSamples: N, nFeatures: 1 }, sampleWeights, false);
  let scored = 0;
  const kernels = {
    score(at: Parameters, block: Block, out: ScoreOutput) {
      scored += block.nRows;
      scoreBlock(poisson, at, block, out, jsBackend);
    },
  };
  const recorder = new ElboRecorder<Parameters>({ data, nComponents: 2, kernels, algebra: jsBackend, rows }, mostKept);
  const want = expected(sampleWeights ?? new Float64Array(N).fill(1));
  const seen = PATH.map((at, t) => {
    recorder.add(at, want.afterE[t]!);
    return recorder.last;
  });
  return { trace: recorder.trace, seen, scored, want };
}
const WEIGHTS = Float64Array.of(1, 0.5, 2, 0, 1, 3, 0.25);

describe.each([
  ['unweighted', undefined],
  ['weighted', WEIGHTS],
] as const)('ElboRecorder, %s', (_, sampleWeights) => {
  it.each([1, 3, 7, 100])('tells both half-steps of blocks of %i rows', (rows) => {
    const { trace, want } = record(sampleWeights, rows);
    expect(Array.from(trace.afterE)).toEqual(want.afterE);
    expect(relativeEach(trace.afterM, want.afterM)).toBeLessThanOrEqual(1e-14);
    expect(relativeEach(trace.kl, want.kl)).toBeLessThanOrEqual(1e-12);
  });

  it('tells the last of them, and NaN before the first M-step', () => {
    const { trace, seen } = record(sampleWeights, 3);
    expect(seen[0]).toEqual({ elbo: Number.NaN, kl: Number.NaN });
    for (const t of [1, 2]) expect(seen[t]).toEqual({ elbo: trace.afterM[t - 1], kl: trace.kl[t - 1] });
  });

  it('keeps scores that fit, takes others again: with the same bits', () => {
    const bytes = 8 * (2 * 2 + 1) * N;
    const kept = record(sampleWeights, 3, bytes);
    const again = record(sampleWeights, 3, bytes - 1);
    expect(again.trace).toEqual(kept.trace);
    // one pass for each state; or two for each M-step
    expect([kept.scored, again.scored]).toEqual([3 * N, 4 * N]);
    expect(record(sampleWeights, 3).scored).toBe(3 * N);
  });
});

describe('a row of weight 0', () => {
  it('may be impossible', () => {
    const data = createDataset({ x: Float64Array.of(2, 3), nSamples: 2, nFeatures: 1 }, Float64Array.of(1, 0), false);
    const kernels = {
      score(_at: number, _block: unknown, { responsibilities, weightedLogProb, logProbNorm }: ScoreOutput) {
        responsibilities!.set([0.5, 0.5, Number.NaN, Number.NaN]);
        weightedLogProb!.set([-1, -1, -Infinity, -Infinity]);
        logProbNorm!.set([-1 + Math.LN2, -Infinity]);
      },
    };
    const recorder = new ElboRecorder<number>({ data, nComponents: 2, kernels, algebra: jsBackend, rows: 2 });
    recorder.add(1, -4);
    recorder.add(2, -3);
    expect(recorder.last).toEqual({ elbo: -4, kl: 0 });
  });
});
