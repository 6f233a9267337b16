/** How many threads a fit gets. */

import type { Dataset } from '../data/dataset.js';
import { canShare } from '../data/shared.js';
import { blockRows } from '../em/blocks.js';
import type { BernoulliPlan } from '../families/bernoulli-fit.js';
import type { GaussianPlan } from '../families/gaussian-fit.js';
import { integerOption } from '../options.js';
import { isResident } from '../wasm/feed.js';
import type { RunOptions, ThreadsUsed } from './client.js';
import { sharedKernels } from './shared-kernels.js';
import { nodeModule } from './start-worker.js';

/** More than this many threads no block structure feeds. */
const MOST = 256;

/** Nanoseconds per row and component of one E-step on a fast core (2026), low rather than high. */
const COST: Record<string, (d: number, plan: never) => number> = {
  gaussianMixture: (d, { covarianceType }: GaussianPlan) =>
    covarianceType === 'full' || covarianceType === 'tied' ? 2 + 0.8 * d + 0.05 * d * d : 2 + 0.25 * d,
  bernoulliMixture: (d, _plan: BernoulliPlan) => 2 + 0.15 * d,
};

/** Nanoseconds that waking the others and waiting for the last of them adds to an E-step: 50 to 60 µs when they have parked. */
const FORK_JOIN = 60_000;

/** An E-step must get shorter by this much before another thread is worth its cost and its memory. */
const WORTH = 0.9;

interface Input {
  readonly plan: { readonly nComponents?: number; readonly nClusters?: number };
  readonly data: Dataset;
}

/**
 * @throws {InvalidOptionError} a number of threads that is not an integer from 1 to 256, nor `'auto'`
 */
export async function chooseThreads(job: string, input: unknown, run: RunOptions): Promise<ThreadsUsed> {
  if ((run.threads ?? 1) === 1) return { count: 1, reason: undefined };
  const { plan, data } = input as Input;
  const wanted = run.threads === 'auto' ? 'auto' : integerOption("threads (if not 'auto')", run.threads, 1, MOST);
  const obstacle = run.backend === 'js' ? "backend 'js' has no threads" : await obstacleHere(job, data, run);
  if (obstacle !== undefined) return { count: 1, reason: obstacle };
  const k = plan.nComponents ?? (plan.nClusters as number);
  const nBlocks = Math.ceil(data.nSamples / blockRows(data.nFeatures, k));
  if (wanted === 'auto') {
    const cost = (COST[job] as (d: number, plan: unknown) => number)(data.nFeatures, plan) * k;
    return { count: fastest(data.nSamples, blockRows(data.nFeatures, k), cost, await cores()), reason: undefined };
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

async function obstacleHere(job: string, data: Dataset, run: RunOptions): Promise<string | undefined> {
  if (typeof SharedArrayBuffer === 'undefined') {
    return 'there is no SharedArrayBuffer here: on a page it needs cross-origin isolation (the headers COOP: same-origin and COEP: require-corp)';
  }
  if (!canShare()) {
    return 'this page is not cross-origin isolated (the headers COOP: same-origin and COEP: require-corp)';
  }
  if (COST[job] === undefined) return 'what k-means and k-medians keep of each row belongs to one thread';
  if (job !== 'bernoulliMixture' && !isResident(data, true))
    return 'the data are streamed through memory by one thread';
  try {
    await sharedKernels(run.more);
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
