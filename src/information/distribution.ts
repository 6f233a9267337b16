/** What a divergence needs of a distribution, whoever made it: log-densities, draws, and where it lies. */
import type { Backend } from '../backend.js';
import type { MatrixLike } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import { InvalidDataError, InvalidParametersError, show } from '../errors.js';
import { type DrawPoint, type Draws, drawsOfFunction, drawsOfModel, type SampledModel } from './draws.js';
import { covarianceMatrix, factorOf, type Gaussian, type GaussianLike, toGaussian } from './gaussian.js';

/** A model of this library, or anything that scores rows as they do. */
export interface ScoredModel extends SampledModel {
  /** columns of the rows it scores */
  readonly nFeatures: number;
  /** log-density of each row, nats */
  scoreSamples(X: MatrixLike): ArrayLike<number>;
  /** as `DensityLike.discrete` */
  readonly discrete?: boolean;
}

/** Any density: normalised, continuous or of counts. */
export interface DensityLike {
  /** log p(x) of one point (nFeatures), nats; −Infinity where the density is 0 */
  logDensity(x: Float64Array): number;
  /** draws one point: needed of p for Monte Carlo, and of q for its `'balanced'` estimator */
  sample?: DrawPoint;
  /** length of a point; asked from a draw if omitted */
  readonly nFeatures?: number;
  /** whether exp(logDensity) is a probability of whole numbers; if omitted, a pilot sample of nothing else says so */
  readonly discrete?: boolean;
}

/** One of the two distributions of a divergence. */
export interface Distribution {
  readonly name: string;
  /** undefined: unknown, for it is a function that cannot be drawn from */
  readonly nFeatures: number | undefined;
  /** one feature: not a density over the line */
  readonly isDiscrete: boolean;
  /** rows of zeros and ones, or of real numbers; undefined: what the user's function says */
  readonly support: 'binary' | 'real' | undefined;
  /** log-densities of n points (n × nFeatures, row-major): neither NaN nor +Infinity */
  logDensities(x: Float64Array, n: number): ArrayLike<number>;
  /** undefined: it cannot be drawn from */
  readonly draws: ((seed: number) => Draws) | undefined;
  /** one feature: points among which nearly all of it lies; none if it cannot be told */
  breakpoints(): number[];
}

/** log 2π */
const LOG_TAU = 1.8378770664093453;
/** draws that show where a function's density lies */
const N_PILOT = 513;
/** standard deviations from the mean at which the quadrature starts to look by itself */
const MULTIPLES = [-8, -4, -1.5, 0, 1.5, 4, 8];

export function ofGaussian(gaussian: Gaussian, backend: Backend): Distribution {
  const { name, mean } = gaussian;
  const d = mean.length;
  const covariance = covarianceMatrix(gaussian);
  const l = factorOf(backend.cholesky(covariance, d), name);
  const w = factorOf(backend.inverseCholesky(covariance, d), name);
  let constant = (-d * LOG_TAU) / 2;
  for (let j = 0; j < d; j++) constant += backend.log(w[j * d + j] as number);
  return {
    name,
    nFeatures: d,
    isDiscrete: false,
    support: 'real',
    logDensities(x, n) {
      const out = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        let square = 0;
        for (let r = 0; r < d; r++) {
          let z = 0;
          for (let j = 0; j <= r; j++) z += (w[r * d + j] as number) * ((x[i * d + j] as number) - (mean[j] as number));
          square += z * z;
        }
        out[i] = constant - square / 2;
      }
      return out;
    },
    draws(seed) {
      const random = createRandom(seed, backend.log);
      const z = new Float64Array(d);
      return {
        next(n) {
          const out = new Float64Array(n * d);
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < d; j++) z[j] = random.normal();
            for (let r = 0; r < d; r++) {
              let value = 0;
              for (let j = 0; j <= r; j++) value += (l[r * d + j] as number) * (z[j] as number);
              out[i * d + r] = value + (mean[r] as number);
            }
          }
          return out;
        },
      };
    },
    breakpoints: () => MULTIPLES.map((multiple) => (mean[0] as number) + multiple * (l[0] as number)),
  };
}

/** The parameters by which a Gaussian mixture is known. */
interface MixtureParameters {
  readonly means: ArrayLike<number>;
  readonly covariances: ArrayLike<number>;
  readonly nComponents: number;
  readonly nFeatures: number;
}

function isGaussianMixture(model: object): model is ScoredModel & MixtureParameters {
  return 'means' in model && 'covariances' in model && 'nComponents' in model;
}

/** The Gaussian that a mixture of one component is. */
export function singleGaussian(model: object, name: string): Gaussian | undefined {
  if (!isGaussianMixture(model) || model.nComponents !== 1) return undefined;
  const { means, covariances } = model;
  const covariance = covariances.length === 1 ? (covariances[0] as number) : covariances;
  return toGaussian({ mean: means, covariance } as GaussianLike, name);
}

export function ofModel(model: ScoredModel, name: string, seed: number, backend: Backend): Distribution {
  const { nFeatures } = model;
  checkFeatureCount(nFeatures, name);
  const draws =
    typeof model.sample === 'function' ? (from: number) => drawsOfModel(model, name, from, backend.log) : undefined;
  const isBinary = 'probs' in model && 'nComponents' in model;
  const pilot = isGaussianMixture(model) || isBinary ? undefined : pilotOf(draws, nFeatures, seed);
  return {
    name,
    nFeatures,
    isDiscrete: isBinary || isDiscrete(model.discrete, pilot, name),
    support: isBinary ? 'binary' : isGaussianMixture(model) ? 'real' : undefined,
    logDensities: checked(name, (x, n) => model.scoreSamples({ data: x, rows: n, columns: nFeatures })),
    draws,
    breakpoints() {
      if (!isGaussianMixture(model)) return thinned(pilot);
      const { means, covariances } = model;
      return Array.from(means).flatMap((mean, k) => {
        const sigma = Math.sqrt(covariances[covariances.length === 1 ? 0 : k] as number);
        return MULTIPLES.map((multiple) => mean + multiple * sigma);
      });
    },
  };
}

export function ofDensity(density: DensityLike, name: string, seed: number, backend: Backend): Distribution {
  const { sample } = density;
  const draws =
    typeof sample === 'function'
      ? (from: number) => drawsOfFunction((random) => sample.call(density, random), `${name}.sample`, from, backend.log)
      : undefined;
  if (density.nFeatures !== undefined) checkFeatureCount(density.nFeatures, name);
  const pilot = pilotOf(draws, density.nFeatures ?? 1, seed);
  return {
    name,
    nFeatures: density.nFeatures ?? (pilot === undefined ? undefined : pilot.length / N_PILOT),
    isDiscrete: isDiscrete(density.discrete, pilot, name),
    support: undefined,
    logDensities: checked(name, (x, n) => {
      const d = x.length / n;
      return Float64Array.from({ length: n }, (_, i) => density.logDensity(x.subarray(i * d, (i + 1) * d)));
    }),
    draws,
    breakpoints: () => thinned(pilot),
  };
}

function checkFeatureCount(nFeatures: unknown, name: string): void {
  if (Number.isInteger(nFeatures) && (nFeatures as number) > 0) return;
  throw new InvalidParametersError(`${name}.nFeatures must be a positive integer; got ${show(nFeatures)}`);
}

/** Draws that show where a distribution of one feature lies; nobody asks where one of many does. */
function pilotOf(
  draws: ((seed: number) => Draws) | undefined,
  nFeatures: number,
  seed: number,
): Float64Array | undefined {
  // one stream for the pilot, another for the estimate
  return nFeatures === 1 ? draws?.(~seed).next(N_PILOT) : undefined;
}

function isDiscrete(told: unknown, pilot: Float64Array | undefined, name: string): boolean {
  if (typeof told === 'boolean') return told;
  if (told === undefined) return pilot?.every(Number.isInteger) ?? false;
  throw new InvalidParametersError(`${name}.discrete must be true, false or omitted; got ${show(told)}`);
}

/**
 * Every 16th of the sorted pilot, so that a peak of a 16th of the mass has a point of its own, and some points beyond: the
 * other distribution may lie so far off that what this one has beyond its pilot would go unseen between the two.
 */
function thinned(pilot: Float64Array | undefined): number[] {
  if (pilot === undefined) return [];
  const sorted = pilot.slice().sort();
  const points = Array.from(sorted.filter((_, i) => i % 16 === 0));
  const [first, last] = [sorted[0] as number, sorted[N_PILOT - 1] as number];
  const reach = (sorted[480] as number) - (sorted[32] as number);
  return [
    first - 4 * reach,
    first - reach,
    first - reach / 4,
    ...points,
    last + reach / 4,
    last + reach,
    last + 4 * reach,
  ];
}

/** Log-densities that are NaN or +Infinity are told with the point they belong to. */
function checked(name: string, score: Distribution['logDensities']): Distribution['logDensities'] {
  return (x, n) => {
    const values = score(x, n);
    for (let i = 0; i < n; i++) {
      const value: unknown = values[i];
      if (typeof value === 'number' && value < Infinity) continue;
      const d = x.length / n;
      throw new InvalidDataError(
        `the log-density of ${name} must be a number below +Infinity; got ${show(value)} at x = [${x.subarray(i * d, i * d + Math.min(d, 4)).join(', ')}${d > 4 ? ', …' : ''}]`,
      );
    }
    return values;
  };
}
