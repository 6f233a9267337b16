// K-means and k-medians: invariants, wasm beside the JS backend, JSON and back.
import { contain, realData, someWeights } from './data.mjs';
import { check, close, named, sameBits } from './expect.mjs';
import { some } from './generator.mjs';

export function clustering(lib, g) {
  const size = { n: g.skewed(1, 500), d: g.skewed(1, 10) };
  const k = g.skewed(1, Math.min(12, size.n));
  const x = realData(g, size);
  const X = contain(g, x, size);
  const Model = g.pick([lib.KMeans, lib.KMedians]);
  const options = {
    nClusters: k,
    seed: g.integer(0, 1e6),
    ...some(g, {
      init: [0.7, () => g.pick(['kmeans++', 'greedyKmeans++', 'random'])],
      nInit: [0.2, () => g.integer(1, 4)],
      maxIter: [0.3, () => g.skewed(0, 10)],
      tol: [0.2, () => 10 ** -g.integer(0, 8)],
      sampleWeights: [0.3, () => someWeights(g, size.n)],
    }),
  };
  const { result: model, error } = named(lib, () => Model.fit(X, options));
  if (error !== undefined) return 'refused';
  const { centers, totalCost, trace, labels } = model;
  check(centers.every(Number.isFinite), 'centers are not finite');
  const weighted = options.sampleWeights === undefined ? {} : { sampleWeights: options.sampleWeights };
  const total = options.sampleWeights?.reduce((a, b) => a + b, 0) ?? size.n;
  close(
    model.clusterCounts.reduce((a, b) => a + b, 0),
    total,
    1e-12 * total,
    'sum of clusterCounts',
  );

  // the cost again, from its definition
  const kept = X.data instanceof Float32Array ? X.data : x;
  const { n, d } = size;
  const squared = Model === lib.KMeans;
  let [sum, largest] = [0, 0];
  for (let i = 0; i < n; i++) {
    let own = 0;
    for (let j = 0; j < d; j++) {
      const difference = Math.abs(kept[i * d + j] - centers[labels[i] * d + j]);
      own += squared ? difference ** 2 : difference;
      largest = Math.max(largest, Math.abs(kept[i * d + j]));
    }
    sum += own * (options.sampleWeights?.[i] ?? 1);
  }
  // a difference of two numbers is good to their rounding
  const rounding = largest * 2 ** -50;
  const slack = squared ? rounding * Math.sqrt(d * sum * total) + total * d * rounding ** 2 : total * d * rounding;
  const { cost } = trace;
  for (let t = 1; t < cost.length; t++) {
    check(cost[t] <= cost[t - 1] * (1 + 1e-12) + slack, () => `the cost rises at ${t}: ${cost[t - 1]} → ${cost[t]}`);
  }
  close(totalCost, sum, 1e-12 * sum + slack, 'totalCost against Σ cost');
  close(-model.score(X, weighted) * total, totalCost, 1e-12 * totalCost + slack, '−score · n against totalCost');

  const text = JSON.stringify(model);
  const again = Model.fromJSON(text);
  check(JSON.stringify(again) === text, 'JSON of the model read from JSON is another');
  sameBits(again.transform(X), model.transform(X), 'transform of the model read from JSON');
  const rows = Array.from({ length: k }, (_, c) => Array.from(centers.subarray(c * d, (c + 1) * d)));
  const js = Model.fromParameters({ centers: rows, backend: 'js' });
  const [a, b] = [model.transform(X), js.transform(X)];
  for (let i = 0; i < a.length; i++) close(a[i], b[i], 1e-12 * b[i] + d * rounding, `transform[${i}] of wasm and js`);
  return 'fitted';
}
