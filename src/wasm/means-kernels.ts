/** What the k-means pass reads besides the centres. */
import type { ClusterShape } from '../backend.js';
import type { Centers } from '../em/hard.js';
import type { Engine } from './engine.js';
import { createFeed } from './feed.js';
import { allKernels } from './more-kernels.js';
import { openClusters, packCenters } from './nearest-kernels.js';
import { headerOf } from './state.js';

/** Positions of the header fields of Means (assembly/families/means.ts), in 32-bit words. */
const FIELD = {
  indexMask: 7,
  halves: 8,
  drifts: 9,
  grids: 10,
  output: 11,
  floatCenters: 12,
  floatHalves: 13,
  lines: 14,
};
/** Words of it that are pointers and sizes; behind them lie numbers that the host writes. */
const HEADER_WORDS = 15;
/** Position of `slack`, in doubles; `greatest`, `coarseSlack` and `direct` follow. */
const SLACK = 8;
const DIRECT = SLACK + 3;

/** Half a unit in the last place of 1 in single precision. */
const FLOAT_ROUNDING = 2 ** -24;
/** The error bound of the filter in single precision holds up to here (assembly/em/coarse-filter.ts). */
const COARSE_FEATURES = 2 ** 20;

export function openMeans(engine: Engine, shape: ClusterShape) {
  const { arena } = engine;
  const kernels = allKernels(engine);
  const { nClusters: k, data } = shape;
  const { kMeansSeed, meansBytes, meansLay } = kernels;
  const common = openClusters(engine, shape, kMeansSeed, createFeed, meansBytes, meansLay);
  const { state, held } = common;
  // the upper bounds, beside the lower ones
  const reaches = arena.reserve(held * 8);
  const at = headerOf(arena, state, FIELD, HEADER_WORDS);
  const d = data.nFeatures;
  const indices = at('indexMask') + 1;
  const slack = 16 * ((d + 4) * (Number.EPSILON / 2) + indices * Number.EPSILON);
  const coarseSlack = d > COARSE_FEATURES ? Infinity : 16 * FLOAT_ROUNDING * (d + 6 + 2 * indices);
  const padded = Math.ceil(k / 4) * 4;
  let loaded: Centers | undefined;

  /** Writes what the filter and the bounds need beside the centres, once per E-step. */
  function load(parameters: Centers): void {
    if (loaded === parameters) return;
    const { centers } = parameters;
    common.load(parameters);
    packCenters(centers, k, d, arena.f32(at('floatCenters'), padded * d));
    const halves = arena.f64(at('halves'), padded).fill(Number.MAX_VALUE);
    const stride = common.at('stride');
    const lines = arena.f64(at('lines'), k * stride);
    const drifts = arena.f64(at('drifts'), 2 * k);
    const ways = new Float64Array(k);
    let greatest = 0;
    let most = 0;
    let second = 0;
    let farthest = -1;
    for (let i = 0; i < k; i++) {
      let square = 0;
      let moved = 0;
      for (let j = i * d; j < (i + 1) * d; j++) {
        const c = centers[j] as number;
        lines[i * stride + j - i * d] = c;
        const u = loaded === undefined ? 0 : c - (loaded.centers[j] as number);
        square += c * c;
        moved += u * u;
      }
      halves[i] = square / 2;
      greatest = Math.max(greatest, square);
      ways[i] = moved;
      if (!(moved <= most)) [most, second, farthest] = [moved, most, i];
      else second = Math.max(second, moved);
    }
    const go = (at: number, square: number) => {
      drifts[at] = roundedUp((drifts[at] as number) + way(square, d));
    };
    for (let i = 0; i < k; i++) {
      go(2 * i, i === farthest ? second : most);
      go(2 * i + 1, ways[i] as number);
    }
    if (shape.bounds === false) drifts.fill(Infinity);
    const floatHalves = arena.f32(at('floatHalves'), padded).fill(MOST_FLOAT);
    floatHalves.set(halves.subarray(0, k));
    arena.f64(state, SLACK + 3).set([slack, greatest, coarseSlack], SLACK);
    loaded = parameters;
  }

  return {
    ...common,
    load,
    headerBytes: 4 * HEADER_WORDS,
    grids: at('grids'),
    reaches,
    /** Whether the next passes are to read every row. */
    readEveryRow(direct: boolean): void {
      arena.f64(state, DIRECT + 1)[DIRECT] = direct ? 1 : 0;
    },
    /** Where a thread's state has the sums of a block. */
    outputOf: (threadsState: number) => headerOf(arena, threadsState, FIELD, HEADER_WORDS)('output'),
  };
}

/** The greatest finite float. */
const MOST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** A length from its square, rounded up, underflow included. */
function way(square: number, d: number): number {
  return Math.sqrt(square) * (1 + (d + 4) * Number.EPSILON) + (square > 0 ? 1e-150 : 0);
}

function roundedUp(value: number): number {
  return value * (1 + 2 * Number.EPSILON);
}
