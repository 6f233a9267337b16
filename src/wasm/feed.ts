/** Puts blocks of rows where the kernels read them. */
import { type Block, blockValues, type Rows } from '../data/dataset.js';
import type { Arena } from './arena.js';

/** Data up to this size are copied into linear memory once; larger ones block by block in every pass. */
const RESIDENT_BYTES = 512 * 2 ** 20;

/** Whether data are in linear memory as a whole. */
export function isResident({ x }: Pick<Rows, 'x'>): boolean {
  return x.byteLength <= RESIDENT_BYTES;
}

/** Reserves memory for the data, or for blocks of at most `rows` rows; returns what gives a block's descriptor. */
export function createFeed(arena: Arena, data: Rows, rows: number): (block: Block) => number {
  const { x, nSamples, nFeatures, sampleWeights, origin } = data;
  const isFloat32 = x.BYTES_PER_ELEMENT === 4;
  const bytes = x.BYTES_PER_ELEMENT;
  const resident = isResident(data);
  const held = resident ? nSamples : rows;
  const values = arena.reserve(held * nFeatures * bytes);
  const weights = sampleWeights === undefined ? 0 : arena.reserve(held * 8);
  const originAt = arena.reserve(nFeatures * 8);
  const descriptor = arena.reserve(64);
  const write = (source: Rows['x']) => {
    if (isFloat32) arena.f32(values, source.length).set(source);
    else arena.f64(values, source.length).set(source);
  };
  arena.f64(originAt, nFeatures).set(origin);
  if (resident) {
    write(x);
    if (sampleWeights !== undefined) arena.f64(weights, nSamples).set(sampleWeights);
  }
  return (block) => {
    const offset = resident ? block.start : 0;
    if (!resident) {
      write(blockValues(block));
      if (sampleWeights !== undefined) {
        arena.f64(weights, block.nRows).set(sampleWeights.subarray(block.start, block.start + block.nRows));
      }
    }
    // the fields of Block in assembly/em/passes.ts
    const fields = arena.u32(descriptor, 5);
    fields[0] = values + offset * nFeatures * bytes;
    fields[1] = isFloat32 ? 1 : 0;
    fields[2] = block.nRows;
    fields[3] = weights === 0 ? 0 : weights + offset * 8;
    fields[4] = originAt;
    return descriptor;
  };
}
