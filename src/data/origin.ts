/** Points in the data's own coordinates and less the data's origin, without losing a digit on the way there and back. */
import { sumError } from '../numeric/sum-error.js';

/**
 * points + origin (row-major, as wide as the origin), and the digits that this addition cut off: at an offset of 1e8 and a
 * spread of 1 a double has 8 digits left for where a point lies among the data. `low` is undefined if nothing was cut.
 */
export function addOrigin(
  points: Float64Array,
  origin: Float64Array,
): { values: Float64Array; low: Float64Array | undefined } {
  const values = new Float64Array(points.length);
  const low = points.map((a, i) => {
    const b = origin[i % origin.length] as number;
    const sum = a + b;
    values[i] = sum;
    return sumError(a, b, sum);
  });
  return { values, low: low.some((error) => error !== 0) ? low : undefined };
}

/** The inverse: values + low − origin. */
export function lessOrigin(values: Float64Array, origin: Float64Array, low?: Float64Array): Float64Array {
  return values.map((a, i) => {
    const b = -(origin[i % origin.length] as number);
    const sum = a + b;
    return sum + (sumError(a, b, sum) + (low?.[i] ?? 0));
  });
}
