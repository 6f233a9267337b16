/** How many threads a fit gets. */

import type { Dataset } from '../data/dataset.js';
import { canShare } from '../data/shared.js';
import { planned, type Sizes } from '../em/blocks.js';
import type { BernoulliPlan } from '../families/bernoulli-fit.js';
import type { ClusteringPlan } from '../families/clustering-options.js';
import type { GaussianPlan } from '../families/gaussian-fit.js';
import { integerOption } from '../options.js';
import { isResident } from '../wasm/feed.js';
import type { RunOptions, ThreadsUsed } from './client.js';
import { sharedKernels } from './shared-kernels.js';
import { nodeModule } from './start-worker.js';

/** More than this many threads no block structure feeds. */
const MOST = 256;

/**
 * Nanoseconds per row and component of one E-step on a fast core (2026), low rather than high: where work is taken for less
 * than it is, a fit stays with one thread. For the mixtures the least times of bench/threads.mjs (its column "ns") on a Zen 5.
 * For k-means and k-medians bench/cluster-passes.mjs: k-means on a Xeon of 4 GHz ("settled" 0.6 to 0.8 a row, "compared"
 * 3.5 + K·(0.1 + 0.05·D)), k-medians on one of 2.5 GHz with other work on it, whose 37 ns for a Gaussian of 8 features are 11.6
 * here, divided by 3.2: "assigned" was 8 + K·(0.25 + 0.35·D).
 */
const COST: Record<string, (d: number, plan: never) => number> = {
  gaussianMixture: (d, { covarianceType }: GaussianPlan) =>
    covarianceType === 'full' || covarianceType === 'tied' ? 2 + 0.8 * d + 0.05 * d * d : 2 + 0.25 * d,
  bernoulliMixture: (d, _plan: BernoulliPlan) => 2 + 0.15 * d,
  // a tenth of the rows is read and compared with all centers
  kMeans: (d, { nClusters }: ClusteringPlan) => 0.8 / nClusters + 0.008 + 0.004 * d,
  // the assignment; selecting medians feature by feature pays for a fork and join of its own
  kMedians: (d, { nClusters }: ClusteringPlan) => 2.5 / nClusters + 0.08 + 0.11 * d,
};

/**
 * Nanoseconds that waking the others and waiting for the last of them adds to an E-step. bench/threads.mjs, column "join",
 * of two blocks with next to nothing to do: 20 µs on the Xeon while both cores were free; the round trip of two threads that
 * have parked was 48 to 62 µs on the Zen 5, and the greater counts.
 */
const FORK_JOIN = 60_000;

/** An E-step must get shorter by this much before another thread is worth its cost and its memory. */
const WORTH = 0.9;

interface Input {
  readonly plan: Sizes;
  readonly data: Dataset;
}

/**
 * @throws {InvalidOptionError} a number of threads that is not an integer from 1 to 256, nor `'auto'`
 */
export async function chooseThreads(job: string, input: unknown, run: RunOptions): Promise<ThreadsUsed> {
  if ((run.threads ?? 1) === 1) return { count: 1, reason: undefined };
  const { plan, data } = input as Input;
  const wanted = run.threads === 'auto' ? 'auto' : integerOption("threads (if not 'auto')", run.threads, 1, MOST);
  const obstacle = run.backend === 'js' ? "backend 'js' has no threads" : obstacleHere(job, data, run);
  if (obstacle !== undefined) return { count: 1, reason: obstacle };
  const { k, rows } = planned(plan, data.nFeatures);
  const nBlocks = Math.ceil(data.nSamples / rows);
  if (wanted === 'auto') {
    const cost = (COST[job] as (d: number, plan: unknown) => number)(data.nFeatures, plan) * k;
    return { count: fastest(data.nSamples, rows, cost, await cores()), reason: undefined };
  }
  if (wanted <= nBlocks) return { count: wanted, reason: undefined };
  return {
    count: nBlocks,
    reason: `the data make ${nBlocks === 1 ? 'one block' : `${nBlocks} blocks`} of rows, and a block is not divided`,
  };
}

/** The number of threads whose E-step is shortest, an E-step being rounds of one block per thread. */
export function fastest(nSamples: number, rows: number, nanosecondsPerRow: number, most: number): number {
  const nBlocks = Math.ceil(nSamples / rows);
  let best = 1;
  let least = nSamples * nanosecondsPerRow;
  for (let count = 2; count <= Math.min(most, nBlocks); count++) {
    // the last block may be short; whoever is free first takes it
    const full = Math.floor(nSamples / rows);
    const longest = Math.max(Math.ceil(full / count) * rows, Math.floor(full / count) * rows + (nSamples % rows));
    const time = longest * nanosecondsPerRow + FORK_JOIN;
    if (time >= least * WORTH) continue;
    best = count;
    least = time;
  }
  return best;
}

function obstacleHere(job: string, data: Dataset, run: RunOptions): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') {
    return 'there is no SharedArrayBuffer here: on a page it needs cross-origin isolation (the headers COOP: same-origin and COEP: require-corp)';
  }
  if (!canShare()) {
    return 'this page is not cross-origin isolated (the headers COOP: same-origin and COEP: require-corp)';
  }
  if (job !== 'bernoulliMixture' && !isResident(data, true))
    return 'the data are streamed through memory by one thread';
  try {
    sharedKernels(run.more);
  } catch (error) {
    return `the kernels for shared memory cannot be compiled here (${(error as Error).message})`;
  }
  return undefined;
}

/** Threads that the machine runs at once. */
export async function cores(): Promise<number> {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  if (navigator?.hardwareConcurrency !== undefined) return navigator.hardwareConcurrency;
  return (await nodeModule<typeof import('node:os')>('node:os')).availableParallelism();
}
