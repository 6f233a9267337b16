/** Numbers compared: the measures of error that the tests state their tolerances in. */

export const BACKENDS = ['wasm', 'js'] as const;
export const TYPES = ['full', 'tied', 'diag', 'spherical'] as const;

type Nested = number | ArrayLike<number> | readonly Nested[];

/** Numbers nested to any depth, as one flat array. */
export function flat(values: Nested): number[] {
  if (typeof values === 'number') return [values];
  return Array.from(values as readonly Nested[]).flatMap(flat);
}

/** Largest |got − want| / largest |want|; Infinity for another length or a NaN. */
export function relativeToMax(got: Nested, want: Nested): number {
  const scale = Math.max(...flat(want).map(Math.abs), Number.MIN_VALUE);
  return largestDifference(got, want) / scale;
}

/** Largest |got − want| / |want|, entry by entry; equal entries (0, ±Infinity too) have no error. */
export function relativeEach(got: Nested, want: Nested): number {
  return worst(got, want, (g, w) => (g === w ? 0 : Math.abs(g - w) / Math.abs(w)));
}

/** Largest |got − want|. */
export function largestDifference(got: Nested, want: Nested): number {
  return worst(got, want, (g, w) => (g === w ? 0 : Math.abs(g - w)));
}

function worst(got: Nested, want: Nested, error: (g: number, w: number) => number): number {
  const g = flat(got);
  const w = flat(want);
  if (g.length !== w.length) return Infinity;
  let most = 0;
  for (let i = 0; i < g.length; i++) {
    const e = error(g[i], w[i]);
    // NaN is an error too
    if (!(e <= most)) most = e;
    if (Number.isNaN(most)) return Infinity;
  }
  return most;
}

/** The bits of doubles, for equality that tells −0 from 0. */
export function bits(values: ArrayLike<number>): bigint[] {
  return Array.from(new BigUint64Array(Float64Array.from(values).buffer));
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** What a call throws; a failure if it does not. */
export function thrownBy<E = Error>(call: () => unknown): E {
  try {
    call();
  } catch (error) {
    return error as E;
  }
  throw new Error('expected a throw');
}
