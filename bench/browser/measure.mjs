/**
 * One row of the browser benchmark: runs in Node and in pages alike. Each contestant twice, the faster counts; times are taken
 * as in ../contestant.mjs.
 */
import { median } from '../statistics.mjs';

/**
 * @param {object} library the module
 * @param {object} row with n, d, k, covarianceType, iterations, jsRows
 * @param {Float64Array} x n × d
 * @param {{ weights: Float64Array, means: Float64Array, covariances: Float64Array }} initialParameters
 */
export async function measureRow({ GaussianMixture }, row, x, initialParameters) {
  const { n, d, k, covarianceType, iterations, jsRows } = row;
  const options = { nComponents: k, covarianceType, initialParameters, regCovar: 0, tol: 0 };
  const rowsOf = (data, rows) => ({ data, rows, columns: d });

  const timed = (data, rows, backend) => {
    const stamps = [];
    const onProgress = () => stamps.push(performance.now());
    const { trace } = GaussianMixture.fit(rowsOf(data, rows), { ...options, backend, maxIter: iterations, onProgress });
    const ms = median(stamps.slice(1).map((t, i) => t - stamps[i]));
    return { ns: (ms * 1e6) / (rows * k), trace: Array.from(trace.logLikelihood) };
  };
  const faster = (run) => {
    const fits = [run(), run()];
    return { ...fits[0], ns: Math.min(...fits.map(({ ns }) => ns)) };
  };

  const shared = new Float64Array(new SharedArrayBuffer(x.byteLength));
  shared.set(x);
  const inThreads = async (maxIter) => {
    const begin = performance.now();
    const model = await GaussianMixture.fitAsync(rowsOf(shared, n), { ...options, maxIter, threads: 2 });
    return { ms: performance.now() - begin, model };
  };
  const threaded = async () => {
    const { model } = await inThreads(1);
    if (model.threads.count !== 2) return { absent: model.threads.reason };
    const times = [];
    let trace;
    // short iterations drown in the noise of starting a fit
    const longer = Math.max(iterations, Math.ceil(2e7 / (n * k)));
    for (let repeat = 0; repeat < 2; repeat++) {
      const short = await inThreads(1);
      const long = await inThreads(1 + longer);
      times.push(((long.ms - short.ms) * 1e6) / ((long.model.nIter - short.model.nIter) * n * k));
      trace = Array.from(long.model.trace.logLikelihood).slice(0, 1 + iterations);
    }
    return { ns: Math.min(...times), trace };
  };

  // plain JavaScript first: a memory that grows slows it (README.md)
  const part = x.slice(0, jsRows * d);
  const js = faster(() => timed(part, jsRows, 'js'));
  const wasmOfPart = timed(part, jsRows, 'wasm').trace;
  const wasm = faster(() => timed(x, n, 'wasm'));
  return { js, wasmOfPart, wasm, threads: await threaded() };
}
