/**
 * Lloyd's k-means as well as plain JavaScript does it: typed arrays, labels, sums and cost in one pass, nothing allocated
 * per iteration, four centers at a time, so that their sums do not wait for one another and each value is loaded once.
 */

/** Yields the cost of the assignment to the centers after 0, 1, 2 … updates. */
export function* lloydSteps(x, n, d, start) {
  const k = start.length / d;
  const centers = Float64Array.from(start);
  const sums = new Float64Array(k * d);
  const counts = new Float64Array(k);
  const labels = new Int32Array(n);
  for (;;) {
    sums.fill(0);
    counts.fill(0);
    yield assign(x, n, d, k, centers, sums, counts, labels);
    for (let i = 0; i < k; i++) {
      if (counts[i] === 0) continue;
      for (let j = 0; j < d; j++) centers[i * d + j] = sums[i * d + j] / counts[i];
    }
  }
}

function assign(x, n, d, k, centers, sums, counts, labels) {
  let cost = 0;
  for (let i = 0; i < n; i++) {
    const row = i * d;
    let best = Infinity;
    let label = 0;
    let c = 0;
    for (; c + 3 < k; c += 4) {
      let at = c * d;
      let a = 0;
      let b = 0;
      let e = 0;
      let f = 0;
      for (let j = row; j < row + d; j++, at++) {
        const value = x[j];
        const u = value - centers[at];
        const v = value - centers[at + d];
        const w = value - centers[at + 2 * d];
        const z = value - centers[at + 3 * d];
        a += u * u;
        b += v * v;
        e += w * w;
        f += z * z;
      }
      if (a < best) {
        best = a;
        label = c;
      }
      if (b < best) {
        best = b;
        label = c + 1;
      }
      if (e < best) {
        best = e;
        label = c + 2;
      }
      if (f < best) {
        best = f;
        label = c + 3;
      }
    }
    for (; c < k; c++) {
      let a = 0;
      for (let j = 0; j < d; j++) {
        const u = x[row + j] - centers[c * d + j];
        a += u * u;
      }
      if (a < best) {
        best = a;
        label = c;
      }
    }
    labels[i] = label;
    counts[label]++;
    cost += best;
    const sum = label * d;
    for (let j = 0; j < d; j++) sums[sum + j] += x[row + j];
  }
  return cost;
}

/** The same with one center at a time, as most would write it. */
export function* simpleLloydSteps(x, n, d, start) {
  const k = start.length / d;
  const centers = Float64Array.from(start);
  const sums = new Float64Array(k * d);
  const counts = new Float64Array(k);
  const labels = new Int32Array(n);
  for (;;) {
    sums.fill(0);
    counts.fill(0);
    yield assignSimply(x, n, d, k, centers, sums, counts, labels);
    for (let i = 0; i < k; i++) {
      if (counts[i] === 0) continue;
      for (let j = 0; j < d; j++) centers[i * d + j] = sums[i * d + j] / counts[i];
    }
  }
}

function assignSimply(x, n, d, k, centers, sums, counts, labels) {
  let cost = 0;
  for (let i = 0; i < n; i++) {
    let best = Infinity;
    let label = 0;
    for (let c = 0; c < k; c++) {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const u = x[i * d + j] - centers[c * d + j];
        sum += u * u;
      }
      if (sum < best) {
        best = sum;
        label = c;
      }
    }
    labels[i] = label;
    counts[label]++;
    cost += best;
    for (let j = 0; j < d; j++) sums[label * d + j] += x[i * d + j];
  }
  return cost;
}
