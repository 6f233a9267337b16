/** A Gaussian mixture as JSON: only numbers and names, rebuilt from an allow-list. */
import type { StopReason } from '../em/convergence.js';
import type { FitRecord } from '../em/mixture-fit.js';
import { InvalidParametersError, type MixwasmError, show } from '../errors.js';
import { flatten } from '../init/given.js';
import { COVARIANCE_TYPES } from './gaussian.js';
import { checkParameters, featuresOfMeans } from './gaussian-checks.js';
import { BACKENDS } from './gaussian-options.js';
import type { GaussianModelState } from './gaussian-parameters.js';

const FORMAT = 'mixwasm/gaussian-mixture';
const VERSION = 1;
const STOP_REASONS: readonly StopReason[] = ['tol', 'paramTol', 'maxIter'];

/** What `toJSON` returns; arrays nested by component, then feature. */
export interface GaussianMixtureJSON {
  format: typeof FORMAT;
  version: typeof VERSION;
  covarianceType: GaussianModelState['covarianceType'];
  weights: number[];
  means: number[][];
  covariances: number[] | number[][] | number[][][];
  backend: GaussianModelState['backend'];
  /** only for data far from 0: where they were moved from, and the digits of the means below their last place */
  origin?: number[];
  meansLow?: number[][];
  /** only after a fit */
  fit?: {
    logLikelihood: number;
    converged: boolean;
    nIter: number;
    stopReason: StopReason;
    trace: { logLikelihood: number[] };
    componentCounts: number[];
  };
}

export function serializeGaussianMixture(
  state: GaussianModelState,
  record: FitRecord | undefined,
): GaussianMixtureJSON {
  const { covarianceType, nComponents: k, nFeatures: d, weights, means, covariances, origin, low, backend } = state;
  const rows = (values: Float64Array, width: number) => chunk(Array.from(values), width);
  const json: GaussianMixtureJSON = {
    format: FORMAT,
    version: VERSION,
    covarianceType,
    weights: Array.from(weights),
    means: rows(means, d),
    covariances:
      covarianceType === 'full'
        ? chunk(rows(covariances, d), d)
        : covarianceType === 'spherical'
          ? Array.from(covariances)
          : rows(covariances, d),
    backend,
  };
  if (origin.some((o) => o !== 0)) json.origin = Array.from(origin);
  if (low !== undefined) json.meansLow = rows(low.slice(0, k * d), d);
  if (record !== undefined) {
    const { logLikelihood, converged, nIter, stopReason, trace, componentCounts } = record;
    json.fit = {
      logLikelihood,
      converged,
      nIter,
      stopReason,
      trace: { logLikelihood: Array.from(trace.logLikelihood) },
      componentCounts: Array.from(componentCounts),
    };
  }
  return json;
}

/** Checks everything; throws `InvalidParametersError` with the place. */
export function parseGaussianMixture(input: unknown): GaussianModelState & { record: FitRecord | undefined } {
  const json = typeof input === 'string' ? parseText(input) : input;
  if (!isObject(json)) throw bad(`expected an object or its JSON text, got ${show(json)}`);
  if (own(json, 'format') !== FORMAT) throw bad(`format must be ${show(FORMAT)}; got ${show(own(json, 'format'))}`);
  if (own(json, 'version') !== VERSION) {
    throw bad(
      `version must be ${VERSION}; got ${show(own(json, 'version'))}; it was saved by another release of mixwasm`,
    );
  }
  const covarianceType = oneOf(json, 'covarianceType', COVARIANCE_TYPES);
  const backend = own(json, 'backend') === undefined ? 'wasm' : oneOf(json, 'backend', BACKENDS);
  const weights = own(json, 'weights');
  const means = own(json, 'means');
  if (!Array.isArray(weights) || weights.length === 0)
    throw bad(`weights must be a non-empty array; got ${show(weights)}`);
  const k = weights.length;
  const d = featuresOfMeans(means, k);
  const flat = checkParameters({ weights, means, covariances: own(json, 'covariances') }, covarianceType, k, d);
  const origin = own(json, 'origin');
  const low = own(json, 'meansLow');
  return {
    ...flat,
    backend,
    origin: origin === undefined ? new Float64Array(d) : flatten(origin, 'origin', [d]),
    low: low === undefined ? undefined : flatten(low, 'meansLow', [k, d]),
    record: parseRecord(own(json, 'fit'), k),
  };
}

function parseRecord(fit: unknown, k: number): FitRecord | undefined {
  if (fit === undefined) return undefined;
  if (!isObject(fit)) throw bad(`fit must be an object; got ${show(fit)}`);
  const converged = own(fit, 'converged');
  if (typeof converged !== 'boolean') throw bad(`fit.converged must be true or false; got ${show(converged)}`);
  const trace = own(fit, 'trace');
  const values = isObject(trace) ? own(trace, 'logLikelihood') : undefined;
  if (!Array.isArray(values)) throw bad(`fit.trace.logLikelihood must be an array; got ${show(values)}`);
  const nIter = number(fit, 'nIter');
  if (!Number.isInteger(nIter) || nIter < 0) throw bad(`fit.nIter must be a non-negative integer; got ${show(nIter)}`);
  return {
    logLikelihood: number(fit, 'logLikelihood'),
    converged,
    nIter,
    stopReason: oneOf(fit, 'stopReason', STOP_REASONS),
    trace: { logLikelihood: flatten(values, 'fit.trace.logLikelihood', [values.length]) },
    componentCounts: flatten(own(fit, 'componentCounts'), 'fit.componentCounts', [k]),
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
  return new InvalidParametersError(`not a saved Gaussian mixture: ${message}`);
}

function chunk<T>(values: readonly T[], width: number): T[][] {
  const rows: T[][] = [];
  for (let i = 0; i < values.length; i += width) rows.push(values.slice(i, i + width));
  return rows;
}
