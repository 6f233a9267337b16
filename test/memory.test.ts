/** Linear memory: leased, zeroed, given back, and never in the way of another fit. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  checkLimits,
  cholesky,
  type DataInput,
  GaussianMixture,
  KMeans,
  type LimitError,
  loadKernels,
  logSumExp,
  mahalanobis,
  weightedCovariance,
} from '../src/index.js';
import { ARENA_BASE } from '../src/wasm/arena.js';
import { clusters, matrixOf } from './helpers/data.js';
import { bits, TYPES, thrownBy } from './helpers/numbers.js';

/** Every memory made since this file was loaded (each test file has modules, and so an engine pool, of its own). */
const memories: WebAssembly.Memory[] = [];
let grown = 0;
const Original = WebAssembly.Memory;
WebAssembly.Memory = class extends Original {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
  override grow(pages: number): number {
    grown++;
    return super.grow(pages);
  }
};
afterAll(() => {
  WebAssembly.Memory = Original;
});

const X = matrixOf(clusters(120, 3, 2), 3);
const options = { nComponents: 2, maxIter: 3, tol: 0 } as const;
const bytes = () => memories.reduce((total, { buffer }) => total + buffer.byteLength, 0);
const usage = () => [memories.length, bytes()];

/** What is kept of idle memories. */
const KEPT_BYTES = 64 * 2 ** 20;

/** So many fits that have begun; call what it returns to end them. */
function leased(n: number, data: DataInput = X): () => void {
  const open = Array.from({ length: n }, () => GaussianMixture.steps(data, options));
  for (const steps of open) steps.next();
  return () => {
    for (const steps of open) steps.return(undefined as never);
  };
}

/** Runs something while no idle memory is there to be leased. */
function withoutIdle<T>(run: () => T): T {
  const end = leased(4);
  try {
    return run();
  } finally {
    end();
  }
}

function everyKernel(i: number): void {
  const model = GaussianMixture.fit(X, { ...options, covarianceType: TYPES[i % 4]!, nComponents: 1 + (i % 3) });
  model.predict(X);
  model.bic(X);
  if (i % 10 === 0) model.sample(5);
  if (i % 10 === 1) weightedCovariance(X);
  if (i % 10 === 2) logSumExp(X);
  if (i % 10 === 3)
    cholesky([
      [2, 1],
      [1, 2],
    ]);
  if (i % 10 === 4) mahalanobis(X, { means: [[0, 0, 0]], covariances: [1], covarianceType: 'spherical' });
  if (i % 10 === 5) thrownBy(() => GaussianMixture.fit([0, 0, 0, 1], { nComponents: 2, regCovar: 0 }));
  if (i % 10 === 6) GaussianMixture.steps(X, options).next();
  if (i % 10 === 7) for (const _ of GaussianMixture.steps(X, options)) break;
}

describe('after a fit', () => {
  it('memory after 1,000 fits equals memory after 10', () => {
    const fit = () => GaussianMixture.fit(X, options);
    for (let i = 0; i < 10; i++) fit();
    const after10 = usage();
    for (let i = 0; i < 990; i++) fit();
    expect(usage()).toEqual(after10);
    expect(after10[0]).toBe(1);
  });

  it('memory is bounded whatever runs, but for iterators never finished', () => {
    const finished = (i: number) => everyKernel(i % 10 === 6 ? i + 1 : i);
    for (let i = 0; i < 60; i++) finished(i);
    const before = usage();
    for (let i = 0; i < 300; i++) finished(i);
    expect(usage()).toEqual(before);
  });

  it('every byte is zero again', () => {
    for (let i = 0; i < 20; i++) everyKernel(i % 10 === 6 ? 0 : i);
    thrownBy(() =>
      GaussianMixture.fit(X, {
        ...options,
        onProgress: () => {
          throw new Error('mine');
        },
      }),
    );
    for (const { buffer } of memories) {
      expect(new Uint8Array(buffer, ARENA_BASE).findIndex((byte) => byte !== 0)).toBe(-1);
    }
  });

  it('a memory of more than 64 MB goes with its fit', () => {
    const large = new Float64Array(8_300_000).map((_, i) => i % 1000);
    for (const fits of [1, 2]) {
      GaussianMixture.fit(large, { nComponents: 1, maxIter: 0 });
      // the one before was not kept
      const those = memories.filter(({ buffer }) => buffer.byteLength > KEPT_BYTES);
      expect(those.length).toBe(fits);
      // and is zeroed like the others
      expect(new Float64Array(those.at(-1)!.buffer, ARENA_BASE).every((value) => value === 0)).toBe(true);
    }
  });

  it('of others as many are kept as have 64 MB together', () => {
    const data = new Float64Array(3_000_000).map((_, i) => i % 1000);
    const made = () => {
      const before = memories.length;
      leased(3, data)();
      return memories.slice(before).map(({ buffer }) => buffer.byteLength);
    };
    withoutIdle(() => {
      const sizes = made();
      expect(sizes.length).toBe(3);
      for (const size of sizes) expect(Math.floor(KEPT_BYTES / size)).toBe(2);
    });
    expect(made().length).toBe(1);
  });

  it('k-means takes no more than `maxBytes` counts, at once', () => {
    for (const [n, d, nClusters] of [
      [250_000, 4, 4],
      [150_000, 8, 8],
      [400_000, 1, 3],
      [50_000, 16, 60],
    ] as const) {
      const data = { data: clusters(n, d, 5).map((v, i) => v + (i % 97)), rows: n, columns: d };
      const counted = thrownBy<LimitError>(() => checkLimits(data, { nClusters }, { maxBytes: 0 })).asked;
      const taken = withoutIdle(() => {
        const [made, before] = [memories.length, grown];
        KMeans.fit(data, { nClusters, maxIter: 2 });
        expect(grown).toBe(before);
        return memories.slice(made).reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      });
      expect(taken).toBeGreaterThan(data.data.byteLength);
      expect(data.data.byteLength + taken).toBeLessThan(counted + 65536);
    }
  });

  it('at most four idle memories are kept', () => {
    const open = () =>
      Array.from({ length: 7 }, () => {
        const steps = GaussianMixture.steps(X, options);
        steps.next();
        return steps;
      });
    for (const steps of open()) steps.return(undefined as never);
    const before = memories.length;
    for (const steps of open()) steps.return(undefined as never);
    expect(memories.length - before).toBe(3);
  });
});

describe('during a fit', () => {
  it('nothing grows once the loop runs', () => {
    const wide = matrixOf(clusters(3000, 9, 3), 9);
    for (const covarianceType of TYPES) {
      const steps = GaussianMixture.steps(wide, { nComponents: 5, covarianceType, maxIter: 8, tol: 0 });
      steps.next();
      const before = grown;
      let last = steps.next();
      while (!last.done && last.value.stopReason === undefined) last = steps.next();
      expect(last.done).toBe(false);
      expect(grown).toBe(before);
      steps.return(undefined as never);
    }
  });

  it('interleaved iterators do not disturb each other', () => {
    const kinds = TYPES.flatMap((covarianceType) =>
      [1, 3].map((nComponents) => ({ ...options, covarianceType, nComponents, maxIter: 6 })),
    );
    const alone = kinds.map((kind) =>
      [...GaussianMixture.steps(X, kind)].map(({ means, covariances }) => bits([...means, ...covariances])),
    );
    const running = kinds.map((kind) => GaussianMixture.steps(X, kind));
    for (let t = 0; t <= 6; t++) {
      running.forEach((steps, i) => {
        const { value } = steps.next();
        const { means, covariances } = value as { means: Float64Array; covariances: Float64Array };
        expect(bits([...means, ...covariances])).toEqual(alone[i]![t]);
      });
    }
    for (const steps of running) expect(steps.next().done).toBe(true);
  });

  it('anything may be called from onProgress, another fit too', () => {
    const want = GaussianMixture.fit(X, options);
    const predicted = bits(want.predictProba(X));
    let calls = 0;
    const model = GaussianMixture.fit(X, {
      ...options,
      onProgress: () => {
        calls++;
        expect(bits(want.predictProba(X))).toEqual(predicted);
        expect(bits(GaussianMixture.fit(X, options).means)).toEqual(bits(want.means));
        weightedCovariance(X);
        cholesky([[2]]);
      },
    });
    expect(calls).toBe(4);
    expect(bits(model.covariances)).toEqual(bits(want.covariances));
  });

  it('an abandoned iterator leaves the others alone', () => {
    const want = bits(GaussianMixture.fit(X, options).means);
    for (let i = 0; i < 20; i++) {
      const abandoned = GaussianMixture.steps(X, options);
      abandoned.next();
      abandoned.next();
      expect(bits(GaussianMixture.fit(X, options).means)).toEqual(want);
    }
  });

  it('an error in the middle leaves everything usable', () => {
    const want = bits(GaussianMixture.fit(X, options).means);
    const before = usage();
    const mine = new Error('mine');
    for (const at of [0, 1, 3]) {
      const thrown = thrownBy(() =>
        GaussianMixture.fit(X, {
          ...options,
          onProgress: ({ iteration }) => {
            if (iteration === at) throw mine;
          },
        }),
      );
      expect(thrown).toBe(mine);
      const steps = GaussianMixture.steps(X, options);
      steps.next();
      expect(() => steps.throw(mine)).toThrow(mine);
      expect(steps.next().done).toBe(true);
      thrownBy(() => GaussianMixture.fit([0, 0, 1, 1], { nComponents: 2, regCovar: 0 }));
      thrownBy(() =>
        cholesky([
          [1, 2],
          [2, 1],
        ]),
      );
      expect(bits(GaussianMixture.fit(X, options).means)).toEqual(want);
    }
    expect(usage()).toEqual(before);
  });

  it('the arrays of a step stay as they were', () => {
    // overlapping, so that no step is the same as the one before
    const overlapping = matrixOf(clusters(120, 3, 2, 1, 1), 3);
    const seen = [...GaussianMixture.steps(overlapping, { ...options, maxIter: 5 })];
    const means = seen.map((step) => step.means.join());
    expect(new Set(means).size).toBe(6);
    const model = GaussianMixture.fit(overlapping, { ...options, maxIter: 5 });
    seen[5]!.means.fill(0);
    expect(model.means.join()).toBe(means[5]);
  });

  it('of kernels that were replaced by others is let go', async () => {
    const large = new Float64Array(8_100_000).map((_, i) => i % 1000);
    GaussianMixture.fit(large, { nComponents: 1, maxIter: 0 });
    await loadKernels({ module: new WebAssembly.Module(readFileSync('build/kernels.wasm')) });
    GaussianMixture.fit(X, options);
    const before = memories.length;
    for (let i = 0; i < 5; i++) GaussianMixture.fit(X, options);
    expect(memories.length).toBe(before);
  });
});
