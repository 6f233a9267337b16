/** Nearest centres by the kernels of assembly/families: what fits of clusters and starts of mixtures share. */
import type { ClusterShape } from '../backend.js';
import type { Block, Dataset, Rows } from '../data/dataset.js';
import type { Centers, SeedKernels, StartKernels } from '../em/hard.js';
import type { Arena } from './arena.js';
import type { Engine } from './engine.js';
import { createFeed } from './feed.js';
import type { SeedKernel } from './kernels.js';
import { headerOf } from './state.js';

/** Positions of the header fields of Clusters (assembly/families/clusters.ts), in 32-bit words. */
const FIELD = { stride: 2, totals: 3, centers: 4, counts: 5, scales: 6 };
/** Words of it: pointers and sizes. */
export const HEADER_WORDS = 7;

/** Starts by squared distances. */
export function wasmSquaredStarts(engine: Engine, shape: ClusterShape): StartKernels {
  const { kernels, arena } = engine;
  const { state, panel, at, feed, labelsAt, loadCenters, seeding } = openClusters(engine, shape, kernels.kMeansSeed);
  const stride = at('stride');
  const length = shape.nClusters * stride;
  const sumsAt = arena.reserve(length * 8);
  return {
    ...seeding,
    nearest(centers, block, sums) {
      loadCenters(centers);
      kernels.kMeansNearest(state, panel, feed(block), labelsAt, sums === undefined ? 0 : sumsAt);
      return arena.i32(labelsAt, block.nRows);
    },
    rowSums: () => ({ values: arena.f64(sumsAt, length).fill(0), stride }),
  };
}

/** Gives the addresses of blocks' descriptors, and where row-major values are and whether all of them; `state` and `panel` may be used for packing rows. */
export type OpenFeed = (
  arena: Arena,
  data: Rows,
  rows: number,
  once: boolean,
  state: number,
  panel: number,
) => ((block: Block) => number) & { readonly values?: number; readonly resident?: boolean };

/**
 * Reserves what k-means and k-medians share; nothing grows afterwards.
 *
 * @param bytesOf of a state, which `lay` lays out: of Clusters or a subclass
 */
export function openClusters(
  { kernels, arena }: Engine,
  { data, nClusters: k, rows, scales }: ClusterShape,
  seedPass: SeedKernel,
  openFeed: OpenFeed = createFeed,
  bytesOf = kernels.clustersBytes,
  lay = kernels.clustersLay,
) {
  const d = data.nFeatures;
  const largest = Math.min(rows, data.nSamples);
  const fitted = 'largest' in data ? (data as Dataset) : undefined;
  const nBlocks = fitted === undefined ? 1 : Math.ceil(data.nSamples / largest);
  const stateBytes = bytesOf(d, k);
  const { state, panel, at } = workspace();
  const feed = openFeed(arena, data, largest, fitted === undefined, state, panel);
  /** rows of which something is kept */
  const held = fitted === undefined ? largest : data.nSamples;
  // labels are written in fours
  const labelsAt = arena.reserve((held + 4) * 4);
  // a double for each row, its cost while seeds are chosen, and of each block from there a float, k-means' bound
  const bounds = arena.reserve(held * 8);
  const holdsCosts = new Uint8Array(nBlocks);
  let seeded = false;
  let loaded: Centers | undefined;

  const scaled = arena.f64(at('scales'), d);
  if (scales === undefined) scaled.fill(1);
  else scaled.set(scales);

  /** One thread's state and panel. */
  function workspace() {
    const state = arena.reserve(stateBytes);
    lay(state, d, k);
    // the panel's table of one "component" holds the least distances
    const panel = arena.reserve(kernels.panelBytes(d, 1));
    kernels.layPanel(panel, d, 1);
    return { state, panel, at: headerOf(arena, state, FIELD, HEADER_WORDS) };
  }

  /** Where a block has its rows of what is kept per row. */
  function place({ start }: { start: number }) {
    return fitted === undefined ? { first: 0, index: 0 } : { first: start, index: Math.floor(start / largest) };
  }

  function load(parameters: Centers): void {
    if (loaded === parameters) return;
    loadCenters(parameters.centers);
    loaded = parameters;
  }

  function loadCenters(centers: Float64Array): void {
    loaded = undefined;
    packCenters(centers, centers.length / d, d, arena.f64(at('centers'), Math.ceil(k / 4) * 4 * d));
  }

  return {
    state,
    panel,
    workspace,
    stateBytes,
    feed,
    at,
    load,
    loadCenters,
    place,
    largest,
    held,
    fitted,
    nBlocks,
    labelsAt,
    bounds,
    /** Before an E-step: where costs of seeds lie, bounds begin at 0. */
    forgetCosts() {
      if (!seeded) return;
      holdsCosts.forEach((holds, index) => {
        const first = index * largest;
        if (holds) arena.f64(bounds + 8 * first, Math.min(largest, held - first)).fill(0);
      });
      holdsCosts.fill(0);
      seeded = false;
    },
    /** Labels of a block, as a view. */
    labels: (block: Block) => arena.i32(labelsAt + 4 * place(block).first, block.nRows),
    seeding: {
      trySeeds(candidates: Float64Array, block: Block, keep: boolean) {
        const { first, index } = place(block);
        const costs = bounds + 8 * first;
        if (holdsCosts[index] === 0) arena.f64(costs, block.nRows).fill(Infinity);
        holdsCosts[index] = 1;
        seeded = true;
        const n = candidates.length / d;
        loadCenters(candidates);
        seedPass(state, panel, feed(block), costs, n, keep ? 1 : 0);
        return arena.f64(at('counts'), n).slice();
      },
      seedCosts: (block: Block) => arena.f64(bounds + 8 * place(block).first, block.nRows),
    } satisfies SeedKernels,
  };
}

/** Groups of four centres feature by feature. */
export function packCenters(centers: Float64Array, k: number, d: number, out: Float64Array): void {
  for (let i = 0; i < k; i++) {
    const group = (i - (i % 4)) * d + (i % 4);
    for (let j = 0; j < d; j++) out[group + 4 * j] = centers[i * d + j] as number;
  }
}
