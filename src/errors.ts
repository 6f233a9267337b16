/**
 * Every error of mixwasm: what was expected, what came, where, and what to do. All extend `MixwasmError`, carry a stable
 * `code`, and are thrown before any WebAssembly call unless they are about the fit itself.
 */

/** Base class: `catch (e) { if (e instanceof MixwasmError) … }`. */
export class MixwasmError extends Error {
  override name = 'MixwasmError';
  /** stable identifier, safe to switch on after minification */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Data that cannot be fitted or scored: wrong shape, ragged, empty, not a finite number. */
export class InvalidDataError extends MixwasmError {
  override name = 'InvalidDataError';
  /** 0-based row of the offending value, where there is one */
  readonly row: number | undefined;
  /** 0-based column of the offending value, where there is one */
  readonly column: number | undefined;
  constructor(message: string, row?: number, column?: number) {
    super('INVALID_DATA', message);
    this.row = row;
    this.column = column;
  }
}

/** An option with an impossible value, or an option that does not exist. */
export class InvalidOptionError extends MixwasmError {
  override name = 'InvalidOptionError';
  /** name of the option */
  readonly option: string;
  constructor(option: string, message: string) {
    super('INVALID_OPTION', message);
    this.option = option;
  }
}

/** Parameters (initial, or of a model being built) of a wrong shape or outside their domain. */
export class InvalidParametersError extends MixwasmError {
  override name = 'InvalidParametersError';
  /** 0-based component, where it is about one */
  readonly component: number | undefined;
  constructor(message: string, component?: number) {
    super('INVALID_PARAMETERS', message);
    this.component = component;
  }
}

/** A matrix that has no Cholesky factor in double precision. */
export class NotPositiveDefiniteError extends MixwasmError {
  override name = 'NotPositiveDefiniteError';
  /** 0-based pivot that was not positive (or not finite) */
  readonly pivot: number;
  /** 0-based component, where it is about one */
  readonly component: number | undefined;
  constructor(message: string, pivot: number, component?: number) {
    super('NOT_POSITIVE_DEFINITE', message);
    this.pivot = pivot;
    this.component = component;
  }
}

/** A component collapsed (onto a point, a line, nothing) during a fit; the last good parameters are attached. */
export class DegenerateComponentError extends MixwasmError {
  override name = 'DegenerateComponentError';
  /** 0-based component */
  readonly component: number;
  /** parameters of the last state in which every component was sound */
  readonly parameters: unknown;
  /** the M-step that failed, counted from 1; 0 is the initialisation */
  readonly iteration: number | undefined;
  /** log-likelihood of `parameters`, total in nats */
  readonly logLikelihood: number | undefined;
  constructor(
    component: number,
    parameters: unknown,
    message: string,
    details: { iteration?: number; logLikelihood?: number; cause?: unknown } = {},
  ) {
    super('DEGENERATE_COMPONENT', message, details.cause === undefined ? undefined : { cause: details.cause });
    this.component = component;
    this.parameters = parameters;
    this.iteration = details.iteration;
    this.logLikelihood = details.logLikelihood;
  }
}

/** A row so far from every component that its density is 0 in double precision. */
export class ZeroDensityError extends MixwasmError {
  override name = 'ZeroDensityError';
  /** 0-based row */
  readonly row: number | undefined;
  constructor(message: string, row?: number) {
    super('ZERO_DENSITY', message);
    this.row = row;
  }
}

/** Something asked of a model that only a fit knows (its trace, its labels), but the model was built another way. */
export class NotFittedError extends MixwasmError {
  override name = 'NotFittedError';
  constructor(message: string) {
    super('NOT_FITTED', message);
  }
}

/** Memory for the fit cannot be had: the sizes are too large, or the host refused to grow. */
export class OutOfMemoryError extends MixwasmError {
  override name = 'OutOfMemoryError';
  /** that were asked for */
  readonly bytes: number;
  constructor(bytes: number, message: string, options?: ErrorOptions) {
    super('OUT_OF_MEMORY', message, options);
    this.bytes = bytes;
  }
}

/** A source of chunks that gave other rows in a later pass than in the first. */
export class SourceChangedError extends MixwasmError {
  override name = 'SourceChangedError';
  constructor(message: string) {
    super('SOURCE_CHANGED', message);
  }
}

/** WebAssembly (or a worker) cannot be used here. */
export class BackendUnavailableError extends MixwasmError {
  override name = 'BackendUnavailableError';
  constructor(message: string, options?: ErrorOptions) {
    super('BACKEND_UNAVAILABLE', message, options);
  }
}

/** A worker died, could not be started, or broke off in the middle of a job. */
export class WorkerError extends MixwasmError {
  override name = 'WorkerError';
  constructor(message: string, options?: ErrorOptions) {
    super('WORKER', message, options);
  }
}

/** The classes by their codes: how an error that crossed from a worker finds its class again. */
export const ERROR_CLASSES: Record<string, { prototype: MixwasmError }> = {
  INVALID_DATA: InvalidDataError,
  INVALID_OPTION: InvalidOptionError,
  INVALID_PARAMETERS: InvalidParametersError,
  NOT_POSITIVE_DEFINITE: NotPositiveDefiniteError,
  DEGENERATE_COMPONENT: DegenerateComponentError,
  ZERO_DENSITY: ZeroDensityError,
  NOT_FITTED: NotFittedError,
  OUT_OF_MEMORY: OutOfMemoryError,
  BACKEND_UNAVAILABLE: BackendUnavailableError,
  WORKER: WorkerError,
};

/** A value for a message: short, and telling a string from a number. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'object') return `${(value as object).constructor?.name ?? 'object'} object`;
  return typeof value;
}
