/** The k-means and k-medians kernels of assembly/families over one data set. */
import type { ClusterShape } from '../backend.js';
import type { Centers, ClusterKernels, HardStatistics } from '../em/hard.js';
import type { KMeansStatistics } from '../families/k-means-method.js';
import type { Engine } from './engine.js';
import { createFeed } from './feed.js';

/** Positions of the header fields of Clusters (assembly/families/clusters.ts), in 32-bit words. */
const FIELD = { totals: 3, centers: 4, counts: 5, output: 7, end: 8 };

export function wasmKMeansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<KMeansStatistics> {
  return clusterKernels(engine, shape, true, 'kMeansExpectation', 'kMeansDistances');
}

export function wasmKMediansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<HardStatistics> {
  return clusterKernels(engine, shape, false, 'kMediansExpectation', 'kMediansDistances');
}

/** Reserves everything a fit needs; nothing grows afterwards (distances bring a table of their own, which no fit uses). */
function clusterKernels(
  { kernels, arena, team }: Engine,
  { data, nClusters: k, rows }: ClusterShape,
  withSums: boolean,
  expectation: 'kMeansExpectation' | 'kMediansExpectation',
  distances: 'kMeansDistances' | 'kMediansDistances',
): ClusterKernels<KMeansStatistics> {
  const d = data.nFeatures;
  const largest = Math.min(rows, data.nSamples);
  const stateBytes = kernels.clustersBytes(d, k, withSums ? 1 : 0);
  const outputBytes = withSums ? 16 * k * d : 0;
  const own = workspace();
  const { state, panel, labels, at } = own;
  const feed = createFeed(arena, data, largest);
  const passes = team?.open({
    kernel: expectation,
    data,
    rows,
    feed,
    own,
    workspace,
    headerBytes: 4 * FIELD.end,
    stateBytes,
    resultBytes: [32, 8 * k, outputBytes, (largest + 4) * 4],
  });
  let table = 0;
  let loaded: object | undefined;

  /** One thread's state, panel and labels. */
  function workspace() {
    const state = arena.reserve(stateBytes);
    kernels.clustersLay(state, d, k);
    // the panel's table of one "component" holds the least distances
    const panel = arena.reserve(kernels.panelBytes(d, 1));
    kernels.layPanel(panel, d, 1);
    // labels are written in fours
    const labels = arena.reserve((largest + 4) * 4);
    const header = arena.u32(state, FIELD.end).slice();
    const at = (field: keyof typeof FIELD) => header[FIELD[field]] as number;
    const results = [at('totals'), at('counts'), at('output'), labels];
    return { state, panel, labels, at, pointers: [state, panel, undefined, labels], results };
  }

  /** Writes the centres, once per E-step: they are immutable, so identity tells. */
  function load(parameters: Centers): void {
    if (loaded === parameters) return;
    packCenters(parameters.centers, k, d, arena.f64(at('centers'), k * d));
    loaded = parameters;
  }

  /** Copies what a pass says of a block out; it lies where the last pass left it if nothing else is said. */
  function collect(start: number, nRows: number, results: readonly number[] = own.results): KMeansStatistics {
    const [totals, counts, outputAt, labelsAt] = results as [number, number, number, number];
    const [cost, weight, most, row] = arena.f64(totals, 4) as unknown as [number, number, number, number];
    const output = arena.f64(outputAt, outputBytes / 8).slice();
    return {
      cost,
      weight,
      counts: arena.f64(counts, k).slice(),
      farthest: { distance: most, row: start + row },
      runs: [{ start, labels: arena.i32(labelsAt, nRows).slice() }],
      sums: output.subarray(0, output.length / 2),
      errors: output.subarray(output.length / 2),
    };
  }

  return {
    expectation(parameters, block) {
      load(parameters);
      kernels[expectation](state, panel, feed(block), labels);
      return collect(block.start, block.nRows);
    },

    ...(passes && {
      *expectations(parameters: Centers) {
        load(parameters);
        let start = 0;
        for (const results of passes()) {
          yield collect(start, Math.min(rows, data.nSamples - start), results);
          start += rows;
        }
      },
    }),

    distances(parameters, block, out) {
      load(parameters);
      if (table === 0) table = arena.reserve(largest * k * 8);
      kernels[distances](state, panel, feed(block), table);
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
