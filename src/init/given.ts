/** Checks of starts that the caller gives: labels, responsibilities, parameters. */
import { InvalidParametersError, show } from '../errors.js';
import type { CovarianceType } from '../families/gaussian.js';
import type { NestedNumbers } from './names.js';

/** Labels 0 … nComponents − 1, one per row. */
export function toLabels(input: ArrayLike<number>, nSamples: number, nComponents: number): Int32Array {
  if (input === null || typeof input !== 'object' || input.length !== nSamples) {
    throw new InvalidParametersError(
      `init.labels must hold one label per row: expected ${nSamples}, got ${show(input?.length ?? input)}`,
    );
  }
  const labels = new Int32Array(nSamples);
  for (let i = 0; i < nSamples; i++) {
    const label: unknown = input[i];
    if (typeof label !== 'number' || !Number.isInteger(label) || label < 0 || label >= nComponents) {
      throw new InvalidParametersError(
        `init.labels must be integers from 0 to ${nComponents - 1}; got ${show(label)} at row ${i}`,
      );
    }
    labels[i] = label;
  }
  return labels;
}

/** Responsibilities ≥ 0 whose rows sum to 1 (nSamples × nComponents). */
export function toResponsibilities(
  input: NestedNumbers,
  nSamples: number,
  nComponents: number,
  name = 'init.responsibilities',
): Float64Array {
  const table = flatten(input, name, [nSamples, nComponents]);
  for (let i = 0; i < nSamples; i++) {
    let sum = 0;
    for (let k = 0; k < nComponents; k++) {
      const r = table[i * nComponents + k] as number;
      if (r < 0) {
        throw new InvalidParametersError(`${name} must not be negative; got ${r} at row ${i}, component ${k}`, k);
      }
      sum += r;
    }
    if (Math.abs(sum - 1) > 1e-8) {
      throw new InvalidParametersError(`${name} must sum to 1 in every row; row ${i} sums to ${sum}`);
    }
  }
  return table;
}

/** Mixing proportions ≥ 0 that sum to 1 within 1e-8; a sum off by more than rounding is divided out. */
export function toWeights(input: ArrayLike<number> | undefined, nComponents: number): Float64Array {
  if (input === undefined || input === null) return new Float64Array(nComponents).fill(1 / nComponents);
  const weights = flatten(input, 'weights', [nComponents]);
  let sum = 0;
  weights.forEach((weight, k) => {
    if (weight < 0)
      throw new InvalidParametersError(`weights must not be negative; got ${weight} for component ${k}`, k);
    sum += weight;
  });
  if (!(Math.abs(sum - 1) <= 1e-8)) {
    throw new InvalidParametersError(
      `weights must sum to 1 (within 1e-8); they sum to ${sum}; divide them by their sum`,
    );
  }
  return Math.abs(sum - 1) > 1e-12 ? weights.map((weight) => weight / sum) : weights;
}

/** Shape of the covariances of a type. */
export function covarianceShape(type: CovarianceType, nComponents: number, nFeatures: number): number[] {
  if (type === 'full') return [nComponents, nFeatures, nFeatures];
  if (type === 'tied') return [nFeatures, nFeatures];
  return type === 'diag' ? [nComponents, nFeatures] : [nComponents];
}

/** Covariances of the right shape; matrices symmetric (within 1e-8 of their diagonal, then averaged), variances positive. */
export function toCovariances(
  input: NestedNumbers,
  type: CovarianceType,
  nComponents: number,
  nFeatures: number,
): Float64Array {
  const values = flatten(input, 'covariances', covarianceShape(type, nComponents, nFeatures));
  if (type === 'full' || type === 'tied') {
    for (let k = 0; k < (type === 'tied' ? 1 : nComponents); k++) symmetrize(values, k, nFeatures, type);
  } else {
    const perComponent = values.length / nComponents;
    values.forEach((variance, i) => {
      if (!(variance > 0)) {
        const k = Math.floor(i / perComponent);
        const feature = type === 'diag' ? `, feature ${i % nFeatures}` : '';
        throw new InvalidParametersError(`variances must be positive; got ${variance} for component ${k}${feature}`, k);
      }
    });
  }
  return values;
}

function symmetrize(values: Float64Array, k: number, d: number, type: CovarianceType): void {
  const base = k * d * d;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const a = values[base + i * d + j] as number;
      const b = values[base + j * d + i] as number;
      if (a === b) continue;
      const scale = Math.sqrt(Math.abs((values[base + i * d + i] as number) * (values[base + j * d + j] as number)));
      if (!(Math.abs(a - b) <= 1e-8 * scale)) {
        throw new InvalidParametersError(
          `covariances must be symmetric; ${type === 'tied' ? 'the matrix' : `component ${k}`} has ${a} at (${i}, ${j}) but ${b} at (${j}, ${i})`,
          type === 'tied' ? undefined : k,
        );
      }
      values[base + i * d + j] = values[base + j * d + i] = (a + b) / 2;
    }
  }
}

/** Parameters beyond this (1 GiB) are a mistake or an attack, not a model. */
const MOST_NUMBERS = 2 ** 27;

/** Copies nested (or flat) finite numbers of a given shape into one row-major array. */
export function flatten(input: unknown, name: string, shape: readonly number[]): Float64Array {
  const size = shape.reduce((a, b) => a * b, 1);
  if (!Number.isSafeInteger(size) || size > MOST_NUMBERS) {
    throw new InvalidParametersError(`${name} would hold ${shape.join(' × ')} numbers, more than ${MOST_NUMBERS}`);
  }
  const out = new Float64Array(size);
  if (isArrayLike(input) && input.length === size && (size === 0 || typeof input[0] === 'number')) {
    copyNumbers(input, out, 0, name);
  } else {
    flattenInto(input, name, shape, 0, out, 0);
  }
  return out;
}

function flattenInto(
  input: unknown,
  name: string,
  shape: readonly number[],
  level: number,
  out: Float64Array,
  at: number,
): void {
  const wanted = shape[level] as number;
  if (!isArrayLike(input) || input.length !== wanted) {
    const got = isArrayLike(input) ? `length ${input.length}` : show(input);
    throw new InvalidParametersError(
      `${name} must have shape ${shape.join(' × ')} (nested, or flat and row-major); expected an array of ${wanted} here, got ${got}`,
    );
  }
  if (level === shape.length - 1) {
    copyNumbers(input, out, at, name);
    return;
  }
  const step = shape.slice(level + 1).reduce((a, b) => a * b, 1);
  for (let i = 0; i < wanted; i++) flattenInto(input[i], `${name}[${i}]`, shape, level + 1, out, at + i * step);
}

function copyNumbers(input: ArrayLike<unknown>, out: Float64Array, at: number, name: string): void {
  for (let i = 0; i < input.length; i++) {
    const value = input[i];
    if (typeof value !== 'number' || value - value !== 0) {
      throw new InvalidParametersError(`${name} must hold finite numbers; got ${show(value)} at index ${i}`);
    }
    out[at + i] = value;
  }
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return value !== null && typeof value === 'object' && typeof (value as ArrayLike<unknown>).length === 'number';
}

/** nFeatures of rows, one per component, nested or flat. */
export function featuresOfRows(given: unknown, nComponents: number, name: string): number {
  if (given !== null && typeof given === 'object' && Number.isInteger((given as ArrayLike<unknown>).length)) {
    const rows = given as ArrayLike<unknown>;
    const first = rows[0];
    if (typeof first === 'number' && rows.length % nComponents === 0) return rows.length / nComponents;
    const length = first !== null && typeof first === 'object' ? (first as ArrayLike<unknown>).length : 0;
    // an array-like may claim any length: only what its last element bears out is believed
    if (Number.isInteger(length) && length > 0 && typeof (first as ArrayLike<unknown>)[length - 1] === 'number')
      return length;
  }
  throw new InvalidParametersError(
    `${name} must be an array of nComponents rows of at least one number, or flat and row-major; got ${show(given)}`,
  );
}
