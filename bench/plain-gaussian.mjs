/**
 * EM for Gaussian mixtures as a careful author writes it in plain JavaScript: typed arrays, the inverse Cholesky factor, one
 * row after the other, E- and M-step fused, nothing allocated in the loop. (The JS backend does several rows at a time.)
 */

/** Yields the total log-likelihood after 0, 1, 2 … M-steps. `x` is n × d row-major, `start` as data.mjs makes it. */
export function* plainSteps(x, n, d, start, covarianceType) {
  const diagonal = covarianceType === 'diag';
  const k = start.weights.length;
  const size = diagonal ? d : d * d;
  const weights = Float64Array.from(start.weights);
  const means = Float64Array.from(start.means);
  const covariances = Float64Array.from(start.covariances);
  const state = {
    d,
    k,
    means,
    factors: new Float64Array(k * size),
    constants: new Float64Array(k),
    terms: new Float64Array(k),
    u: new Float64Array(d),
    counts: new Float64Array(k),
    firsts: new Float64Array(k * d),
    seconds: new Float64Array(k * size),
  };
  const pass = diagonal ? diagonalPass : fullPass;
  for (;;) {
    for (let c = 0; c < k; c++) {
      const own = covariances.subarray(c * size, (c + 1) * size);
      const factor = state.factors.subarray(c * size, (c + 1) * size);
      const logDeterminant = diagonal ? invertRoots(own, factor) : invertCholesky(own, d, factor);
      state.constants[c] = Math.log(weights[c]) + logDeterminant - (d / 2) * Math.log(2 * Math.PI);
    }
    state.counts.fill(0);
    state.firsts.fill(0);
    state.seconds.fill(0);
    yield pass(x, n, state);
    for (let c = 0; c < k; c++) maximize(state, c, n, diagonal, { weights, means, covariances });
  }
}

function fullPass(x, n, { d, k, means, factors, constants, terms, u, counts, firsts, seconds }) {
  let logLikelihood = 0;
  for (let row = 0; row < n * d; row += d) {
    for (let c = 0; c < k; c++) {
      const mean = c * d;
      for (let j = 0; j < d; j++) u[j] = x[row + j] - means[mean + j];
      let squares = 0;
      let at = c * d * d;
      for (let i = 0; i < d; i++, at += d) {
        let y = 0;
        for (let j = 0; j <= i; j++) y += factors[at + j] * u[j];
        squares += y * y;
      }
      terms[c] = constants[c] - 0.5 * squares;
    }
    logLikelihood += softmax(terms, k);
    for (let c = 0; c < k; c++) {
      const r = terms[c];
      const mean = c * d;
      counts[c] += r;
      for (let j = 0; j < d; j++) u[j] = x[row + j] - means[mean + j];
      let at = c * d * d;
      for (let i = 0; i < d; i++, at += d) {
        const t = r * u[i];
        firsts[mean + i] += t;
        for (let j = 0; j <= i; j++) seconds[at + j] += t * u[j];
      }
    }
  }
  return logLikelihood;
}

function diagonalPass(x, n, { d, k, means, factors, constants, terms, counts, firsts, seconds }) {
  let logLikelihood = 0;
  for (let row = 0; row < n * d; row += d) {
    for (let c = 0; c < k; c++) {
      const base = c * d;
      let squares = 0;
      for (let j = 0; j < d; j++) {
        const y = (x[row + j] - means[base + j]) * factors[base + j];
        squares += y * y;
      }
      terms[c] = constants[c] - 0.5 * squares;
    }
    logLikelihood += softmax(terms, k);
    for (let c = 0; c < k; c++) {
      const r = terms[c];
      const base = c * d;
      counts[c] += r;
      for (let j = 0; j < d; j++) {
        const u = x[row + j] - means[base + j];
        const t = r * u;
        firsts[base + j] += t;
        seconds[base + j] += t * u;
      }
    }
  }
  return logLikelihood;
}

/** Terms become responsibilities; returns log Σ exp. */
function softmax(terms, k) {
  let top = terms[0];
  for (let c = 1; c < k; c++) if (terms[c] > top) top = terms[c];
  let sum = 0;
  for (let c = 0; c < k; c++) {
    const e = Math.exp(terms[c] - top);
    terms[c] = e;
    sum += e;
  }
  const scale = 1 / sum;
  for (let c = 0; c < k; c++) terms[c] *= scale;
  return top + Math.log(sum);
}

/** Parameters from moments about the means of before. */
function maximize({ d, counts, firsts, seconds }, c, n, diagonal, { weights, means, covariances }) {
  const count = counts[c];
  weights[c] = count / n;
  const shift = firsts.subarray(c * d, (c + 1) * d).map((first) => first / count);
  for (let i = 0; i < d; i++) {
    means[c * d + i] += shift[i];
    if (diagonal) {
      covariances[c * d + i] = seconds[c * d + i] / count - shift[i] * shift[i];
      continue;
    }
    for (let j = 0; j <= i; j++) {
      const value = seconds[(c * d + i) * d + j] / count - shift[i] * shift[j];
      covariances[(c * d + i) * d + j] = value;
      covariances[(c * d + j) * d + i] = value;
    }
  }
}

/** Writes L⁻¹ of the covariance L·Lᵀ; returns log |L⁻¹|. */
function invertCholesky(covariance, d, inverse) {
  const lower = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let value = covariance[i * d + j];
      for (let m = 0; m < j; m++) value -= lower[i * d + m] * lower[j * d + m];
      lower[i * d + j] = i === j ? Math.sqrt(value) : value / lower[j * d + j];
    }
  }
  let logDeterminant = 0;
  for (let j = 0; j < d; j++) {
    inverse[j * d + j] = 1 / lower[j * d + j];
    logDeterminant -= Math.log(lower[j * d + j]);
    for (let i = j + 1; i < d; i++) {
      let value = 0;
      for (let m = j; m < i; m++) value -= lower[i * d + m] * inverse[m * d + j];
      inverse[i * d + j] = value / lower[i * d + i];
    }
  }
  return logDeterminant;
}

/** The same of a diagonal covariance. */
function invertRoots(variances, inverse) {
  let logDeterminant = 0;
  for (let j = 0; j < variances.length; j++) {
    inverse[j] = 1 / Math.sqrt(variances[j]);
    logDeterminant += Math.log(inverse[j]);
  }
  return logDeterminant;
}
