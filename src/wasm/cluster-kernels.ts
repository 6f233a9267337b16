/** The k-means and k-medians kernels of assembly/families over one data set. */
import type { ClusterShape } from '../backend.js';
import type { Block } from '../data/dataset.js';
import { KEPT_SHARE } from '../em/blocks.js';
import { droppedOfSquares, summationGrids } from '../em/exact-sums.js';
import type { Centers, ClusterKernels, HardStatistics, LabelRun } from '../em/hard.js';
import type { KMeansStatistics } from '../families/k-means-method.js';
import type { Arena } from './arena.js';
import { CostFromSums } from './cost-from-sums.js';
import type { Engine } from './engine.js';
import { expectationsBy } from './expectations.js';
import { type Floats, NO_FLOATS, openMeans } from './means-kernels.js';
import { wasmMedians } from './median-kernels.js';
import { allKernels } from './more-kernels.js';
import { HEADER_WORDS, openClusters } from './nearest-kernels.js';
import { packedFeed } from './packed-feed.js';
import type { BlockPass, Workspace } from './team.js';

/** Entries of the list of a block's rows beyond them (assembly/families/k-means.ts). */
const LISTED_BEYOND = 8;

/** Bytes of a block's descriptor before the fields that ClusterBlock (assembly/families/clusters.ts) adds to it. */
const BLOCK_BYTES = 20;
/** Position of `floats` among these, in 32-bit words; `norms` and `floated` follow. */
const FLOATS = 5;

/** Of a block; `lost` is what rounding took from `cost`, `changes` are rows with another label (k-means). */
type Totals = [cost: number, weight: number, greatest: number, itsRow: number, lost: number, changes: number];
const TOTALS = 6;

export function wasmKMeansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<KMeansStatistics> {
  const { arena } = engine;
  const kernels = allKernels(engine);
  const { nClusters: k, data } = shape;
  const common = openMeans(engine, shape);
  const { at, largest, fitted, nBlocks, outputOf } = common;
  const d = data.nFeatures;
  const stride = at('stride');

  // sums of each block, or of one at a time
  const sumBytes = kernels.clusterSumsBytes(d, k);
  const keepSums = fitted !== undefined && sumBytes <= KEPT_SHARE * largest * d * 8;
  const kept = keepSums
    ? { sums: arena.reserve(sumBytes * nBlocks), sumBytes, summed: arena.reserve(4 * nBlocks) }
    : NO_SUMS;
  if (fitted !== undefined) {
    arena.f64(common.grids, 3 * stride).set(summationGrids(fitted, shape.scales, largest, stride));
  }
  const length = fitted === undefined ? 0 : 2 * k * stride;
  const withScratch = ({ state, panel, at }: Own): Workspace => ({
    state,
    pointers: [
      state,
      panel,
      undefined,
      fitted === undefined || keepSums ? 0 : arena.reserve(sumBytes),
      arena.reserve(4 * (largest + LISTED_BEYOND)),
    ],
    results: [at('totals'), outputOf(state)],
  });

  const costs = new CostFromSums(keepSums ? droppedOfSquares(fitted, shape.scales) : Infinity);
  const load = loadOf(common);
  return {
    ...common.seeding,
    distances: distancesOf(engine, shape, common, kernels.kMeansDistances),
    complete: (statistics: KMeansStatistics, { centers }: Centers) => costs.complete(statistics, centers),
    forgetCost: () => costs.forget(),
    ...expectationsBy(
      engine,
      passOf(arena, shape, common, 'kMeansExpectation', withScratch, length, { ...kept, ...common.floats }),
      (parameters: Centers) => {
        load(parameters);
        common.readEveryRow(costs.needsDirect);
      },
      (_parameters: Centers, block, [totals, output]) => {
        const { cost, weight, farthest, changes } = totalsOf(arena, block, totals as number);
        const { sums, errors, counts, countErrors } = unpack(arena.f64(output as number, length), k, d, stride);
        // most passes' labels are never read. (One literal: spreads of several objects took a twentieth of a fit's time.)
        const runs = [labelsNow(common, block)];
        return { cost, weight, farthest, changes, runs, sums, errors, counts, countErrors };
      },
    ),
  };
}

export function wasmKMediansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<HardStatistics> {
  const { arena } = engine;
  const kernels = allKernels(engine);
  const { nClusters } = shape;
  const common = openClusters(engine, shape, kernels.kMediansSeed, packedFeed(kernels));
  const whole = ({ state, panel, at }: Own): Workspace => ({
    state,
    pointers: [state, panel, undefined],
    results: [at('totals'), at('counts')],
  });
  const medians = wasmMedians(engine, shape, common);
  return {
    ...common.seeding,
    ...(medians && { medians }),
    distances: distancesOf(engine, shape, common, kernels.kMediansDistances),
    ...expectationsBy(
      engine,
      passOf(arena, shape, common, 'kMediansExpectation', whole, nClusters, NONE),
      loadOf(common),
      (_parameters: Centers, block, [totals, counts]) => {
        const { cost, weight, farthest } = totalsOf(arena, block, totals as number);
        const runs = [{ start: block.start, labels: common.labels(block).slice() }];
        return { cost, weight, farthest, runs, counts: arena.f64(counts as number, nClusters).slice() };
      },
    ),
  };
}

type Open = ReturnType<typeof openClusters>;
type Own = Pick<Open, 'state' | 'panel' | 'at'>;

/** Where what is kept of all blocks is: their sums, and what says that they are. */
interface Kept extends Floats {
  readonly sums: number;
  /** of one block */
  readonly sumBytes: number;
  readonly summed: number;
}
const NO_SUMS = { sums: 0, sumBytes: 0, summed: 0 };
const NONE: Kept = { ...NO_SUMS, ...NO_FLOATS };

/** An E-step over a block, which may be any thread's: what is kept of its rows lies with the block. */
function passOf(
  arena: Arena,
  { data, rows }: ClusterShape,
  common: Open & { headerBytes?: number },
  kernel: BlockPass['kernel'],
  complete: (own: Own) => Workspace,
  resultLength: number,
  { sums, sumBytes, summed, floats, norms, floated }: Kept,
): BlockPass {
  const { feed, place, fitted, labelsAt, bounds, workspace, stateBytes, headerBytes = 4 * HEADER_WORDS } = common;
  return {
    kernel,
    data,
    rows,
    feed(block) {
      const { first, index } = place(block);
      const descriptor = feed(block);
      // the fields of ClusterBlock behind those of Block
      const fields = arena.u32(descriptor + BLOCK_BYTES, FLOATS + 3);
      fields.set([labelsAt + 4 * first, bounds + 8 * first, sums + sumBytes * index, summed + 4 * index]);
      if (floats) {
        fields.set([floats + 4 * first * data.nFeatures, norms + 4 * first, floated + 4 * index], FLOATS);
      }
      if (fitted === undefined) arena.f64(bounds, block.nRows).fill(0);
      return descriptor;
    },
    own: complete(common),
    workspace: () => complete(workspace()),
    headerBytes,
    stateBytes,
    resultBytes: [8 * TOTALS, 8 * resultLength],
  };
}

/** Before an E-step. */
function loadOf({ forgetCosts, load }: Open) {
  return (parameters: Centers) => {
    forgetCosts();
    load(parameters);
  };
}

/** What a pass said of a block, counts and labels apart. */
function totalsOf(arena: Arena, block: Block, totals: number) {
  const [cost, weight, most, row, lost, changes] = arena.f64(totals, TOTALS) as unknown as Totals;
  return { cost: cost + lost, weight, farthest: { distance: most, row: block.start + row }, changes };
}

/** Labels as they are when they are read. */
function labelsNow({ labels }: Open, block: Block): LabelRun {
  return {
    start: block.start,
    get labels() {
      return labels(block).slice();
    },
  };
}

/** Distances bring a table of their own, which no fit uses. */
function distancesOf(
  { arena }: Engine,
  { nClusters: k }: ClusterShape,
  { load, state, panel, feed, largest }: Open,
  distancesPass: (state: number, panel: number, block: number, out: number) => void,
) {
  let table = 0;
  return (parameters: Centers, block: Block, out: Float64Array) => {
    load(parameters);
    if (table === 0) table = arena.reserve(largest * k * 8);
    distancesPass(state, panel, feed(block), table);
    out.set(arena.f64(table, block.nRows * k));
  };
}

/** Sums, errors and counts from rows of `stride` doubles, of which the weight is the one after the features. */
function unpack(output: Float64Array, k: number, d: number, stride: number) {
  const length = output.length === 0 ? 0 : k * d;
  const sums = new Float64Array(length);
  const errors = new Float64Array(length);
  const counts = new Float64Array(k);
  const countErrors = new Float64Array(k);
  for (let i = 0; i < length / d; i++) {
    const from = i * stride;
    const lost = k * stride + from;
    // views of so few numbers cost more than their copying
    for (let j = 0; j < d; j++) {
      sums[i * d + j] = output[from + j] as number;
      errors[i * d + j] = output[lost + j] as number;
    }
    // as two doubles, of which the second is what rounding takes from the sum of both
    const count = output[from + d] as number;
    const error = output[lost + d] as number;
    const sum = count + error;
    counts[i] = sum;
    countErrors[i] = count - sum + error;
  }
  return { sums, errors, counts, countErrors };
}
