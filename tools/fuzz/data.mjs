// Data to fit: shapes, scales, offsets, duplicates, constants, weights, containers.
import { some } from './generator.mjs';

/** Rows around some centres, with whatever real tables have in them. */
export function realData(g, { n, d }) {
  const nCentres = g.integer(1, 6);
  const spread = g.pick([0, 0.5, 2, 5, 50]);
  const centres = Array.from({ length: nCentres * d }, () => spread * g.normal());
  const scale = Array.from({ length: d }, () => (g.chance(0.2) ? 10 ** g.integer(-6, 6) : 1));
  const offset = g.chance(0.2) ? 10 ** g.integer(1, 8) : 0;
  const x = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const c = g.integer(0, nCentres - 1);
    for (let j = 0; j < d; j++) x[i * d + j] = (centres[c * d + j] + g.normal()) * scale[j] + offset;
  }
  const column = (change) => {
    const j = g.integer(0, d - 1);
    for (let i = 0; i < n; i++) x[i * d + j] = change(i, j);
  };
  if (g.chance(0.1)) column(() => 7);
  if (g.chance(0.1) && d > 1) column((i) => 2 * x[i * d]);
  if (g.chance(0.15)) column((i, j) => Math.round(x[i * d + j]));
  if (g.chance(0.15)) {
    // rows that occur again and again
    const few = g.integer(1, 8);
    for (let i = few; i < n; i++) x.copyWithin(i * d, (i % few) * d, ((i % few) + 1) * d);
  }
  if (g.chance(0.05)) x[g.integer(0, n * d - 1)] *= 1e6;
  return x;
}

export function binaryData(g, { n, d }) {
  const nClasses = g.integer(1, 4);
  const probs = Array.from({ length: nClasses * d }, () => g.pick([0, 0.05, 0.3, 0.5, 0.9, 1]));
  return Uint8Array.from({ length: n * d }, (_, at) =>
    g.uniform() < probs[(Math.floor(at / d) % nClasses) * d + (at % d)] ? 1 : 0,
  );
}

/** The same numbers as users hold them. Float32 changes them, so it returns what the others are made of, too. */
export function contain(g, x, { n, d }) {
  const kind = g.pick(['flat', 'flat', 'nested', 'float32', 'subarray', 'shared']);
  if (kind === 'nested') return Array.from({ length: n }, (_, i) => Array.from(x.subarray(i * d, (i + 1) * d)));
  let data = x;
  if (kind === 'float32' && x instanceof Float64Array) data = Float32Array.from(x);
  else if (kind === 'subarray') {
    data = new x.constructor(x.length + 3);
    data.set(x, 3);
    data = data.subarray(3);
  } else if (kind === 'shared') {
    data = new x.constructor(new SharedArrayBuffer(x.byteLength));
    data.set(x);
  }
  return { data, rows: n, columns: d };
}

/** Weights of rows: integers, zeros, of any scale. */
export function someWeights(g, n) {
  const scale = g.pick([1, 1, 1e-3, 1e4]);
  const kind = g.pick(['integers', 'uniform', 'half zero']);
  return Float64Array.from({ length: n }, (_, i) => {
    if (kind === 'integers') return g.integer(i === 0 ? 1 : 0, 3) * scale;
    return kind === 'uniform' || i === 0 ? (0.1 + g.uniform()) * scale : g.integer(0, 1) * scale;
  });
}

/** Options that all mixtures know. */
export function mixtureOptions(g, n, k) {
  return {
    nComponents: k,
    tol: g.pick([0, 1e-6, 1e-3]),
    maxIter: g.skewed(0, 25),
    seed: g.integer(0, 1e6),
    ...some(g, {
      nInit: [0.15, () => g.integer(1, 3)],
      sampleWeights: [0.25, () => someWeights(g, n)],
      acceleration: [0.25, () => g.pick(['anderson', 'squarem'])],
      trace: [0.1, () => 'elbo'],
      paramTol: [0.1, () => 10 ** -g.integer(2, 8)],
    }),
  };
}
