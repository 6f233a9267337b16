/** Small data by integer arithmetic, +, −, × and ÷ alone: the same numbers on every engine. */

/** Uniform on [0, 1): a linear congruential generator with the constants of Numerical Recipes. */
function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Rows around `k` centres in turn; bells made of three uniforms.
 *
 * @param spread how far centres lie from each other, in widths of a bell
 * @returns rows of float64 in shared memory if there is any: threads read it where it is
 */
export function rowsAround(n, d, k, { seed = 1, spread = 4, offset = 0 } = {}) {
  const uniform = uniforms(seed);
  const centers = Float64Array.from({ length: k * d }, () => spread * uniform());
  const Buffer = globalThis.SharedArrayBuffer ?? ArrayBuffer;
  const data = new Float64Array(new Buffer(8 * n * d));
  for (let at = 0; at < data.length; at++) {
    const bell = uniform() + uniform() + uniform() - 1.5;
    data[at] = offset + centers[(Math.floor(at / d) % k) * d + (at % d)] + bell;
  }
  return { data, rows: n, columns: d };
}

export const inFloat32 = (X) => ({ ...X, data: Float32Array.from(X.data) });

/** 1 where a value is above `threshold`. */
export const inBits = (X, threshold = 2) => ({ ...X, data: Uint8Array.from(X.data, (v) => (v > threshold ? 1 : 0)) });

/** Weights 0, 1/2, 1, 3/2, 2 in turn. */
export const weightsOf = (n) => Float64Array.from({ length: n }, (_, i) => (i % 5) / 2);

export const labelsOf = (n, k) => Int32Array.from({ length: n }, (_, i) => (i + (i % 7 === 0)) % k);

/** A factory of passes over rows, in chunks of uneven sizes. */
export function chunksOf({ data, rows, columns }, sizes = [997, 1, 4096, 0, 333]) {
  return function* () {
    for (let row = 0, at = 0; row < rows; at++) {
      const end = Math.min(rows, row + sizes[at % sizes.length]);
      yield { data: data.slice(row * columns, end * columns), columns };
      row = end;
    }
  };
}
