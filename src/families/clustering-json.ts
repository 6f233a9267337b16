/** A clustering as JSON: only numbers and names, rebuilt from an allow-list. */
import type { BackendName } from '../backend.js';
import { type Columns, columnsOf } from '../data/columns.js';
import type { StopReason } from '../em/convergence.js';
import { InvalidParametersError, type MixwasmError, show } from '../errors.js';
import { featuresOfRows, flatten } from '../init/given.js';
import { integerOption } from '../options.js';
import type { ClusteringRecord } from './clustering-fit.js';

export type ClusteringFormat = 'mixwasm/k-means' | 'mixwasm/k-medians';

const VERSION = 1;
const STOP_REASONS: readonly StopReason[] = ['tol', 'stable', 'maxIter', 'stopped'];
const BACKENDS: readonly BackendName[] = ['wasm', 'js'];

/** What `toJSON` returns. */
export interface ClusteringJSON {
  /** what this is, for readers of files */
  format: ClusteringFormat;
  /** of the format */
  version: typeof VERSION;
  /** by cluster, then feature */
  centers: number[][];
  /** that assigns rows to the centers */
  backend: BackendName;
  /** names of the features, if they have some */
  columns?: readonly string[];
  /** only for data far from 0: where they were moved from, and the digits of the centers below their last place */
  origin?: number[];
  /** by cluster, then feature */
  centersLow?: number[][];
  /** only after a fit */
  fit?: {
    totalCost: number;
    converged: boolean;
    nIter: number;
    stopReason: StopReason;
    trace: { cost: number[] };
    clusterCounts: number[];
  };
}

/** What a model is made of. */
export interface ClusteringState {
  readonly nClusters: number;
  readonly nFeatures: number;
  /** in the data's own coordinates (nClusters × nFeatures) */
  readonly centers: Float64Array;
  /** digits of the centers below their last place, for data far from 0 */
  readonly low: Float64Array | undefined;
  readonly origin: Float64Array;
  readonly backend: BackendName;
  /** names of the features, if they have some */
  readonly columns?: Columns;
}

export function serializeClustering(
  format: ClusteringFormat,
  { centers, nFeatures, origin, low, backend, columns }: ClusteringState,
  record: ClusteringRecord | undefined,
): ClusteringJSON {
  const json: ClusteringJSON = { format, version: VERSION, centers: chunk(centers, nFeatures), backend };
  if (origin.some((o) => o !== 0)) json.origin = Array.from(origin);
  if (columns !== undefined) json.columns = columns;
  if (low !== undefined) json.centersLow = chunk(low, nFeatures);
  if (record !== undefined) {
    const { totalCost, converged, nIter, stopReason, trace, clusterCounts } = record;
    json.fit = {
      totalCost,
      converged,
      nIter,
      stopReason,
      trace: { cost: Array.from(trace.cost) },
      clusterCounts: Array.from(clusterCounts),
    };
  }
  return json;
}

/** Checks everything; throws `InvalidParametersError` with the place. */
export function parseClustering(
  format: ClusteringFormat,
  input: unknown,
): { state: ClusteringState; record: ClusteringRecord | undefined } {
  const json = typeof input === 'string' ? parseText(input) : input;
  if (!isObject(json)) throw bad(`expected an object or its JSON text, got ${show(json)}`);
  if (own(json, 'format') !== format) throw bad(`format must be ${show(format)}; got ${show(own(json, 'format'))}`);
  if (own(json, 'version') !== VERSION) {
    throw bad(
      `version must be ${VERSION}; got ${show(own(json, 'version'))}; it was saved by another release of mixwasm`,
    );
  }
  const backend = own(json, 'backend') === undefined ? 'wasm' : oneOf(json, 'backend', BACKENDS);
  const { centers, nClusters, nFeatures } = checkCenters(own(json, 'centers'));
  const origin = own(json, 'origin');
  const low = own(json, 'centersLow');
  const state: ClusteringState = {
    nClusters,
    nFeatures,
    centers,
    backend,
    origin: origin === undefined ? new Float64Array(nFeatures) : flatten(origin, 'origin', [nFeatures]),
    low: low === undefined ? undefined : flatten(low, 'centersLow', [nClusters, nFeatures]),
    columns: columnsOf(own(json, 'columns'), nFeatures),
  };
  return { state, record: parseRecord(own(json, 'fit'), nClusters) };
}

/** Centers nested by cluster, with their sizes; flat ones need the number of clusters. */
export function checkCenters(
  centers: unknown,
  count?: number,
): { centers: Float64Array; nClusters: number; nFeatures: number } {
  if (centers === null || typeof centers !== 'object') throw badCenters(centers);
  if (count !== undefined) {
    integerOption('nClusters', count, 1);
    const nFeatures = featuresOfRows(centers, count, 'centers');
    return { centers: flatten(centers, 'centers', [count, nFeatures]), nClusters: count, nFeatures };
  }
  const nClusters = (centers as ArrayLike<unknown>).length;
  if (!Number.isInteger(nClusters) || nClusters < 1) throw badCenters(centers);
  const first = (centers as ArrayLike<unknown>)[0];
  const nFeatures = first !== null && typeof first === 'object' ? (first as ArrayLike<unknown>).length : 0;
  // an array-like may claim any length: only what its last element bears out is believed
  const borneOut =
    Number.isInteger(nFeatures) && typeof (first as ArrayLike<unknown> | null)?.[nFeatures - 1] === 'number';
  if (!borneOut || (centers as ArrayLike<unknown>)[nClusters - 1] === undefined) throw badCenters(centers);
  return { centers: flatten(centers, 'centers', [nClusters, nFeatures]), nClusters, nFeatures };
}

function badCenters(got: unknown): InvalidParametersError {
  return new InvalidParametersError(
    `centers must be an array of one or more rows of at least one number (nClusters × nFeatures), or flat beside nClusters; got ${show(got)}`,
  );
}

function parseRecord(fit: unknown, nClusters: number): ClusteringRecord | undefined {
  if (fit === undefined) return undefined;
  if (!isObject(fit)) throw bad(`fit must be an object; got ${show(fit)}`);
  const converged = own(fit, 'converged');
  if (typeof converged !== 'boolean') throw bad(`fit.converged must be true or false; got ${show(converged)}`);
  const trace = own(fit, 'trace');
  const cost = isObject(trace) ? own(trace, 'cost') : undefined;
  if (!Array.isArray(cost)) throw bad(`fit.trace.cost must be an array; got ${show(cost)}`);
  const nIter = number(fit, 'nIter');
  if (!Number.isInteger(nIter) || nIter < 0) throw bad(`fit.nIter must be a non-negative integer; got ${show(nIter)}`);
  return {
    totalCost: number(fit, 'totalCost'),
    converged,
    nIter,
    stopReason: oneOf(fit, 'stopReason', STOP_REASONS),
    trace: { cost: flatten(cost, 'fit.trace.cost', [cost.length]) },
    clusterCounts: flatten(own(fit, 'clusterCounts'), 'fit.clusterCounts', [nClusters]),
    restarts: [],
    labels: undefined,
  };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw bad(`not valid JSON (${(cause as Error).message})`);
  }
}

/** Own properties only: JSON.parse keeps an own `__proto__`, and an inherited value is nobody's saved model. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

function number(object: object, key: string): number {
  const value = own(object, key);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw bad(`fit.${key} must be a finite number; got ${show(value)}`);
}

function oneOf<T extends string>(object: object, key: string, choices: readonly T[]): T {
  const value = own(object, key);
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  throw bad(`${key} must be one of ${choices.join(', ')}; got ${show(value)}`);
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function bad(message: string): MixwasmError {
  return new InvalidParametersError(`not a saved clustering: ${message}`);
}

function chunk(values: Float64Array, width: number): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < values.length; i += width) rows.push(Array.from(values.subarray(i, i + width)));
  return rows;
}
