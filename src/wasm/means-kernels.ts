/** What the k-means pass reads besides the centres. */
import type { ClusterShape } from '../backend.js';
import type { Centers } from '../em/hard.js';
import type { Engine } from './engine.js';
import { createFeed } from './feed.js';
import { allKernels } from './more-kernels.js';
import { openClusters } from './nearest-kernels.js';
import { headerOf } from './state.js';

/** Positions of the header fields of Means (assembly/families/means.ts), in 32-bit words. */
const FIELD = { indexMask: 7, ways: 8, grids: 9, output: 10, floatCenters: 11, floatHalves: 12, lines: 13 };
/** Words of it that are pointers and sizes; behind them lie numbers that the host writes. */
const HEADER_WORDS = 14;
/** Position of `slack`, in doubles; `greatest` and `direct` follow. */
const SLACK = 7;
const DIRECT = SLACK + 2;

/** Half a unit in the last place of 1 in single precision. */
const FLOAT_ROUNDING = 2 ** -24;
/** The error bound of the filter holds up to here, twice 16·e of assembly/em/filter.ts. */
const MOST_SLACK = 1 / 2;

export function openMeans(engine: Engine, shape: ClusterShape) {
  const { arena } = engine;
  const kernels = allKernels(engine);
  const { nClusters: k, data, scales } = shape;
  const { kMeansSeed, meansBytes, meansLay } = kernels;
  const common = openClusters(engine, shape, kMeansSeed, createFeed, meansBytes, meansLay);
  const { state, feed, nBlocks } = common;
  const at = headerOf(arena, state, FIELD, HEADER_WORDS);
  const d = data.nFeatures;
  const slack = 32 * FLOAT_ROUNDING * (d + 6 + 2 * (at('indexMask') + 1));
  const padded = Math.ceil(k / 4) * 4;
  let loaded: Centers | undefined;
  const gone = new Float64Array(k);

  /** Rows as floats, which rows of floats that are neither moved nor scaled are already; none where rows do not stay. */
  function openFloats(): Floats {
    if (!feed.resident) return NO_FLOATS;
    const asTheyAre =
      data.x.BYTES_PER_ELEMENT === 4 && scales === undefined && data.origin.every((offset) => offset === 0);
    return {
      floats: asTheyAre ? (feed.values as number) : arena.reserve(4 * d * data.nSamples),
      norms: arena.reserve(4 * data.nSamples),
      floated: arena.reserve(4 * nBlocks),
    };
  }

  /** Writes what the filter and the bounds need beside the centres, once per E-step. */
  function load(parameters: Centers): void {
    // seeds may have been written over the centres since
    common.load(parameters);
    if (loaded === parameters) return;
    const { centers } = parameters;
    packTiles(centers, k, d, arena.f32(at('floatCenters'), padded * d));
    const halves = arena.f32(at('floatHalves'), padded).fill(MOST_FLOAT);
    const stride = common.at('stride');
    const lines = arena.f64(at('lines'), k * stride);
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
      if (!(moved <= most)) {
        second = most;
        most = moved;
        farthest = i;
      } else second = Math.max(second, moved);
    }
    for (let i = 0; i < k; i++) {
      const others = way(i === farthest ? second : most, d);
      gone[i] = roundedUp((gone[i] as number) + roundedUp(others + way(ways[i] as number, d)));
    }
    if (shape.bounds === false) gone.fill(Infinity);
    arena.f32(at('ways'), k).set(gone.map(floatAbove));
    arena.f64(state, SLACK + 2).set([slack <= MOST_SLACK ? floatAbove(slack) : Infinity, floatAbove(greatest)], SLACK);
    loaded = parameters;
  }

  return {
    ...common,
    load,
    headerBytes: 4 * HEADER_WORDS,
    grids: at('grids'),
    floats: openFloats(),
    /** Whether the next passes are to read every row. */
    readEveryRow(direct: boolean): void {
      arena.f64(state, DIRECT + 1)[DIRECT] = direct ? 1 : 0;
    },
    /** Where a thread's state has the sums of a block. */
    outputOf: (threadsState: number) => headerOf(arena, threadsState, FIELD, HEADER_WORDS)('output'),
  };
}

/** Where rows as floats are, half their squares, and what says of each block that they are made. */
export interface Floats {
  readonly floats: number;
  readonly norms: number;
  readonly floated: number;
}
export const NO_FLOATS: Floats = { floats: 0, norms: 0, floated: 0 };

/** Tiles of 16 centers, and one of 8 and one of 4 if no more than 12 or 4 are left, feature by feature each. */
function packTiles(centers: Float64Array, k: number, d: number, out: Float32Array): void {
  for (let first = 0; first < k; ) {
    const left = k - first;
    const width = left > 12 ? 16 : left > 4 ? 8 : 4;
    const tile = first * d;
    const last = Math.min(first + width, k);
    for (let i = first; i < last; i++) {
      for (let j = 0; j < d; j++) out[tile + j * width + i - first] = centers[i * d + j] as number;
    }
    first += width;
  }
}

/** The greatest finite float. */
const MOST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** A float that is not below a number from 0 on. */
function floatAbove(value: number): number {
  return value === 0 ? 0 : Math.fround(value * (1 + 2 ** -22) + 2 ** -148);
}

/** A length from its square, rounded up, underflow included. */
function way(square: number, d: number): number {
  return Math.sqrt(square) * (1 + (d + 4) * Number.EPSILON) + (square > 0 ? 1e-150 : 0);
}

function roundedUp(value: number): number {
  return value * (1 + 2 * Number.EPSILON);
}
