/** Random draws from whatever can be sampled, in blocks, so that memory does not grow with the number of samples. */
import { createRandom, type Random } from '../data/random.js';
import { InvalidDataError, InvalidParametersError, show } from '../errors.js';

/** A model that draws n rows at a time; every model of this library does. */
export interface SampledModel {
  /** n draws (n × nFeatures, row-major), the same for the same seed */
  sample(n: number, options: { seed: number }): { readonly X: ArrayLike<number> };
}

/** Draws one point: its coordinates, or a number for one feature. */
export type DrawPoint = (random: Random) => ArrayLike<number> | number;

/** Successive draws of one seed. */
export interface Draws {
  /** The next n points (n × nFeatures, row-major). */
  next(n: number): Float64Array;
}

/** Largest block: 16384 points, fewer of many features (8 MB). */
export const BLOCK_ROWS = 16384;

export function blockRowsOf(nFeatures: number): number {
  return Math.max(1, Math.min(BLOCK_ROWS, Math.floor(2 ** 20 / nFeatures)));
}

/** The first block is `model.sample(n, { seed })` itself; the later ones have seeds drawn from a stream of that seed. */
export function drawsOfModel(model: SampledModel, name: string, seed: number, log: (x: number) => number): Draws {
  let seeds: Random | undefined;
  return {
    next(n) {
      const { X } = model.sample(n, { seed: seeds === undefined ? seed : seeds.integer(Number.MAX_SAFE_INTEGER) });
      seeds ??= createRandom(seed, log);
      if (X === null || typeof X !== 'object' || !(X.length > 0) || X.length % n !== 0) {
        throw new InvalidParametersError(
          `${name}.sample(${n}, { seed }) must give { X } with ${n} rows, flat and row-major; got ${show(X)} of ${X?.length} numbers`,
        );
      }
      return X instanceof Float64Array ? X : Float64Array.from(X);
    },
  };
}

/** One stream of random numbers through a user's function. */
export function drawsOfFunction(draw: DrawPoint, name: string, seed: number, log: (x: number) => number): Draws {
  const random = createRandom(seed, log);
  let drawn = 0;
  let nFeatures = 0;
  return {
    next(n) {
      let block = new Float64Array(n * nFeatures);
      for (let i = 0; i < n; i++, drawn++) {
        const given = draw(random);
        const point = typeof given === 'number' ? [given] : given;
        if (point === null || typeof point !== 'object' || !(point.length > 0)) {
          throw new InvalidParametersError(
            `${name} must return a number or an array of numbers; got ${show(given)} for sample ${drawn}`,
          );
        }
        if (nFeatures === 0) {
          nFeatures = point.length;
          block = new Float64Array(n * nFeatures);
        }
        if (point.length !== nFeatures) {
          throw new InvalidDataError(
            `sample ${drawn} of ${name} has ${point.length} numbers, sample 0 has ${nFeatures}`,
            drawn,
          );
        }
        for (let j = 0; j < nFeatures; j++) {
          const value: unknown = point[j];
          if (typeof value !== 'number' || value - value !== 0) {
            throw new InvalidDataError(
              `sample ${drawn} of ${name} must be finite; got ${show(value)} at index ${j}`,
              drawn,
              j,
            );
          }
          block[i * nFeatures + j] = value;
        }
      }
      return block;
    },
  };
}
