// Fits in workers, by one thread and by several, side by side: the bits of the fit on the calling thread.
import { binaryData, realData } from './data.mjs';
import { check, namedAsync, sameBits } from './expect.mjs';

/** Sizes of several blocks: there is nothing to share below. */
export async function threads(lib, g) {
  const [d, k] = [g.integer(10, 20), g.integer(8, 16)];
  const size = { n: g.integer(2100, 5000), d };
  const seed = g.integer(0, 1e6);
  const mixture = { nComponents: k, seed, tol: 0, maxIter: g.integer(0, 3) };
  const [Model, x, options] = g.pick([
    () => [
      lib.GaussianMixture,
      realData(g, size),
      { ...mixture, covarianceType: g.pick(['full', 'tied', 'diag', 'spherical']) },
    ],
    () => [lib.BernoulliMixture, binaryData(g, size), mixture],
    () => [lib.KMeans, realData(g, size), { nClusters: k, seed, maxIter: 5 }],
    () => [lib.KMedians, realData(g, size), { nClusters: k, seed, maxIter: 3 }],
  ])();
  const X = { data: x, rows: size.n, columns: d };
  const want = await namedAsync(lib, () => Model.fit(X, options));
  const counts = [1, 2, g.integer(3, 8)];
  const fits = await Promise.all(
    counts.map((threads) => namedAsync(lib, () => Model.fitAsync(X, { ...options, threads }))),
  );
  fits.forEach(({ result, error }, i) => {
    const what = `by ${counts[i]} threads`;
    check(error?.code === want.error?.code, () => `${what}: ${error ?? 'no error'}, not ${want.error ?? 'none'}`);
    if (error !== undefined) return;
    check(JSON.stringify(result) === JSON.stringify(want.result), `${what}: another model`);
    sameBits(result.labels, want.result.labels, `${what}: labels`);
  });
  return want.error === undefined ? 'fitted' : 'refused';
}
