/** The k-means and k-medians kernels of assembly/families over one data set. */
import type { ClusterShape } from '../backend.js';
import type { Block } from '../data/dataset.js';
import { summationGrids } from '../em/exact-sums.js';
import type { Centers, ClusterKernels, HardStatistics } from '../em/hard.js';
import type { KMeansStatistics } from '../families/k-means-method.js';
import type { Engine } from './engine.js';
import { openMeans } from './means-kernels.js';
import { allKernels } from './more-kernels.js';
import { OUTPUT, openClusters } from './nearest-kernels.js';

/** A block's sums are kept from pass to pass unless they take more than this share of the block's values. */
const KEPT_SHARE = 1 / 4;

export function wasmKMeansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<KMeansStatistics> {
  const { arena } = engine;
  const kernels = allKernels(engine);
  const { nClusters: k, data } = shape;
  const common = openMeans(engine, shape);
  const { state, at, largest, fitted, nBlocks } = common;
  const d = data.nFeatures;
  const stride = at('stride');

  // sums of each block, or of one at a time
  const sumBytes = kernels.clusterSumsBytes(d, k);
  const keepSums = fitted !== undefined && sumBytes <= KEPT_SHARE * largest * d * 8;
  const sums = fitted === undefined ? 0 : arena.reserve(sumBytes * (keepSums ? nBlocks : 1));
  const summed = new Uint8Array(nBlocks);
  if (fitted !== undefined) {
    arena.f64(at('grids'), 3 * stride).set(summationGrids(fitted, shape.scales, largest, stride));
  }
  const output = arena.u32(state, OUTPUT + 1)[OUTPUT] as number;

  return {
    ...common.seeding,
    distances: distancesOf(engine, shape, common, kernels.kMeansDistances),
    expectation(parameters, block) {
      const { index } = common.place(block);
      common.pass(parameters, block, sums + (keepSums ? sumBytes * index : 0), summed[index] as number);
      if (keepSums) summed[index] = 1;
      const length = fitted === undefined ? 0 : k * stride;
      return { ...statisticsOf(engine, shape, common, block), ...unpack(arena.f64(output, 2 * length), k, d, stride) };
    },
  };
}

export function wasmKMediansKernels(engine: Engine, shape: ClusterShape): ClusterKernels<HardStatistics> {
  const { kMediansExpectation, kMediansDistances, kMediansSeed } = allKernels(engine);
  const common = openClusters(engine, shape, false, kMediansSeed);
  return {
    ...common.seeding,
    distances: distancesOf(engine, shape, common, kMediansDistances),
    expectation(parameters, block) {
      common.load(parameters);
      const { first, index } = common.place(block);
      common.seeded(index);
      kMediansExpectation(common.state, common.panel, common.feed(block), common.labelsAt + 4 * first);
      return statisticsOf(engine, shape, common, block);
    },
  };
}

type Open = ReturnType<typeof openClusters>;

/** What the last pass said of a block. */
function statisticsOf(
  { arena }: Engine,
  { nClusters }: ClusterShape,
  { at, labels }: Open,
  block: Block,
): HardStatistics {
  const [cost, weight, most, row] = arena.f64(at('totals'), 4) as unknown as [number, number, number, number];
  return {
    cost,
    weight,
    counts: arena.f64(at('counts'), nClusters).slice(),
    farthest: { distance: most, row: block.start + row },
    runs: [{ start: block.start, labels: labels(block).slice() }],
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
  for (let i = 0; i < length / d; i++) {
    const from = i * stride;
    const lost = k * stride + from;
    sums.set(output.subarray(from, from + d), i * d);
    errors.set(output.subarray(lost, lost + d), i * d);
    counts[i] = (output[from + d] as number) + (output[lost + d] as number);
  }
  return { sums, errors, counts };
}
