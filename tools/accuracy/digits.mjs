/** Agreement with a reference in decimal digits: −log₁₀ of the relative error, NIST's LRE. */

/** Largest error of any entry, each relative to itself. */
export function relativeEach(got, want) {
  return worst(got, want, (value) => Math.abs(value));
}

/** Largest error of any entry, relative to the largest entry. */
export function relativeToMax(got, want) {
  const largest = Math.max(...numbers(want).map(Math.abs));
  return worst(got, want, () => largest);
}

export function absolute(got, want) {
  return worst(got, want, () => 1);
}

/** Nested or typed arrays, or a number, as one array. */
export function numbers(values) {
  if (typeof values === 'number') return [values];
  return Array.isArray(values) ? values.flat(Infinity) : Array.from(values);
}

/** `'exact'` for an error of 0. */
export function digits(error) {
  if (error === undefined) return '–';
  if (error === 0) return 'exact';
  if (Number.isNaN(error)) return 'NaN';
  return Math.max(0, -Math.log10(error)).toFixed(1);
}

function worst(got, want, scale) {
  const [a, b] = [numbers(got), numbers(want)];
  if (a.length !== b.length) throw new Error(`${a.length} numbers to compare with ${b.length}`);
  let most = 0;
  b.forEach((value, i) => {
    if (Object.is(a[i], value) || a[i] === value) return;
    const error = Math.abs(a[i] - value) / scale(value);
    // NaN stays
    if (!(error <= most)) most = error;
  });
  return most;
}
