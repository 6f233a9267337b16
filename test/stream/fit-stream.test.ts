/** Fits from chunks are fits in memory, to the bit, whatever the chunks are. */
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  type Chunk,
  type ChunkObject,
  fitStream,
  GaussianMixture,
  type GaussianStreamOptions,
} from '../../src/index.js';
import { clusters, generator, matrixOf, randomParameters } from '../helpers/data.js';
import { BACKENDS, bits, TYPES } from '../helpers/numbers.js';

type Storage = Float64Array | Float32Array | Uint8Array;

/** A source that cuts rows into chunks of `size` rows, the last one smaller; `empty` puts chunks without rows between. */
function inChunks<V extends Storage>(
  x: V,
  columns: number,
  size: number,
  { sampleWeights, empty = false }: { sampleWeights?: Float64Array; empty?: boolean } = {},
) {
  return async function* (): AsyncGenerator<ChunkObject<V>> {
    const n = x.length / columns;
    for (let at = 0; at < n; at += size) {
      const end = Math.min(n, at + size);
      if (empty) yield { data: x.subarray(0, 0) as V, columns };
      yield {
        data: x.subarray(at * columns, end * columns) as V,
        columns,
        ...(sampleWeights === undefined ? {} : { sampleWeights: sampleWeights.subarray(at, end) }),
      };
    }
  };
}

function expectSame(got: GaussianMixture, want: GaussianMixture): void {
  expect(bits(got.trace.logLikelihood)).toEqual(bits(want.trace.logLikelihood));
  expect(bits(got.means)).toEqual(bits(want.means));
  expect(bits(got.covariances)).toEqual(bits(want.covariances));
  expect(bits(got.weights)).toEqual(bits(want.weights));
  expect(bits(got.componentCounts)).toEqual(bits(want.componentCounts));
  expect([got.nIter, got.converged, got.stopReason]).toEqual([want.nIter, want.converged, want.stopReason]);
  // the same origin and the same digits below the means' last place: the same scores
  const { fit: _, ...model } = got.toJSON();
  const { fit: __, ...other } = want.toJSON();
  expect(model).toEqual(other);
}

const n = 5000;
const d = 3;
const k = 3;
const { weights, means } = randomParameters('full', k, d);
const chunkSizes = [1, 7, 1000, n];

describe('the same bits as in memory', () => {
  for (const backend of BACKENDS) {
    for (const size of chunkSizes) {
      it(`${backend}, float64 in chunks of ${size}`, async () => {
        const x = clusters(n, d, k);
        const { covariances } = randomParameters('full', k, d);
        const options = {
          nComponents: k,
          initialParameters: { weights, means, covariances },
          maxIter: 5,
          tol: 0,
          backend,
        };
        expectSame(
          await fitStream(GaussianMixture, inChunks(x, d, size), options),
          GaussianMixture.fit(matrixOf(x, d), options),
        );
      });
    }
  }

  for (const covarianceType of TYPES) {
    for (const size of [7, 1000]) {
      it(`${covarianceType}, float32, weighted, far from 0, in chunks of ${size}`, async () => {
        const offset = 4096;
        const x = Float32Array.from(clusters(n, d, k), (value) => value + offset);
        const sampleWeights = Float64Array.from({ length: n }, (_, i) => ((i + 1) % 3) * 0.75);
        const options: GaussianStreamOptions = {
          nComponents: k,
          covarianceType,
          initialParameters: {
            means: means.map((m) => m + offset),
            covariances: randomParameters(covarianceType, k, d).covariances,
          },
          maxIter: 4,
          tol: 0,
        };
        const want = GaussianMixture.fit(matrixOf(x, d), { ...options, sampleWeights });
        expect(want.toJSON().origin).toBeDefined();
        expectSame(await fitStream(GaussianMixture, inChunks(x, d, size, { sampleWeights }), options), want);
      });
    }
  }

  it('whatever the source is: arrays, sync generators, a promise of chunks, a buffer used again, empty chunks', async () => {
    const x = clusters(3000, d, k);
    const options = { nComponents: k, seed: 3, maxIter: 3, tol: 0, nFeatures: d };
    const want = GaussianMixture.fit(matrixOf(x, d), { nComponents: k, seed: 3, maxIter: 3, tol: 0 });
    const parts: Chunk[] = [x.subarray(0, 300), x.subarray(300, 4500), { data: x.subarray(4500), rows: 1500 }];
    const reused = async function* () {
      const buffer = new Float64Array(30);
      for (let at = 0; at < x.length; at += 30) {
        buffer.set(x.subarray(at, at + 30));
        yield buffer;
      }
    };
    for (const source of [() => parts, async () => parts, reused, inChunks(x, d, 11, { empty: true })]) {
      expectSame(await fitStream(GaussianMixture, source, options), want);
    }
  });

  it.each([
    ['kmeans++', 0],
    ['kmeans', 0],
    ['random', 0],
    ['randomPoints', 0],
    ['kmeans++', 1e6],
  ] as const)('from a start of its own (%s, offset %d) where the sample holds every row', async (init, offset) => {
    const x = clusters(2500, d, k, 5).map((value) => value + offset);
    const options = { nComponents: k, init, seed: 11, maxIter: 6 };
    expectSame(
      await fitStream(GaussianMixture, inChunks(x, d, 999), options),
      GaussianMixture.fit(matrixOf(x, d), options),
    );
  });

  it('from initial means without covariances', async () => {
    const x = clusters(2500, d, k, 6);
    const options = { nComponents: k, initialParameters: { means }, maxIter: 3, tol: 0 };
    expectSame(
      await fitStream(GaussianMixture, inChunks(x, d, 100), options),
      GaussianMixture.fit(matrixOf(x, d), options),
    );
  });

  it('when means move so far that a pass is taken again', async () => {
    const x = clusters(3000, 2, 2, 4, 1000);
    const options = {
      nComponents: 2,
      covarianceType: 'diag',
      initialParameters: { means: [0, 0, 1, 1], covariances: [1e6, 1e6, 1e6, 1e6] },
      maxIter: 8,
    } as const;
    expectSame(
      await fitStream(GaussianMixture, inChunks(x, 2, 321), options),
      GaussianMixture.fit(matrixOf(x, 2), options),
    );
  });

  it.each(chunkSizes)('Bernoulli in chunks of %d, weighted, with a prior', async (size) => {
    const g = generator(8);
    const x = Uint8Array.from({ length: n * 7 }, (_, at) => (g.uniform() < (at % 14 < 7 ? 0.2 : 0.7) ? 1 : 0));
    const sampleWeights = Float64Array.from({ length: n }, (_, i) => 1 + (i % 3));
    for (const backend of BACKENDS) {
      const options = { nComponents: 3, prior: { a: 1.5, b: 2 }, maxIter: 4, tol: 0, seed: 2, backend };
      const got = await fitStream(BernoulliMixture, inChunks(x, 7, size, { sampleWeights }), options);
      const want = BernoulliMixture.fit({ data: x, rows: n, columns: 7 }, { ...options, sampleWeights });
      expect(bits(got.trace.logPosterior as Float64Array)).toEqual(bits(want.trace.logPosterior as Float64Array));
      expect(bits(got.probs)).toEqual(bits(want.probs));
      expect(bits(got.complements)).toEqual(bits(want.complements));
      expect(bits(got.weights)).toEqual(bits(want.weights));
    }
  });

  it('rows in memory, but too many to be copied whole to the kernels', async () => {
    // above the 64 MB that are copied: blocks come from X itself, and so do their weights
    const columns = 64;
    const rows = 2 ** 17 + 1000;
    const x = new Float64Array(rows * columns);
    for (let at = 0, value = 1; at < x.length; at++) {
      value = (value * 1.37 + 0.11) % 2;
      x[at] = value;
    }
    const sampleWeights = Float64Array.from({ length: rows }, (_, i) => (i * 31) % 5);
    const options: GaussianStreamOptions = {
      nComponents: 1,
      covarianceType: 'diag',
      initialParameters: { means: new Float64Array(columns), covariances: new Float64Array(columns).fill(1) },
      maxIter: 1,
      tol: 0,
    };
    expectSame(
      await fitStream(GaussianMixture, inChunks(x, columns, 50_000, { sampleWeights }), options),
      GaussianMixture.fit(matrixOf(x, columns), { ...options, sampleWeights }),
    );
  }, 120_000);
});
