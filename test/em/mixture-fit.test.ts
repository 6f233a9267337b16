/** A mixture fit from its parts: errors with what users need to know, records, half-steps. */
import { describe, expect, it } from 'vitest';
import { type Block, createDataset } from '../../src/data/dataset.js';
import type { EMState } from '../../src/em/loop.js';
import {
  type FitParts,
  locateCollapse,
  MixtureFit,
  recordOf,
  zeroDensityError,
  zeroDensityRow,
} from '../../src/em/mixture-fit.js';
import type { MixtureParameters, MixtureStatistics, ScoreOutput } from '../../src/em/model.js';
import { Run } from '../../src/em/restarts.js';
import { DegenerateComponentError, ZeroDensityError } from '../../src/errors.js';
import { jsBackend } from '../../src/reference/backend.js';
import { thrownBy } from '../helpers/numbers.js';

type Parameters = MixtureParameters<number>;
type Statistics = MixtureStatistics<number>;

const x = Float64Array.of(1, 2, 3, 4, 5);
const rows = (sampleWeights?: Float64Array) => createDataset({ x, nSamples: 5, nFeatures: 1 }, sampleWeights, false);
const at = (component: number): Parameters => ({ weights: Float64Array.of(1), components: [component] });
const statistics = (logLikelihood: number): Statistics => ({
  logLikelihood,
  weight: 5,
  counts: Float64Array.of(5),
  components: [0],
});

/** Row i has the log-density given[i]; labels are the rows' values. */
function kernelsOf(given: readonly number[]) {
  return {
    score(_parameters: Parameters, { start, nRows }: { start: number; nRows: number }, out: ScoreOutput) {
      for (let i = 0; i < nRows; i++) {
        out.logProbNorm?.set([given[start + i]!], i);
        out.labels?.set([x[start + i]!], i);
        out.responsibilities?.set([1], i);
        out.weightedLogProb?.set([given[start + i]!], i);
      }
    },
  };
}

/** A model whose component counts up, and whose log-likelihood is what `climb` says of it. */
function fitOf(
  climb: (component: number) => number,
  more: Partial<FitParts<number, number>['plan']> = {},
  given = [-1, -1, -1, -1, -1],
) {
  const { log } = jsBackend;
  return new MixtureFit<number, number>({
    data: rows(),
    plan: {
      nComponents: 1,
      seed: 0,
      nInit: 1,
      tol: 0,
      paramTol: 0,
      maxIter: 3,
      backend: 'js',
      trace: 'logLikelihood',
      optimizer: 'em',
      acceleration: 'none',
      ...more,
    },
    model: {
      initialize: () => at(0),
      expectation: ({ components }: Parameters, { nRows }: Block) => statistics((nRows / 5) * climb(components[0]!)),
      merge: (a: Statistics, b: Statistics) => statistics(a.logLikelihood + b.logLikelihood),
      maximization(_statistics: Statistics, { components }: Parameters) {
        if (components[0] === 9) throw new DegenerateComponentError(0, undefined, 'gone', { cause: 'why' });
        return at(components[0]! + 1);
      },
      objective: ({ logLikelihood }: Statistics, { components }: Parameters) =>
        logLikelihood + (more.trace === 'elbo' ? 0 : components[0]! / 2),
    },
    kernels: kernelsOf(given),
    algebra: { log },
    rows: 2,
    random: { split: () => undefined },
    nStarts: 1,
    publish: ({ components }: Parameters) => `published ${components[0]}`,
  } as unknown as FitParts<number, number>);
}

describe('MixtureFit', () => {
  it('keeps the log-likelihood beside an objective that holds a prior', () => {
    const told: unknown[] = [];
    const { parameters, record } = fitOf((c) => c - 8).best((progress) => told.push(progress));
    expect(parameters.components).toEqual([3]);
    expect(record).toMatchObject({ logLikelihood: -5, nIter: 3, converged: false, stopReason: 'maxIter' });
    const close = (values: ArrayLike<number> | undefined, want: number[]) =>
      want.forEach((value, t) => expect(values?.[t]).toBeCloseTo(value, 12));
    close(record.trace.logLikelihood, [-8, -7, -6, -5]);
    close(record.trace.logPosterior, [-8, -6.5, -5, -3.5]);
    expect(record.trace.elbo).toBeUndefined();
    expect(Array.from(record.componentCounts)).toEqual([5]);
    expect(Array.from(record.labels!)).toEqual([1, 2, 3, 4, 5]);
    expect(record.restarts).toEqual([
      { logLikelihood: record.logLikelihood, nIter: 3, converged: false, error: undefined },
    ]);
    expect(told).toHaveLength(4);
    expect(told[1]).toMatchObject({ iteration: 1, restart: 0 });
  });

  it('records both half-steps where they are wanted', () => {
    const { record } = fitOf((c) => c - 8, { trace: 'elbo' }).best();
    expect(record.trace.logPosterior).toBeUndefined();
    expect(record.trace.elbo!.afterE).toEqual(record.trace.logLikelihood);
    expect(record.trace.elbo!.afterM).toHaveLength(3);
  });

  it('shows the E-step of the first state, and both halves of the others', () => {
    const fit = fitOf((c) => c - 8, { trace: 'elbo' });
    const [first, second] = [...fit.states()];
    const start = fit.halves(first!, undefined);
    expect(start.map(({ halfStep }) => [halfStep!.half, halfStep!.kl])).toEqual([['E', 0]]);
    expect(Array.from(start[0]!.halfStep!.responsibilities)).toEqual([1, 1, 1, 1, 1]);
    expect(start[0]!.halfStep!.elbo).toBe(first!.statistics.logLikelihood);
    const q = Float64Array.of(0, 0, 0, 0, 0);
    const [m, e] = fit.halves({ ...second!, stopReason: 'tol' }, q);
    expect([m!.halfStep!.half, m!.stopReason, e!.halfStep!.half, e!.stopReason]).toEqual(['M', undefined, 'E', 'tol']);
    expect(m!.halfStep!.responsibilities).toBe(q);
    // without a recorder there is nothing to tell of the M-step
    expect(fit.halves({ ...second!, halfSteps: undefined } as never, q)).toHaveLength(1);
  });

  it('names the row without density, after how many M-steps', () => {
    const impossible = fitOf((c) => (c === 2 ? -Infinity : c - 8), {}, [-1, -1, -1, -Infinity, -1]);
    const error = thrownBy<ZeroDensityError>(() => impossible.best());
    expect(error).toBeInstanceOf(ZeroDensityError);
    expect(error.row).toBe(3);
    expect(error.message).toContain('row 3 has a density of 0 under every component (after 2 M-steps)');
  });

  it('and an overflow, where every row has one', () => {
    const error = thrownBy<ZeroDensityError>(() => fitOf((c) => (c === 1 ? Infinity : -9)).best());
    expect(error).toBeInstanceOf(ZeroDensityError);
    expect(error.row).toBeUndefined();
    expect(error.message).toBe('the log-likelihood overflowed after 1 M-steps; scale the data or the weights down');
  });

  it('locates a collapse, with the last sound parameters as users see them', () => {
    const error = thrownBy<DegenerateComponentError>(() => fitOf((c) => c - 8, { maxIter: 20 }).best());
    expect(error).toMatchObject({ component: 0, parameters: 'published 9', iteration: 10, cause: 'why' });
    expect(error.logLikelihood).toBeCloseTo(1, 12);
    expect(error.message).toBe('gone (in M-step 10)');
  });

  it('lets other errors through', () => {
    const mine = new TypeError('mine');
    const fit = fitOf(() => {
      throw mine;
    });
    expect(thrownBy(() => fit.best())).toBe(mine);
  });
});

describe('locateCollapse', () => {
  it('before there is a state says so, and has nothing sound to show', () => {
    const error = locateCollapse(new DegenerateComponentError(2, 'raw', 'gone'), undefined, () => 'published');
    expect(error).toMatchObject({ component: 2, parameters: undefined, iteration: 0, logLikelihood: undefined });
    expect(error.message).toBe('gone (in the initialisation)');
  });
});

describe('zeroDensityRow', () => {
  const block = (sampleWeights?: Float64Array) => ({ data: rows(sampleWeights), start: 1, nRows: 3 });
  it('is the first that counts, of the data and not of the block', () => {
    const kernels = kernelsOf([-Infinity, -1, -Infinity, Number.NaN, -1]);
    expect(zeroDensityRow(kernels, at(0), block())).toBe(2);
    expect(zeroDensityRow(kernels, at(0), block(Float64Array.of(1, 1, 0, 1, 1)))).toBe(3);
    expect(zeroDensityRow(kernels, at(0), block(Float64Array.of(1, 1, 0, 0, 1)))).toBe(-1);
    expect(zeroDensityRow(kernelsOf([-Infinity, -1, -2, -3, -Infinity]), at(0), block())).toBe(-1);
  });

  it('is told with its remedy', () => {
    expect(zeroDensityError(0, 0)).toMatchObject({ row: 0 });
    expect(zeroDensityError(0, 0).message).toContain('remove or mend the row');
  });
});

describe('recordOf', () => {
  it('has no posterior of its own where there is no prior', () => {
    const state = (objective: number, iteration: number) =>
      ({ iteration, parameters: at(0), statistics: statistics(objective), objective, stopReason: 'tol' }) as EMState<
        Parameters,
        Statistics
      >;
    const run = new Run<Parameters, Statistics>(({ statistics: { logLikelihood } }) => logLikelihood);
    run.add(state(-3, 0));
    run.add(state(-2, 1));
    const record = recordOf(run, [run.restart()], undefined);
    expect(record.trace).toEqual({ logLikelihood: Float64Array.of(-3, -2) });
    expect(record).toMatchObject({
      logLikelihood: -2,
      converged: true,
      nIter: 1,
      stopReason: 'tol',
      labels: undefined,
    });
    // a copy: the statistics belong to the kernels
    expect(record.componentCounts).not.toBe(run.reached.statistics.counts);
  });
});
