/** The k-means and k-medians kernels of assembly/families over one data set. */
import type { ClusterShape } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import { summationGrids } from '../em/exact-sums.js';
import type { Centers, ClusterKernels, HardStatistics } from '../em/hard.js';
import type { KMeansStatistics } from '../families/k-means-method.js';
import type { Engine } from './engine.js';
import { createFeed } from './feed.js';
import type { SeedKernel } from './kernels.js';

/** Positions of the header fields of Clusters (assembly/families/clusters.ts), in 32-bit words. */
const FIELD = { stride: 2, indexMask: 3, totals: 4, centers: 5, counts: 6, scales: 7, halves: 8, drifts: 9, grids: 10 };
const OUTPUT = 11;
/** … and in doubles. */
const SLACK = 6;

/** A block's sums are kept from pass to pass unless they take more than this share of the block's values. */
const KEPT_SHARE = 1 / 4;

export function wasmKMeansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<KMeansStatistics> {
  const { arena, kernels } = engine;
  const { nClusters: k, data } = shape;
  const common = clusterKernels(engine, shape, true, kernels.kMeansDistances, kernels.kMeansSeed);
  const { state, panel, at, feed, largest, fitted, labelsAt, bounds, statistics } = common;
  const d = data.nFeatures;
  const stride = at('stride');

  // sums of each block, or of one at a time
  const sumBytes = kernels.clusterSumsBytes(d, k);
  const keepSums = fitted !== undefined && sumBytes <= KEPT_SHARE * largest * d * 8;
  const sums = fitted === undefined ? 0 : arena.reserve(sumBytes * (keepSums ? common.nBlocks : 1));
  const summed = new Uint8Array(common.nBlocks);
  if (fitted !== undefined) {
    arena.f64(at('grids'), 3 * stride).set(summationGrids(fitted, shape.scales, largest, stride));
  }
  const output = arena.u32(state, OUTPUT + 1)[OUTPUT] as number;
  const rounding = (d + 4) * (Number.EPSILON / 2) + (at('indexMask') + 1) * Number.EPSILON;
  let loaded: Centers | undefined;

  /** Writes what the filter and the bounds need beside the centres, once per E-step. */
  function load(parameters: Centers): void {
    if (loaded === parameters) return;
    const { centers } = parameters;
    common.load(parameters);
    const halves = arena.f64(at('halves'), Math.ceil(k / 4) * 4).fill(Number.MAX_VALUE);
    const drifts = arena.f64(at('drifts'), k);
    let greatest = 0;
    let most = 0;
    let second = 0;
    let farthest = -1;
    for (let i = 0; i < k; i++) {
      let square = 0;
      let moved = 0;
      for (let j = i * d; j < (i + 1) * d; j++) {
        const c = centers[j] as number;
        const u = loaded === undefined ? 0 : c - (loaded.centers[j] as number);
        square += c * c;
        moved += u * u;
      }
      halves[i] = square / 2;
      greatest = Math.max(greatest, square);
      if (!(moved <= most)) [most, second, farthest] = [moved, most, i];
      else second = Math.max(second, moved);
    }
    for (let i = 0; i < k; i++) drifts[i] = roundedUp((drifts[i] as number) + way(i === farthest ? second : most, d));
    if (shape.bounds === false) drifts.fill(Infinity);
    arena.f64(state, SLACK + 2).set([16 * rounding, greatest], SLACK);
    loaded = parameters;
  }

  return {
    ...common.kernels,
    expectation(parameters, block) {
      load(parameters);
      const { first, index } = common.place(block);
      const rows = bounds + 8 * first;
      if (fitted === undefined || common.seeded(index)) arena.f64(rows, block.nRows).fill(0);
      const own = sums + (keepSums ? sumBytes * index : 0);
      kernels.kMeansExpectation(state, panel, feed(block), labelsAt + 4 * first, rows, own, summed[index] as number);
      if (keepSums) summed[index] = 1;
      const length = fitted === undefined ? 0 : k * stride;
      return { ...statistics(block), ...unpack(arena.f64(output, 2 * length), k, d, stride) };
    },
  };
}

export function wasmKMediansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<HardStatistics> {
  const { kMediansExpectation, kMediansDistances, kMediansSeed } = engine.kernels;
  const common = clusterKernels(engine, shape, false, kMediansDistances, kMediansSeed);
  return {
    ...common.kernels,
    expectation(parameters, block) {
      common.load(parameters);
      const { first, index } = common.place(block);
      common.seeded(index);
      kMediansExpectation(common.state, common.panel, common.feed(block), common.labelsAt + 4 * first);
      return common.statistics(block);
    },
  };
}

/** Reserves everything a fit needs; nothing grows afterwards (distances bring a table of their own, which no fit uses). */
function clusterKernels(
  { kernels, arena }: Engine,
  { data, nClusters: k, rows, scales }: ClusterShape,
  withSums: boolean,
  distancesPass: (state: number, panel: number, block: number, out: number) => void,
  seedPass: SeedKernel,
) {
  const d = data.nFeatures;
  const largest = Math.min(rows, data.nSamples);
  const fitted = 'largest' in data ? (data as Dataset) : undefined;
  const nBlocks = fitted === undefined ? 1 : Math.ceil(data.nSamples / largest);
  const state = arena.reserve(kernels.clustersBytes(d, k, withSums ? 1 : 0));
  kernels.clustersLay(state, d, k);
  // the panel's table of one "component" holds the least distances
  const panel = arena.reserve(kernels.panelBytes(d, 1));
  kernels.layPanel(panel, d, 1);
  const feed = createFeed(arena, data, largest, fitted === undefined);
  const held = fitted === undefined ? largest : data.nSamples;
  // labels are written in fours
  const labelsAt = arena.reserve((held + 4) * 4);
  // a double for each row: k-means' bounds, and costs while seeds are chosen
  const bounds = withSums || fitted !== undefined ? arena.reserve(held * 8) : 0;
  const holdsCosts = new Uint8Array(nBlocks);
  let table = 0;
  let loaded: Centers | undefined;

  const header = arena.u32(state, OUTPUT).slice();
  const at = (field: keyof typeof FIELD) => header[FIELD[field]] as number;
  const scaled = arena.f64(at('scales'), d);
  if (scales === undefined) scaled.fill(1);
  else scaled.set(scales);

  /** Where a block has its rows of what is kept per row. */
  function place({ start }: { start: number }) {
    return fitted === undefined ? { first: 0, index: 0 } : { first: start, index: Math.floor(start / largest) };
  }

  function load(parameters: Centers): void {
    if (loaded === parameters) return;
    packCenters(parameters.centers, k, d, arena.f64(at('centers'), Math.ceil(k / 4) * 4 * d));
    loaded = parameters;
  }

  return {
    state,
    panel,
    feed,
    at,
    load,
    place,
    largest,
    fitted,
    nBlocks,
    labelsAt,
    bounds,
    /** Whether a block's bounds are costs still; they are not from now on. */
    seeded(index: number): boolean {
      const costs = holdsCosts[index] === 1;
      holdsCosts[index] = 0;
      return costs;
    },
    /** What the last pass said of a block. */
    statistics(block: { start: number; nRows: number }): HardStatistics {
      const [cost, weight, most, row] = arena.f64(at('totals'), 4) as unknown as [number, number, number, number];
      const { first } = place(block);
      return {
        cost,
        weight,
        counts: arena.f64(at('counts'), k).slice(),
        farthest: { distance: most, row: block.start + row },
        runs: [{ start: block.start, labels: arena.i32(labelsAt + 4 * first, block.nRows).slice() }],
      };
    },
    kernels: {
      distances(parameters, block, out) {
        load(parameters);
        if (table === 0) table = arena.reserve(largest * k * 8);
        distancesPass(state, panel, feed(block), table);
        out.set(arena.f64(table, block.nRows * k));
      },
      trySeeds(candidates, block, keep) {
        const { first, index } = place(block);
        const costs = bounds + 8 * first;
        if (holdsCosts[index] === 0) arena.f64(costs, block.nRows).fill(Infinity);
        holdsCosts[index] = 1;
        loaded = undefined;
        const n = candidates.length / d;
        packCenters(candidates, n, d, arena.f64(at('centers'), Math.ceil(k / 4) * 4 * d));
        seedPass(state, panel, feed(block), costs, n, keep ? 1 : 0);
        return arena.f64(at('counts'), n).slice();
      },
      seedCosts: (block) => arena.f64(bounds + 8 * place(block).first, block.nRows),
    } satisfies Omit<ClusterKernels<HardStatistics>, 'expectation'>,
  };
}

/** Groups of four centres feature by feature. */
function packCenters(centers: Float64Array, k: number, d: number, out: Float64Array): void {
  for (let i = 0; i < k; i++) {
    const group = (i - (i % 4)) * d + (i % 4);
    for (let j = 0; j < d; j++) out[group + 4 * j] = centers[i * d + j] as number;
  }
}

/** Sums, errors and counts from rows of `stride` doubles, of which the weight is the one after the features. */
function unpack(output: Float64Array, k: number, d: number, stride: number) {
  const length = output.length === 0 ? 0 : k * d;
  const sums = new Float64Array(length);
  const errors = new Float64Array(length);
  const counts = new Float64Array(k);
  for (let i = 0; i < length / d; i++) {
    const from = i * stride;
    const lost = k * stride + from;
    sums.set(output.subarray(from, from + d), i * d);
    errors.set(output.subarray(lost, lost + d), i * d);
    counts[i] = (output[from + d] as number) + (output[lost + d] as number);
  }
  return { sums, errors, counts };
}

/** A length from its square, rounded up, underflow included. */
function way(square: number, d: number): number {
  return Math.sqrt(square) * (1 + (d + 4) * Number.EPSILON) + (square > 0 ? 1e-150 : 0);
}

function roundedUp(value: number): number {
  return value * (1 + 2 * Number.EPSILON);
}
