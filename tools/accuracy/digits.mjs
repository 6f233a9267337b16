/** Agreement with a reference in decimal digits: −log₁₀ of the relative error, NIST's LRE. */

/** `'exact'` for an error of 0. */
export function digits(error) {
  if (error === undefined) return '–';
  if (error === 0) return 'exact';
  if (Number.isNaN(error)) return 'NaN';
  return Math.max(0, -Math.log10(error)).toFixed(1);
}
