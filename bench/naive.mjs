/**
 * EM for Gaussian mixtures as an npm package would write it: arrays of arrays, explicit inverses and determinants, an
 * N × K table of responsibilities, one helper per formula. Only the log-sum-exp is better than usual, because the
 * likelihoods must agree with ours to be compared.
 */

/** Yields the total log-likelihood after 0, 1, 2 … M-steps. `rows` is N × D nested, `start` flat as data.mjs makes it. */
export function* naiveSteps(rows, start, covarianceType) {
  const shape = covarianceType === 'diag' ? diagonal : full;
  let model = unflatten(start, rows[0].length, covarianceType);
  for (;;) {
    const { responsibilities, logLikelihood } = expectation(rows, model, shape);
    yield logLikelihood;
    model = maximization(rows, responsibilities, shape);
  }
}

function expectation(rows, { weights, means, covariances }, shape) {
  const densities = means.map((mean, k) => shape.logDensity(mean, covariances[k]));
  let logLikelihood = 0;
  const responsibilities = rows.map((x) => {
    const terms = densities.map((density, k) => Math.log(weights[k]) + density(x));
    const top = Math.max(...terms);
    const norm = top + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - top), 0));
    logLikelihood += norm;
    return terms.map((term) => Math.exp(term - norm));
  });
  return { responsibilities, logLikelihood };
}

function maximization(rows, responsibilities, shape) {
  const nComponents = responsibilities[0].length;
  const weights = [];
  const means = [];
  const covariances = [];
  for (let k = 0; k < nComponents; k++) {
    const r = responsibilities.map((row) => row[k]);
    const count = r.reduce((a, b) => a + b, 0);
    const mean = rows[0].map(() => 0);
    rows.forEach((x, i) => {
      for (let j = 0; j < x.length; j++) mean[j] += (r[i] * x[j]) / count;
    });
    weights.push(count / rows.length);
    means.push(mean);
    covariances.push(shape.covariance(rows, r, count, mean));
  }
  return { weights, means, covariances };
}

const full = {
  logDensity(mean, covariance) {
    const { inverse, determinant } = invert(covariance);
    const constant = -0.5 * (mean.length * Math.log(2 * Math.PI) + Math.log(determinant));
    return (x) => {
      const u = x.map((value, j) => value - mean[j]);
      let squares = 0;
      for (let i = 0; i < u.length; i++) {
        for (let j = 0; j < u.length; j++) squares += u[i] * inverse[i][j] * u[j];
      }
      return constant - 0.5 * squares;
    };
  },
  covariance(rows, r, count, mean) {
    const covariance = mean.map(() => mean.map(() => 0));
    rows.forEach((x, n) => {
      const u = x.map((value, j) => value - mean[j]);
      for (let i = 0; i < u.length; i++) {
        for (let j = 0; j < u.length; j++) covariance[i][j] += (r[n] * u[i] * u[j]) / count;
      }
    });
    return covariance;
  },
};

const diagonal = {
  logDensity(mean, variances) {
    const determinant = variances.reduce((a, b) => a * b, 1);
    const constant = -0.5 * (mean.length * Math.log(2 * Math.PI) + Math.log(determinant));
    return (x) => {
      let squares = 0;
      for (let j = 0; j < x.length; j++) squares += (x[j] - mean[j]) ** 2 / variances[j];
      return constant - 0.5 * squares;
    };
  },
  covariance(rows, r, count, mean) {
    const variances = mean.map(() => 0);
    rows.forEach((x, n) => {
      for (let j = 0; j < x.length; j++) variances[j] += (r[n] * (x[j] - mean[j]) ** 2) / count;
    });
    return variances;
  },
};

/** Gauss–Jordan elimination with partial pivoting. */
function invert(matrix) {
  const d = matrix.length;
  const a = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  let determinant = 1;
  for (let i = 0; i < d; i++) {
    let pivot = i;
    for (let row = i + 1; row < d; row++) if (Math.abs(a[row][i]) > Math.abs(a[pivot][i])) pivot = row;
    if (pivot !== i) {
      [a[i], a[pivot]] = [a[pivot], a[i]];
      determinant = -determinant;
    }
    const scale = a[i][i];
    determinant *= scale;
    a[i] = a[i].map((value) => value / scale);
    for (let row = 0; row < d; row++) {
      if (row === i) continue;
      const factor = a[row][i];
      a[row] = a[row].map((value, j) => value - factor * a[i][j]);
    }
  }
  return { inverse: a.map((row) => row.slice(d)), determinant };
}

function unflatten({ weights, means, covariances }, d, covarianceType) {
  const chunk = (flat, size) =>
    Array.from({ length: flat.length / size }, (_, i) => Array.from(flat.subarray(i * size, (i + 1) * size)));
  const matrices =
    covarianceType === 'diag'
      ? chunk(covariances, d)
      : chunk(covariances, d * d).map((flat) => chunk(Float64Array.from(flat), d));
  return { weights: Array.from(weights), means: chunk(means, d), covariances: matrices };
}
