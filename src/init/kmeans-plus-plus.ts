/**
 * Seeds spread over the data (Arthur & Vassilvitskii 2007): each next seed is a row drawn with probability proportional to
 * weight × distance term to the nearest seed so far. Greedy form: of several rows so drawn the one that lowers the total
 * cost most. The kernels sum over rows; which row a random number means is found here, block by block.
 */
import type { Block, Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { blocksOf } from '../em/blocks.js';
import type { SeedKernels } from '../em/hard.js';

/** How seeds are chosen. */
export interface SeedRule {
  /** candidates for each seed after the first */
  readonly trials: number;
  /** of the kernels: what features are multiplied by (nFeatures) */
  readonly scales?: Float64Array;
  /** of the kernels: rows of a block */
  readonly rows: number;
}

/** Candidates of the greedy form: 2 + ⌊log₂ k⌋, as in scikit-learn. */
export function greedyTrials(nClusters: number): number {
  return 2 + Math.floor(31 - Math.clz32(nClusters));
}

/** Rows of the seeds as centres (nClusters × nFeatures, less the origin, scaled). `kernels` must have seen no seed yet. */
export function kmeansPlusPlus(
  kernels: SeedKernels,
  data: Dataset,
  nClusters: number,
  random: Random,
  { trials, scales, rows }: SeedRule,
): Float64Array {
  const d = data.nFeatures;
  const blocks = [...blocksOf(data, rows)];
  const centers = new Float64Array(nClusters * d);
  let masses = new Float64Array(0);
  for (let k = 0; k < nClusters; k++) {
    const n = k === 0 ? 1 : trials;
    const candidates = new Float64Array(n * d);
    for (let t = 0; t < n; t++) {
      const row = (k > 0 && drawByCost(kernels, blocks, masses, random)) || drawByWeight(data, random);
      candidates.set(centerAt(data, row.at, scales), t * d);
    }
    const best = n === 1 ? 0 : leastOf(kernels, blocks, candidates, n);
    const chosen = candidates.subarray(best * d, (best + 1) * d);
    centers.set(chosen, k * d);
    masses = Float64Array.from(blocks, (block) => kernels.trySeeds(chosen, block, true)[0] as number);
  }
  return centers;
}

/** The first candidate of least total cost. */
function leastOf(kernels: SeedKernels, blocks: readonly Block[], candidates: Float64Array, n: number): number {
  const totals = new Float64Array(n);
  for (const block of blocks) {
    kernels.trySeeds(candidates, block, false).forEach((cost, t) => {
      totals[t] = (totals[t] as number) + cost;
    });
  }
  return totals.indexOf(Math.min(...totals));
}

/** A row by weight × cost; undefined if every row lies on a seed already: then any row of weight will do. */
function drawByCost(kernels: SeedKernels, blocks: readonly Block[], masses: Float64Array, random: Random) {
  const total = masses.reduce((a, b) => a + b, 0);
  if (!(total > 0)) return undefined;
  const block = draw(masses.length, (b) => masses[b] as number, total * random.uniform());
  const { data, start, nRows } = blocks[block.at] as Block;
  const costs = kernels.seedCosts(blocks[block.at] as Block);
  const { sampleWeights } = data;
  const row = draw(
    nRows,
    (i) => (costs[i] as number) * (sampleWeights === undefined ? 1 : (sampleWeights[start + i] as number)),
    block.rest,
  );
  return { at: start + row.at };
}

function drawByWeight({ nSamples, sampleWeights, totalWeight }: Dataset, random: Random) {
  return draw(
    nSamples,
    (i) => (sampleWeights === undefined ? 1 : (sampleWeights[i] as number)),
    totalWeight * random.uniform(),
  );
}

/**
 * The index at which the running sum of `mass` passes `target`, and what is left of the target before it; the last index
 * with mass if rounding never lets it.
 */
function draw(n: number, mass: (i: number) => number, target: number): { at: number; rest: number } {
  let rest = target;
  let last = { at: 0, rest };
  for (let i = 0; i < n; i++) {
    const m = mass(i);
    if (m > 0) {
      last = { at: i, rest };
      if (m > rest) return last;
      rest -= m;
    }
  }
  return last;
}

/** A row as the kernels see it. */
export function centerAt({ x, nFeatures, origin }: Dataset, row: number, scales?: Float64Array): Float64Array {
  return origin.map((o, j) => ((x[row * nFeatures + j] as number) - o) * (scales?.[j] ?? 1));
}
