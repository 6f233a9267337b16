/** A Gaussian mixture as JSON: only numbers and names, rebuilt from an allow-list. */
import { columnsOf } from '../data/columns.js';
import type { FitRecord } from '../em/mixture-fit.js';
import { show } from '../errors.js';
import { featuresOfRows, flatten } from '../init/given.js';
import { COVARIANCE_TYPES } from './gaussian.js';
import { checkParameters } from './gaussian-checks.js';
import type { GaussianModelState } from './gaussian-parameters.js';
import { type FitJSON, jsonReader, parseRecord, rowsOf, serializeRecord } from './mixture-json.js';
import { BACKENDS } from './mixture-options.js';

const FORMAT = 'mixwasm/gaussian-mixture';
const VERSION = 1;

/** What `toJSON` returns; arrays nested by component, then feature. */
export interface GaussianMixtureJSON {
  /** what this is, for readers of files */
  format: typeof FORMAT;
  /** of the format */
  version: typeof VERSION;
  /** decides the shape of `covariances` */
  covarianceType: GaussianModelState['covarianceType'];
  /** (nComponents) */
  weights: number[];
  /** by component, then feature */
  means: number[][];
  /** full: by component, then rows · tied: rows · diag: by component, then feature · spherical: by component */
  covariances: number[] | number[][] | number[][][];
  /** that scores the model */
  backend: GaussianModelState['backend'];
  /** names of the features, if they have some */
  columns?: readonly string[];
  /** only for data far from 0: where they were moved from, and the digits of the means below their last place */
  origin?: number[];
  /** by component, then feature */
  meansLow?: number[][];
  /** only after a fit */
  fit?: FitJSON;
}

export function serializeGaussianMixture(
  state: GaussianModelState,
  record: FitRecord | undefined,
): GaussianMixtureJSON {
  const { covarianceType, nFeatures: d, weights, means, covariances, origin, low, backend, columns } = state;
  const json: GaussianMixtureJSON = {
    format: FORMAT,
    version: VERSION,
    covarianceType,
    weights: Array.from(weights),
    means: rowsOf(Array.from(means), d),
    covariances: nestCovariances(covariances, covarianceType, d),
    backend,
  };
  if (origin.some((o) => o !== 0)) json.origin = Array.from(origin);
  if (columns !== undefined) json.columns = columns;
  if (low !== undefined) json.meansLow = rowsOf(Array.from(low), d);
  if (record !== undefined) json.fit = serializeRecord(record);
  return json;
}

/** Covariances nested by component, row and column, as far as the type has them. */
export function nestCovariances(covariances: Float64Array, type: GaussianModelState['covarianceType'], d: number) {
  const flat = Array.from(covariances);
  if (type === 'spherical') return flat;
  const rows = rowsOf(flat, d);
  return type === 'full' ? rowsOf(rows, d) : rows;
}

/** Checks everything; throws `InvalidParametersError` with the place. */
export function parseGaussianMixture(input: unknown): GaussianModelState & { record: FitRecord | undefined } {
  const { json, bad, own, oneOf } = jsonReader(input, 'Gaussian mixture', FORMAT, VERSION);
  const covarianceType = oneOf(json, 'covarianceType', COVARIANCE_TYPES);
  const backend = own(json, 'backend') === undefined ? 'wasm' : oneOf(json, 'backend', BACKENDS);
  const weights = own(json, 'weights');
  const means = own(json, 'means');
  if (!Array.isArray(weights) || weights.length === 0)
    throw bad(`weights must be a non-empty array; got ${show(weights)}`);
  const k = weights.length;
  const d = featuresOfRows(means, k, 'means');
  const flat = checkParameters({ weights, means, covariances: own(json, 'covariances') }, covarianceType, k, d);
  const origin = own(json, 'origin');
  const low = own(json, 'meansLow');
  return {
    ...flat,
    backend,
    origin: origin === undefined ? new Float64Array(d) : flatten(origin, 'origin', [d]),
    low: low === undefined ? undefined : flatten(low, 'meansLow', [k, d]),
    columns: columnsOf(own(json, 'columns'), d),
    record: parseRecord(own(json, 'fit'), k, bad),
  };
}
