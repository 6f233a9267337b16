/** A kernel that traps: its instance is dropped, memory included, and everything goes on with another. */
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, GaussianMixture, KMeans, weightedCovariance } from '../../src/index.js';
import { ARENA_BASE } from '../../src/wasm/arena.js';
import { leaseEngine, returnEngine } from '../../src/wasm/engine.js';
import { allKernels } from '../../src/wasm/more-kernels.js';
import { clusters, matrixOf } from '../helpers/data.js';
import { bits, thrownBy } from '../helpers/numbers.js';

const X = matrixOf(clusters(120, 3, 2), 3);
const binary = { data: Uint8Array.from(X.data, (v) => (v > 0 ? 1 : 0)), rows: X.rows, columns: 3 };
const options = { nComponents: 2, maxIter: 3, tol: 0 } as const;

/** An instance whose kernel stops as a real one would: `unreachable`, by a module of its own. */
const trap = new WebAssembly.Instance(
  new WebAssembly.Module(
    // (module (func (export "f") unreachable))
    Uint8Array.of(
      0,
      97,
      115,
      109,
      1,
      0,
      0,
      0,
      1,
      4,
      1,
      96,
      0,
      0,
      3,
      2,
      1,
      0,
      7,
      5,
      1,
      1,
      102,
      0,
      0,
      10,
      5,
      1,
      3,
      0,
      0,
      11,
    ),
  ),
).exports.f as () => never;

/** Empties the pool of idle instances, so that the next lease is this one, which traps at a kernel's `nth` call. */
function sabotage(kernel: string, nth = 1): { memory: WebAssembly.Memory; calls: () => number } {
  for (let i = 0; i < 4; i++) leaseEngine(0);
  const engine = leaseEngine(2 ** 21);
  allKernels(engine);
  let calls = 0;
  const original = (engine.kernels as never as Record<string, (...pointers: number[]) => number>)[kernel]!;
  const kernels = {
    ...engine.kernels,
    [kernel]: (...pointers: number[]) => (++calls >= nth ? trap() : original(...pointers)),
  };
  engine.kernels = kernels as typeof engine.kernels;
  returnEngine(engine);
  return { memory: engine.arena.memory, calls: () => calls };
}

/** The memories of all idle instances. */
function idleMemories(): WebAssembly.Memory[] {
  const engines = Array.from({ length: 4 }, () => leaseEngine(0));
  for (const engine of engines) returnEngine(engine);
  return engines.map(({ arena }) => arena.memory);
}

describe('a trap', () => {
  const fit = () => GaussianMixture.fit(X, options);
  const wanted = bits(fit().covariances);
  const ways: [string, string, () => unknown][] = [
    ['in a fit', 'gaussianExpectation', fit],
    ['in steps', 'gaussianExpectation', () => [...GaussianMixture.steps(X, options)]],
    ['in scoring many rows', 'gaussianScore', () => fit().predict(X)],
    ['in a factorisation', 'cholesky', fit],
    ['in a function', 'gaussianMoments', () => weightedCovariance(X)],
    ['in k-means', 'kMeansExpectation', () => KMeans.fit(X, { nClusters: 2 })],
    ['in steps of k-means', 'kMeansExpectation', () => [...KMeans.steps(X, { nClusters: 2 })]],
    ['in a Bernoulli mixture', 'bernoulliExpectation', () => BernoulliMixture.fit(binary, options)],
  ];

  it.each(ways)('%s is thrown as it is, and the instance is gone', (_what, kernel, call) => {
    const { memory, calls } = sabotage(kernel);
    const error = thrownBy(call);
    expect(error).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(calls()).toBeGreaterThan(0);
    expect(idleMemories()).not.toContain(memory);
    expect(bits(fit().covariances)).toEqual(wanted);
  });

  it('of the scorer that is kept open closes it', () => {
    const model = fit();
    const row = [[0.5, 0.25, 1]];
    const want = bits(model.scoreSamples(row));
    const fresh = GaussianMixture.fromJSON(JSON.parse(JSON.stringify(model)));
    const { memory } = sabotage('gaussianScore', 2);
    expect(bits(fresh.scoreSamples(row))).toEqual(want);
    expect(thrownBy(() => fresh.scoreSamples(row))).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(bits(fresh.scoreSamples(row))).toEqual(want);
    expect(idleMemories()).not.toContain(memory);
  });

  it('is not any error: one of a caller, or of the data, keeps the instance, zeroed', () => {
    for (const call of [
      () => GaussianMixture.fit([0, 0, 0, 1], { nComponents: 2, regCovar: 0 }),
      () =>
        GaussianMixture.fit(X, {
          ...options,
          onProgress: () => {
            throw new Error('mine');
          },
        }),
      () => BernoulliMixture.fit(binary, { nComponents: 200 }),
      () => KMeans.fit(X, { nClusters: 1000 }),
    ]) {
      thrownBy(call);
      const before = idleMemories();
      thrownBy(call);
      const after = idleMemories();
      expect(new Set(after)).toEqual(new Set(before));
      for (const { buffer } of after) expect(new Uint8Array(buffer, ARENA_BASE).every((byte) => byte === 0)).toBe(true);
    }
  });
});
