/**
 * EM for Bernoulli mixtures in plain JavaScript as one would write it for speed: typed arrays, log p(x|k) as
 * Σ log(1 − θ) + Σ x·(log θ − log(1 − θ)), E and M fused in one pass over the rows, nothing allocated in the loop.
 * Both forms work on four components at a time, in variables; they differ in how they go through a row.
 */

/** All features, multiplied by their bit (kept as doubles, so that nothing is converted in the loop). */
export function* denseSteps(x, n, d, { weights, probs }) {
  const k = weights.length;
  const rows = Float64Array.from(x);
  const state = createState(k, d, weights, probs);
  for (;;) {
    prepare(state);
    yield densePass(rows, n, state);
    maximize(state, n);
  }
}

/** Only the features that are 1, listed once. */
export function* sparseSteps(x, n, d, { weights, probs }) {
  const k = weights.length;
  const starts = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    let ones = 0;
    for (let j = 0; j < d; j++) ones += x[i * d + j];
    starts[i + 1] = starts[i] + ones;
  }
  const features = new Int32Array(starts[n]);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++) if (x[i * d + j] === 1) features[at++] = j;
  const state = createState(k, d, weights, probs);
  for (;;) {
    prepare(state);
    yield sparsePass(starts, features, n, state);
    maximize(state, n);
  }
}

/** Components are rounded up to a multiple of four; those added have a weight of 0. Tables lie feature by feature. */
function createState(k, d, weights, probs) {
  const width = (k + 3) & ~3;
  const table = new Float64Array(d * width).fill(0.5);
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) table[j * width + c] = probs[c * d + j];
  const all = new Float64Array(width);
  all.set(weights);
  const zeros = () => new Float64Array(width);
  return {
    k,
    d,
    width,
    weights: all,
    probs: table,
    bases: zeros(),
    slopes: new Float64Array(d * width),
    terms: zeros(),
    counts: zeros(),
    ones: new Float64Array(d * width),
  };
}

function prepare({ d, width, weights, probs, bases, slopes, counts, ones }) {
  for (let c = 0; c < width; c++) {
    let base = Math.log(weights[c]);
    for (let j = 0; j < d; j++) {
      const theta = probs[j * width + c];
      const zero = Math.log(1 - theta);
      base += zero;
      slopes[j * width + c] = Math.log(theta) - zero;
    }
    bases[c] = base;
  }
  counts.fill(0);
  ones.fill(0);
}

function maximize({ k, d, width, weights, probs, counts, ones }, n) {
  for (let c = 0; c < k; c++) {
    weights[c] = counts[c] / n;
    for (let j = 0; j < d; j++) probs[j * width + c] = ones[j * width + c] / counts[c];
  }
}

function densePass(x, n, { d, width, bases, slopes, terms, counts, ones }) {
  let logLikelihood = 0;
  for (let i = 0; i < n; i++) {
    const row = i * d;
    for (let c = 0; c < width; c += 4) {
      let s0 = bases[c];
      let s1 = bases[c + 1];
      let s2 = bases[c + 2];
      let s3 = bases[c + 3];
      for (let j = 0, at = c; j < d; j++, at += width) {
        const bit = x[row + j];
        s0 += bit * slopes[at];
        s1 += bit * slopes[at + 1];
        s2 += bit * slopes[at + 2];
        s3 += bit * slopes[at + 3];
      }
      terms[c] = s0;
      terms[c + 1] = s1;
      terms[c + 2] = s2;
      terms[c + 3] = s3;
    }
    logLikelihood += softmax(terms, width);
    for (let c = 0; c < width; c += 4) {
      const r0 = terms[c];
      const r1 = terms[c + 1];
      const r2 = terms[c + 2];
      const r3 = terms[c + 3];
      // what cannot change a sum is left out
      if (r0 + r1 + r2 + r3 < 1e-18) continue;
      counts[c] += r0;
      counts[c + 1] += r1;
      counts[c + 2] += r2;
      counts[c + 3] += r3;
      for (let j = 0, at = c; j < d; j++, at += width) {
        const bit = x[row + j];
        ones[at] += bit * r0;
        ones[at + 1] += bit * r1;
        ones[at + 2] += bit * r2;
        ones[at + 3] += bit * r3;
      }
    }
  }
  return logLikelihood;
}

function sparsePass(starts, features, n, { width, bases, slopes, terms, counts, ones }) {
  let logLikelihood = 0;
  for (let i = 0; i < n; i++) {
    const start = starts[i];
    const end = starts[i + 1];
    for (let c = 0; c < width; c += 4) {
      let s0 = bases[c];
      let s1 = bases[c + 1];
      let s2 = bases[c + 2];
      let s3 = bases[c + 3];
      for (let p = start; p < end; p++) {
        const at = features[p] * width + c;
        s0 += slopes[at];
        s1 += slopes[at + 1];
        s2 += slopes[at + 2];
        s3 += slopes[at + 3];
      }
      terms[c] = s0;
      terms[c + 1] = s1;
      terms[c + 2] = s2;
      terms[c + 3] = s3;
    }
    logLikelihood += softmax(terms, width);
    for (let c = 0; c < width; c += 4) {
      const r0 = terms[c];
      const r1 = terms[c + 1];
      const r2 = terms[c + 2];
      const r3 = terms[c + 3];
      if (r0 + r1 + r2 + r3 < 1e-18) continue;
      counts[c] += r0;
      counts[c + 1] += r1;
      counts[c + 2] += r2;
      counts[c + 3] += r3;
      for (let p = start; p < end; p++) {
        const at = features[p] * width + c;
        ones[at] += r0;
        ones[at + 1] += r1;
        ones[at + 2] += r2;
        ones[at + 3] += r3;
      }
    }
  }
  return logLikelihood;
}

/** Terms become responsibilities; returns log Σ exp. */
function softmax(terms, width) {
  let top = terms[0];
  for (let c = 1; c < width; c++) if (terms[c] > top) top = terms[c];
  let sum = 0;
  for (let c = 0; c < width; c++) {
    const e = Math.exp(terms[c] - top);
    terms[c] = e;
    sum += e;
  }
  const scale = 1 / sum;
  for (let c = 0; c < width; c++) terms[c] *= scale;
  return top + Math.log(sum);
}
