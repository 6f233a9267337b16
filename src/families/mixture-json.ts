/** What the JSON of all mixtures shares: reading with care, and the record of the fit. */
import type { StopReason } from '../em/convergence.js';
import type { FitRecord } from '../em/mixture-fit.js';
import { InvalidParametersError, type MixwasmError, show } from '../errors.js';
import { flatten } from '../init/given.js';

const STOP_REASONS: readonly StopReason[] = ['tol', 'paramTol', 'stable', 'maxIter', 'stopped'];

/** The fit of a saved model. */
export interface FitJSON {
  logLikelihood: number;
  converged: boolean;
  nIter: number;
  stopReason: StopReason;
  trace: { logLikelihood: number[]; logPosterior?: number[] };
  componentCounts: number[];
}

type Bad = (message: string) => MixwasmError;

/** Parses text, checks format and version; the readers see own properties only. */
export function jsonReader(input: unknown, what: string, format: string, version: number) {
  const bad: Bad = (message) => new InvalidParametersError(`not a saved ${what}: ${message}`);
  const json = typeof input === 'string' ? parseText(input, bad) : input;
  if (!isObject(json)) throw bad(`expected an object or its JSON text, got ${show(json)}`);
  if (own(json, 'format') !== format) throw bad(`format must be ${show(format)}; got ${show(own(json, 'format'))}`);
  if (own(json, 'version') !== version) {
    throw bad(
      `version must be ${version}; got ${show(own(json, 'version'))}; it was saved by another release of mixwasm`,
    );
  }
  const choose = <T extends string>(object: object, key: string, choices: readonly T[]): T =>
    oneOf(object, key, choices, bad);
  return { json, bad, own, oneOf: choose };
}

export function serializeRecord(record: FitRecord): FitJSON {
  const { logLikelihood, converged, nIter, stopReason, trace, componentCounts } = record;
  return {
    logLikelihood,
    converged,
    nIter,
    stopReason,
    trace: {
      logLikelihood: Array.from(trace.logLikelihood),
      ...(trace.logPosterior === undefined ? {} : { logPosterior: Array.from(trace.logPosterior) }),
    },
    componentCounts: Array.from(componentCounts),
  };
}

export function parseRecord(fit: unknown, k: number, bad: Bad): FitRecord | undefined {
  if (fit === undefined) return undefined;
  if (!isObject(fit)) throw bad(`fit must be an object; got ${show(fit)}`);
  const converged = own(fit, 'converged');
  if (typeof converged !== 'boolean') throw bad(`fit.converged must be true or false; got ${show(converged)}`);
  const trace = own(fit, 'trace');
  const values = isObject(trace) ? own(trace, 'logLikelihood') : undefined;
  if (!Array.isArray(values)) throw bad(`fit.trace.logLikelihood must be an array; got ${show(values)}`);
  const nIter = number(fit, 'nIter', bad);
  if (!Number.isInteger(nIter) || nIter < 0) throw bad(`fit.nIter must be a non-negative integer; got ${show(nIter)}`);
  return {
    logLikelihood: number(fit, 'logLikelihood', bad),
    converged,
    nIter,
    stopReason: oneOf(fit, 'stopReason', STOP_REASONS, bad),
    trace: {
      logLikelihood: flatten(values, 'fit.trace.logLikelihood', [values.length]),
      ...parsePosterior(trace as object, values.length),
    },
    componentCounts: flatten(own(fit, 'componentCounts'), 'fit.componentCounts', [k]),
    restarts: [],
    labels: undefined,
  };
}

function parsePosterior(trace: object, length: number) {
  const values = own(trace, 'logPosterior');
  return values === undefined ? {} : { logPosterior: flatten(values, 'fit.trace.logPosterior', [length]) };
}

/** Values in rows of some width. */
export function rowsOf<T>(values: readonly T[], width: number): T[][] {
  const rows: T[][] = [];
  for (let i = 0; i < values.length; i += width) rows.push(values.slice(i, i + width));
  return rows;
}

/** Own properties only: JSON.parse keeps an own `__proto__`, and an inherited value is nobody's saved model. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

function oneOf<T extends string>(object: object, key: string, choices: readonly T[], bad: Bad): T {
  const value = own(object, key);
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  throw bad(`${key} must be one of ${choices.join(', ')}; got ${show(value)}`);
}

function number(object: object, key: string, bad: Bad): number {
  const value = own(object, key);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw bad(`fit.${key} must be a finite number; got ${show(value)}`);
}

function parseText(text: string, bad: Bad): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw bad(`not valid JSON (${(cause as Error).message})`);
  }
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
