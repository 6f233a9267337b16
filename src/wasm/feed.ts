/** Puts blocks of rows where the kernels read them. */
import { type Block, blockValues, type Rows } from '../data/dataset.js';
import { isShared } from '../data/shared.js';
import type { Arena } from './arena.js';

/**
 * Data up to this size are copied into linear memory once; larger ones block by block in every pass, from where they are.
 * Such a copy stays in the cache and costs about what reading from memory would (within 5 % at 8 features and 8 components,
 * and at 2 and 3); above the size of any cache it only saves memory, so this is no option.
 */
const RESIDENT_BYTES = 64 * 2 ** 20;

/** … and up to this size where threads share the memory, for only the one that owns the data could copy blocks. */
const SHARED_RESIDENT_BYTES = 512 * 2 ** 20;

/** Whether data are in linear memory as a whole. */
export function isResident({ x, refilled }: Pick<Rows, 'x' | 'refilled'>, shared: boolean): boolean {
  return refilled !== true && x.byteLength <= (shared ? SHARED_RESIDENT_BYTES : RESIDENT_BYTES);
}

/**
 * Reserves memory for the data, or for blocks of at most `rows` rows; returns what gives the address of a block's descriptor,
 * with `values`, where the rows are (the feed's own fields lie before them), and whether they are all there (`resident`). Values
 * of less than 8 bytes become floats. `once`: there will be one pass only, so that holding all data is of no use.
 */
export function createFeed(arena: Arena, data: Rows, rows: number, once = false) {
  const { x, nSamples, nFeatures, sampleWeights, origin } = data;
  const isFloat32 = x.BYTES_PER_ELEMENT < 8;
  const bytes = isFloat32 ? 4 : 8;
  const resident = !once && isResident(data, isShared(arena.memory.buffer));
  const held = resident ? nSamples : rows;
  const originAt = arena.reserve(nFeatures * 8);
  const descriptor = arena.reserve(64);
  const values = arena.reserve(held * nFeatures * bytes);
  const weights = sampleWeights === undefined ? 0 : arena.reserve(held * 8);
  // kept from call to call, which is a good part of a call with one row; growing memory leaves a view without length
  let held64 = arena.f64(values, 0);
  let fields = arena.u32(descriptor, 5);
  const write = (source: Rows['x']) => {
    if (isFloat32) {
      arena.f32(values, source.length).set(source);
      return;
    }
    if (held64.length === 0) held64 = arena.f64(values, held * nFeatures);
    held64.set(source);
  };
  arena.f64(originAt, nFeatures).set(origin);
  if (resident) {
    write(x);
    if (sampleWeights !== undefined) arena.f64(weights, nSamples).set(sampleWeights);
  }
  const feed = (block: Block) => {
    const offset = resident ? block.start : 0;
    if (!resident) {
      write(blockValues(block));
      if (sampleWeights !== undefined) {
        arena.f64(weights, block.nRows).set(sampleWeights.subarray(block.start, block.start + block.nRows));
      }
    }
    // the fields of Block in assembly/em/block.ts
    if (fields.length === 0) fields = arena.u32(descriptor, 5);
    fields[0] = values + offset * nFeatures * bytes;
    fields[1] = isFloat32 ? 1 : 0;
    fields[2] = block.nRows;
    fields[3] = weights === 0 ? 0 : weights + offset * 8;
    fields[4] = originAt;
    return descriptor;
  };
  return Object.assign(feed, { values, resident });
}
