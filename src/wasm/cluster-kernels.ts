/** The k-means and k-medians kernels of assembly/families over one data set. */
import type { ClusterShape } from '../backend.js';
import type { Centers, ClusterKernels, HardStatistics } from '../em/hard.js';
import type { KMeansStatistics } from '../families/k-means-method.js';
import type { Engine } from './engine.js';
import { createFeed } from './feed.js';

/** Positions of the header fields of Clusters (assembly/families/clusters.ts), in 32-bit words. */
const FIELD = { totals: 3, centers: 4, counts: 5, output: 7, end: 8 };

export function wasmKMeansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<KMeansStatistics> {
  const { kMeansExpectation, kMeansDistances } = engine.kernels;
  return clusterKernels(engine, shape, true, kMeansExpectation, kMeansDistances);
}

export function wasmKMediansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<HardStatistics> {
  const { kMediansExpectation, kMediansDistances } = engine.kernels;
  return clusterKernels(engine, shape, false, kMediansExpectation, kMediansDistances);
}

type Pass = (state: number, panel: number, block: number, out: number) => void;

/** Reserves everything a fit needs; nothing grows afterwards (distances bring a table of their own, which no fit uses). */
function clusterKernels(
  { kernels, arena }: Engine,
  { data, nClusters: k, rows }: ClusterShape,
  withSums: boolean,
  expectationPass: Pass,
  distancesPass: Pass,
): ClusterKernels<KMeansStatistics> {
  const d = data.nFeatures;
  const largest = Math.min(rows, data.nSamples);
  const state = arena.reserve(kernels.clustersBytes(d, k, withSums ? 1 : 0));
  kernels.clustersLay(state, d, k);
  // the panel's table of one "component" holds the least distances
  const panel = arena.reserve(kernels.panelBytes(d, 1));
  kernels.layPanel(panel, d, 1);
  const feed = createFeed(arena, data, largest);
  // labels are written in fours
  const labelsAt = arena.reserve((largest + 4) * 4);
  let table = 0;

  const header = arena.u32(state, FIELD.end).slice();
  const at = (field: keyof typeof FIELD) => header[FIELD[field]] as number;
  let loaded: object | undefined;

  /** Writes the centres, once per E-step: they are immutable, so identity tells. */
  function load(parameters: Centers): void {
    if (loaded === parameters) return;
    packCenters(parameters.centers, k, d, arena.f64(at('centers'), k * d));
    loaded = parameters;
  }

  return {
    expectation(parameters, block) {
      load(parameters);
      expectationPass(state, panel, feed(block), labelsAt);
      const [cost, weight, most, row] = arena.f64(at('totals'), 4) as unknown as [number, number, number, number];
      const length = withSums ? k * d : 0;
      const output = arena.f64(at('output'), 2 * length).slice();
      return {
        cost,
        weight,
        counts: arena.f64(at('counts'), k).slice(),
        farthest: { distance: most, row: block.start + row },
        runs: [{ start: block.start, labels: arena.i32(labelsAt, block.nRows).slice() }],
        sums: output.subarray(0, length),
        errors: output.subarray(length),
      };
    },

    distances(parameters, block, out) {
      load(parameters);
      if (table === 0) table = arena.reserve(largest * k * 8);
      distancesPass(state, panel, feed(block), table);
      out.set(arena.f64(table, block.nRows * k));
    },
  };
}

/** Groups of four centres feature by feature, then the others one after another. */
function packCenters(centers: Float64Array, k: number, d: number, out: Float64Array): void {
  const grouped = k - (k % 4);
  for (let i = 0; i < grouped; i++) {
    const group = (i - (i % 4)) * d + (i % 4);
    for (let j = 0; j < d; j++) out[group + 4 * j] = centers[i * d + j] as number;
  }
  out.set(centers.subarray(grouped * d), grouped * d);
}
