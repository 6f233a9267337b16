/** The M-step of k-medians by assembly/families/medians.ts: feature by feature, by one thread or by all of a fit. */
import type { ClusterShape } from '../backend.js';
import type { Block } from '../data/dataset.js';
import { blocksOf } from '../em/blocks.js';
import type { HardStatistics } from '../em/hard.js';
import type { Engine } from './engine.js';
import { allKernels } from './more-kernels.js';
import type { openClusters } from './nearest-kernels.js';
import { keepsPanels, PANEL } from './packed-feed.js';
import type { BlockPass, Passes, Workspace } from './team.js';

/**
 * Medians of every cluster's rows (nClusters × nFeatures, 0 for an empty one); undefined where the kernels cannot select
 * them: rows that are weighted, streamed, floats, or moved.
 */
export function wasmMedians(
  engine: Engine,
  { data, nClusters: k, rows }: ClusterShape,
  { fitted, feed, labelsAt, bounds, largest, panel }: ReturnType<typeof openClusters>,
): ((statistics: HardStatistics, lower: boolean) => Float64Array) | undefined {
  const { arena, team } = engine;
  const { kMediansSelect } = allKernels(engine);
  const { nSamples, nFeatures: d, sampleWeights, origin } = data;
  const gapless = nSamples <= largest || largest % PANEL === 0;
  if (fitted === undefined || sampleWeights !== undefined || !gapless || !keepsPanels(arena, data)) return undefined;
  if (origin.some((o) => o !== 0)) return undefined;
  const column = arena.reserve(64);
  // costs of seeds lie there until the first E-step, and are not asked for after it
  const own = workspace(bounds);
  let passes: Passes | undefined;

  function workspace(scratch: number): Workspace {
    const ends = arena.reserve(4 * k);
    const medians = arena.reserve(8 * k);
    return { state: ends, pointers: [scratch, ends, medians, undefined], results: [medians] };
  }

  /** A feature as the kernel takes it: the fields of Column. */
  function columnOf(j: number, lower: boolean): number {
    const values = arena.u32(feed({ data, start: 0, nRows: largest }), 1)[0] as number;
    // the first field of Panel (assembly/em/panel.ts)
    const size = arena.u32(panel, 1)[0] as number;
    arena.u32(column, 8).set([values, j, nSamples, labelsAt, d, k, size, lower ? 1 : 0]);
    return column;
  }

  function* columns(lower: boolean): Iterable<readonly number[]> {
    for (let j = 0; j < d; j++) {
      const at = columnOf(j, lower);
      kMediansSelect(...(own.pointers.map((pointer) => pointer ?? at) as [number, number, number, number]));
      yield own.results;
    }
  }

  /** Features in place of blocks of rows. */
  const passOf = (lower: boolean): BlockPass => ({
    kernel: 'kMediansSelect',
    data: { ...data, nSamples: d },
    rows: 1,
    feed: ({ start }: Block) => columnOf(start, lower),
    own,
    workspace: () => workspace(arena.reserve(8 * nSamples)),
    headerBytes: 0,
    stateBytes: 0,
    resultBytes: [8 * k],
  });

  return ({ runs }, lower) => {
    // packs what has not been asked for yet
    for (const block of blocksOf(data, rows)) feed(block);
    const labels = arena.i32(labelsAt, nSamples);
    for (const { start, labels: some } of runs) labels.set(some, start);
    if (team) passes ??= team.open(passOf(lower));
    const centers = new Float64Array(k * d);
    let j = 0;
    for (const [medians] of passes?.() ?? columns(lower)) {
      const values = arena.f64(medians as number, k);
      for (let i = 0; i < k; i++) centers[i * d + j] = values[i] as number;
      j++;
    }
    return centers;
  };
}
