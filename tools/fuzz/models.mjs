// Saved models, damaged: what is read is either refused by name, or a model that works.

import { anything, draw } from './anything.mjs';
import { check, named } from './expect.mjs';

export function models(lib, g) {
  const [Model, model] = g.pick(saved(lib));
  const text = JSON.stringify(model);
  const input = g.chance(0.4) ? damagedText(g, text) : damagedObject(g, JSON.parse(text));
  const { result, error } = named(lib, () => Model.fromJSON(input));
  if (error !== undefined) return 'refused';
  // accepted: then it must hold together
  const d = result.nFeatures;
  const X = { data: new Float64Array(2 * d), rows: 2, columns: d };
  const used = named(lib, () => {
    if (result.transform) return result.transform(X);
    check(
      result.predictProba(X).every((value) => value >= 0 && value <= 1),
      'a probability outside [0, 1] from a read model',
    );
    return undefined;
  });
  check(
    used.error === undefined || used.error.code === 'ZERO_DENSITY',
    () => `a model that was read cannot be used: ${used.error}`,
  );
  named(lib, () => result.toJSON());
  return 'read';
}

const made = new WeakMap();

function saved(lib) {
  if (!made.has(lib)) {
    const rows = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i) + (i % 2) * 5]);
    const bits = rows.map(([a, b]) => [a > 0, b > 0].map(Number));
    made.set(lib, [
      ...['full', 'tied', 'diag', 'spherical'].map((covarianceType) => [
        lib.GaussianMixture,
        lib.GaussianMixture.fit(rows, { nComponents: 2, covarianceType, maxIter: 5 }),
      ]),
      [lib.BernoulliMixture, lib.BernoulliMixture.fit(bits, { nComponents: 2, maxIter: 5 })],
      [lib.KMeans, lib.KMeans.fit(rows, { nClusters: 2 })],
      [lib.KMedians, lib.KMedians.fit(rows, { nClusters: 2 })],
    ]);
  }
  return made.get(lib);
}

function damagedText(g, text) {
  const at = g.integer(0, text.length - 1);
  return g.pick([
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + String.fromCharCode(g.integer(0, 0x24f)) + text.slice(at + 1),
    () =>
      text.replace(/-?\d+(\.\d+)?(e-?\d+)?/g, (number) =>
        g.chance(0.05) ? g.pick(['1e999', '-0', 'null', '"1"', '1e308', '5e-324']) : number,
      ),
    () => text.replace('{', '{"__proto__": {"weights": [1]},'),
    () => '['.repeat(g.integer(1, 5000)) + text,
    () => `${text} ${text}`,
  ])();
}

/** One place of the tree changed. */
function damagedObject(g, root) {
  let node = root;
  for (;;) {
    const keys = Object.keys(node);
    if (keys.length === 0) break;
    const key = g.pick(keys);
    const child = node[key];
    if (child !== null && typeof child === 'object' && g.chance(0.75)) node = child;
    else {
      g.pick([
        () => delete node[key],
        () => (node[key] = draw(anything, g)),
        () => (node[g.pick(Array.isArray(node) ? ['extra', '0'] : ['extra', 'length', '0'])] = draw(anything, g)),
        () => (node[key] = typeof child === 'number' ? child * g.pick([-1, 0, 1 + 1e-9, 1e200, 1e-320]) : child),
        () => Array.isArray(node) && node.push(node[0]),
        () => Array.isArray(node) && node.pop(),
      ])();
      break;
    }
  }
  return g.chance(0.5) ? root : jsonOrNothing(root);
}

function jsonOrNothing(root) {
  try {
    return JSON.stringify(root);
  } catch {
    return root;
  }
}
