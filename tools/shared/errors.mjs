/** Measures of error: numbers, arrays or arrays of arrays beside what they should be. Infinity for another length or a NaN. */

/** Numbers nested to any depth, as one flat array. */
export function flat(values) {
  if (typeof values === 'number') return [values];
  const list = Array.from(values);
  // most of what is compared is flat already, and long
  return list.every((value) => typeof value === 'number') ? list : list.flatMap(flat);
}

/** Largest |got − want| / largest |want|. */
export function relativeToMax(got, want) {
  const scale = Math.max(...flat(want).map(Math.abs), Number.MIN_VALUE);
  return largestDifference(got, want) / scale;
}

/** Largest |got − want| / |want|, entry by entry; equal entries (0, ±Infinity too) have no error. */
export function relativeEach(got, want) {
  return worst(got, want, (g, w) => (g === w ? 0 : Math.abs(g - w) / Math.abs(w)));
}

/** Largest |got − want|. */
export function largestDifference(got, want) {
  return worst(got, want, (g, w) => (g === w ? 0 : Math.abs(g - w)));
}

function worst(got, want, error) {
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
