/** Puts blocks of rows where the kernels of clusters read them: packed once, if they stay. */
import type { Block, Rows } from '../data/dataset.js';
import { isShared } from '../data/shared.js';
import type { Arena } from './arena.js';
import { createFeed, isResident } from './feed.js';
import type { Kernels } from './kernels.js';
import type { OpenFeed } from './nearest-kernels.js';

/** Position of `packed` in ClusterBlock (assembly/families/clusters.ts), in 32-bit words. */
const PACKED = 9;
/** Every panel size divides it. */
export const PANEL = 64;

/** Whether rows that may stay are kept as panels. */
export function keepsPanels({ memory }: Arena, data: Rows): boolean {
  return data.x.BYTES_PER_ELEMENT === 8 && isResident(data, isShared(memory.buffer));
}

/**
 * As `createFeed`, but doubles that stay in linear memory are kept as panels (assembly/families/packed.ts): each block is
 * packed when it is first asked for. Floats stay floats, row by row.
 */
export function packedFeed({ clustersPack }: Pick<Kernels, 'clustersPack'>): OpenFeed {
  return (arena, data, rows, once, state, panel) => {
    const { nSamples, nFeatures: d, sampleWeights } = data;
    if (once || !keepsPanels(arena, data)) return createFeed(arena, data, rows, once);
    const nBlocks = Math.ceil(nSamples / rows);
    const blockBytes = Math.ceil(rows / PANEL) * PANEL * d * 8;
    // the last block may be short
    const last = Math.ceil((nSamples - (nBlocks - 1) * rows) / PANEL) * PANEL * d * 8;
    const values = arena.reserve((nBlocks - 1) * blockBytes + last);
    const weights = sampleWeights === undefined ? 0 : arena.reserve(nSamples * 8);
    if (sampleWeights !== undefined) arena.f64(weights, nSamples).set(sampleWeights);
    const stage = createFeed(arena, { ...data, sampleWeights: undefined }, rows, true);
    const isPacked = new Uint8Array(nBlocks);
    let descriptor = 0;
    return (block: Block) => {
      const index = Math.floor(block.start / rows);
      const at = values + index * blockBytes;
      if (isPacked[index] === 0) {
        descriptor = stage(block);
        clustersPack(state, panel, descriptor, at);
        isPacked[index] = 1;
      }
      const fields = arena.u32(descriptor, PACKED + 1);
      fields[0] = at;
      fields[2] = block.nRows;
      fields[3] = weights === 0 ? 0 : weights + 8 * block.start;
      fields[PACKED] = 1;
      return descriptor;
    };
  };
}
