/** Expected statistics as JSON: only numbers and names, rebuilt from an allow-list. */
import { show } from '../errors.js';
import { COVARIANCE_TYPES, packedLength } from '../families/gaussian.js';
import { jsonReader, rowsOf } from '../families/mixture-json.js';
import { BACKENDS } from '../families/mixture-options.js';
import { flatten } from '../init/given.js';
import { sumOf } from '../numeric/vectors.js';
import { isPacked } from './gaussian.js';
import type { StatisticsState } from './state.js';

const FORMAT = 'mixwasm/statistics';
const VERSION = 1;

/** What `toJSON` returns; arrays by component, then feature. */
export interface ExpectedStatisticsJSON {
  /** what this is, for readers of files */
  format: typeof FORMAT;
  /** of the format */
  version: typeof VERSION;
  /** whose statistics these are */
  family: StatisticsState['family'];
  /** of the model that took them */
  backend: StatisticsState['backend'];
  /** rows */
  nSamples: number;
  /** Σ s of the rows */
  weight: number;
  /** of the rows under the model that took them: total, nats */
  logLikelihood: number;
  /** largest |x_j| (nFeatures) */
  largest: number[];
  /** N_k (nComponents) */
  counts: number[];
  /** gaussian */
  covarianceType?: string;
  /** gaussian, of models far from 0: subtracted from every row (nFeatures) */
  origin?: number[];
  /** gaussian: what the moments are about (nComponents × nFeatures) */
  centers?: number[][];
  /** gaussian: Σ r·(x − center) (nComponents × nFeatures) */
  first?: number[][];
  /** gaussian: Σ r·(x − center)(x − center)ᵀ, lower triangle by rows, or its diagonal for diag and spherical */
  second?: number[][];
  /** bernoulli: whether the weights are free parameters */
  weightsMode?: 'learned' | 'uniform';
  /** bernoulli: Σ r·x and Σ r·(1 − x) (nComponents × nFeatures) */
  ones?: number[][];
  /** bernoulli: Σ r·(1 − x) */
  zeros?: number[][];
}

export function serializeStatistics(state: StatisticsState): ExpectedStatisticsJSON {
  const {
    family,
    backend,
    nSamples,
    weight,
    logLikelihood,
    largest,
    counts,
    origin,
    centers,
    sums,
    nFeatures: d,
  } = state;
  const json: ExpectedStatisticsJSON = {
    format: FORMAT,
    version: VERSION,
    family,
    backend,
    nSamples,
    weight,
    logLikelihood,
    largest: Array.from(largest),
    counts: Array.from(counts),
  };
  const columns = (from: number, to?: number) => sums.map((values) => Array.from(values.subarray(from, to)));
  if (family === 'bernoulli') {
    return { ...json, weightsMode: state.weightsMode ?? 'learned', ones: columns(1, 1 + d), zeros: columns(1 + d) };
  }
  return {
    ...json,
    covarianceType: state.covarianceType as string,
    ...(origin.some((o) => o !== 0) ? { origin: Array.from(origin) } : {}),
    centers: (centers ?? []).map((center) => Array.from(center)),
    first: columns(1, 1 + d),
    second: columns(1 + d),
  };
}

/** Checks everything; throws `InvalidParametersError` with the place. */
export function parseStatistics(input: unknown): StatisticsState {
  const { json, bad, own, oneOf } = jsonReader(input, 'statistics', FORMAT, VERSION);
  const family = oneOf(json, 'family', ['gaussian', 'bernoulli'] as const);
  const lengthOf = (name: string) => {
    const list = own(json, name);
    if (Array.isArray(list) && list.length > 0) return list.length;
    throw bad(`${name} must be a non-empty array; got ${show(list)}`);
  };
  const numbers = (name: string, shape: readonly number[], least = Number.NEGATIVE_INFINITY) => {
    const values = flatten(own(json, name), name, shape);
    const low = values.find((value) => value < least);
    if (low !== undefined) throw bad(`${name} must not be negative; got ${low}`);
    return values;
  };
  const number = (name: string) => (flatten([own(json, name)], name, [1]) as Float64Array)[0] as number;
  const d = lengthOf('largest');
  const k = lengthOf('counts');
  const counts = numbers('counts', [k], 0);
  const nSamples = number('nSamples');
  const weight = number('weight');
  if (!Number.isSafeInteger(nSamples) || nSamples < 0) throw bad(`nSamples must be an integer ≥ 0; got ${nSamples}`);
  const total = sumOf(counts);
  if (!(weight > 0) || Math.abs(total - weight) > 1e-6 * weight) {
    throw bad(`weight must be positive and the sum of counts, ${total}; got ${weight}`);
  }
  const gaussian = family === 'gaussian';
  const state: StatisticsState = {
    family,
    covarianceType: gaussian ? oneOf(json, 'covarianceType', COVARIANCE_TYPES) : undefined,
    weightsMode: gaussian ? undefined : oneOf(json, 'weightsMode', ['learned', 'uniform'] as const),
    backend: oneOf(json, 'backend', BACKENDS),
    nFeatures: d,
    nSamples,
    weight,
    logLikelihood: number('logLikelihood'),
    origin: own(json, 'origin') === undefined || !gaussian ? new Float64Array(d) : numbers('origin', [d]),
    largest: numbers('largest', [d], 0),
    counts,
    centers: undefined,
    sums: [],
  };
  // N_k before a component's row of each table
  const join = (...tables: Float64Array[]) =>
    Array.from(counts, (count, i) => {
      const values = new Float64Array(1 + tables.reduce((sum, { length }) => sum + length / k, 0));
      values[0] = count;
      let at = 1;
      for (const table of tables) {
        values.set(table.subarray((i * table.length) / k, ((i + 1) * table.length) / k), at);
        at += table.length / k;
      }
      return values;
    });
  if (!gaussian) return { ...state, sums: join(numbers('ones', [k, d], 0), numbers('zeros', [k, d], 0)) };
  return {
    ...state,
    centers: rowsOf(Array.from(numbers('centers', [k, d])), d).map((center) => Float64Array.from(center)),
    sums: join(numbers('first', [k, d]), numbers('second', [k, isPacked(state) ? packedLength(d) : d])),
  };
}
