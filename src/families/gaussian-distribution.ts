/** One normal distribution: what it says of points, and the distributions that come of it. */

import type { Backend, BackendName } from '../backend.js';
import { Handouts } from '../data/handouts.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import { blockRows, blocksOf } from '../em/blocks.js';
import { InvalidDataError, InvalidParametersError, NotPositiveDefiniteError, show } from '../errors.js';
import { flatten } from '../init/given.js';
import { expectedBytes, withBackend } from '../lease.js';
import { checkKnown, integerOption, type NoOptions, sampledOption } from '../options.js';
import { type GaussianComponent, HALF_LOG_TWO_PI } from './gaussian.js';
import { conditionOn } from './gaussian-conditioning.js';
import { fullComponent, fullSample } from './gaussian-full.js';
import { GAUSSIAN_KERNELS } from './gaussian-kernels.js';

/** A Gaussian as JSON: `gaussian(JSON.parse(text))` takes it up again. */
export interface GaussianDistributionJSON {
  readonly type: 'gaussian';
  /** (nFeatures) */
  readonly mean: number[];
  /** (nFeatures × nFeatures) */
  readonly covariance: number[][];
}

/** N(mean, covariance), immutable. Made by `gaussian`, `fitGaussian` or `addGaussians`; `klDivergence` takes it too. */
export class GaussianDistribution {
  readonly #mean: Float64Array;
  readonly #covariance: Float64Array;
  readonly #backend: BackendName;
  /** about the mean, so that an offset of the data costs no digits */
  readonly #component: GaussianComponent;
  readonly #handouts = new Handouts();

  /** @internal mean (d) and symmetric covariance (d × d), checked */
  constructor(mean: Float64Array, covariance: Float64Array, backend: BackendName) {
    const d = mean.length;
    this.#mean = mean;
    this.#covariance = covariance;
    this.#backend = backend;
    const zeros = new Float64Array(d);
    const component = withBackend(backend, (algebra) =>
      fullComponent({ nFeatures: d, algebra, regularization: zeros, leastDeviation: zeros }, zeros, covariance),
    );
    if (typeof component === 'number') {
      throw new NotPositiveDefiniteError(
        `the covariance is not positive definite: pivot ${component} of its Cholesky factorisation is not a positive finite number`,
        component,
      );
    }
    this.#component = component;
  }

  /** μ (nFeatures) */
  get mean(): Float64Array {
    return this.#handouts.of('mean', () => this.#mean);
  }
  /** Σ (nFeatures × nFeatures, row-major), variances on the diagonal */
  get covariance(): Float64Array {
    return this.#handouts.of('covariance', () => this.#covariance);
  }
  /** Number of dimensions D. */
  get nFeatures(): number {
    return this.#mean.length;
  }

  /** Differential entropy ½ log |2πeΣ|, nats; negative where the distribution is narrow. */
  get entropy(): number {
    return this.nFeatures * (0.5 + HALF_LOG_TWO_PI) - this.#component.logDeterminant;
  }

  /**
   * log p(x) of each row (nSamples), nats; −Infinity where the density is 0 in double precision.
   *
   * @param Y nSamples × nFeatures
   * @throws {InvalidDataError} not finite, another number of columns
   * @example
   * gaussian({ mean: 0, covariance: 1 }).logDensity([0]); // Float64Array [-0.9189385332046728]
   */
  logDensity(Y: DataInput, options?: NoOptions): Float64Array {
    checkKnown(options, [], 'logDensity');
    const matrix = toMatrix(Y, 'data');
    const d = this.nFeatures;
    if (matrix.nFeatures !== d) {
      throw new InvalidDataError(
        `the Gaussian has ${d} features but the data have ${matrix.nFeatures} columns; pass rows of ${d} numbers`,
      );
    }
    const data = { ...matrix, sampleWeights: undefined, origin: this.#mean };
    const rows = blockRows(d, 1);
    const out = new Float64Array(matrix.nSamples);
    const score = (backend: Backend) => {
      const kernels = backend.open(GAUSSIAN_KERNELS, { data, covarianceType: 'full', nComponents: 1, rows });
      const parameters = { weights: Float64Array.of(1), components: [this.#component] };
      for (const block of blocksOf(data, rows)) {
        const logProbNorm = out.subarray(block.start, block.start + block.nRows);
        kernels.score(parameters, block, { logProbNorm });
      }
    };
    withBackend(this.#backend, score, expectedBytes(data, 1));
    return out;
  }

  /**
   * Draws n rows: X (n × nFeatures, row-major).
   *
   * @throws {InvalidOptionError} n is not a positive integer
   * @example
   * gaussian({ mean: [0, 5], covariance: [[1, 0.5], [0.5, 1]] }).sample(100, { seed: 1 }).X; // Float64Array(200)
   */
  sample(n: number, options: { seed?: number } = {}): { X: Float64Array } {
    sampledOption(n, this.nFeatures);
    checkKnown(options, ['seed'], 'sample');
    const seed = integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
    const d = this.nFeatures;
    return withBackend(this.#backend, ({ log }) => {
      const random = createRandom(seed, log);
      const X = new Float64Array(n * d);
      for (let i = 0; i < n; i++) {
        const row = fullSample(this.#component, random);
        for (let j = 0; j < d; j++) X[i * d + j] = (row[j] as number) + (this.#mean[j] as number);
      }
      return { X };
    });
  }

  /**
   * The distribution of some features, the others ignored: in the order given.
   *
   * @param features 0-based
   * @throws {InvalidParametersError} a feature that does not exist or is named twice
   * @example
   * body.marginal([1]).mean;
   */
  marginal(features: ArrayLike<number>): GaussianDistribution {
    const kept = this.#features(features, 'marginal');
    return new GaussianDistribution(
      Float64Array.from(kept, (j) => this.#mean[j] as number),
      this.#submatrix(kept),
      this.#backend,
    );
  }

  /**
   * The distribution of the other features (in ascending order), given that `features` have `values`:
   * mean μ_a + Σ_ab Σ_bb⁻¹ (x_b − μ_b), covariance Σ_aa − Σ_ab Σ_bb⁻¹ Σ_ba (Bishop 2006, §2.3.1), by the Cholesky factor, so
   * that the covariance is positive definite whatever the rounding.
   *
   * @param features 0-based, those that are known; at least one feature must be left
   * @param values of those features, in the same order
   * @throws {InvalidParametersError} a feature that does not exist or is named twice, none left, values of another length
   * @example
   * // the second of two features with correlation 0.8, the first being 2
   * gaussian({ mean: [0, 0], covariance: [[1, 0.8], [0.8, 1]] }).conditional([0], [2]).mean; // Float64Array [1.6]
   */
  conditional(features: ArrayLike<number>, values: ArrayLike<number>): GaussianDistribution {
    const known = this.#features(features, 'conditional');
    const given = flatten(values, 'conditional: values', [known.length]);
    const unknown = Array.from(this.#mean.keys()).filter((j) => !known.includes(j));
    if (unknown.length === 0) {
      throw new InvalidParametersError(
        `conditional: all ${this.nFeatures} features are given, so none is left to have a distribution`,
      );
    }
    const order = [...known, ...unknown];
    const l = withBackend(this.#backend, (backend) => backend.cholesky(this.#submatrix(order), order.length));
    if (typeof l === 'number') {
      throw new NotPositiveDefiniteError(
        `the covariance, features ${order.join(', ')} in this order, is not positive definite in double precision at pivot ${l}`,
        l,
      );
    }
    const shift = given.map((value, i) => value - (this.#mean[known[i] as number] as number));
    const { displacement, covariance } = conditionOn(l, shift, unknown.length);
    const mean = displacement.map((value, i) => value + (this.#mean[unknown[i] as number] as number));
    return new GaussianDistribution(mean, covariance, this.#backend);
  }

  /** Plain JSON: `JSON.stringify` calls it. */
  toJSON(): GaussianDistributionJSON {
    const d = this.nFeatures;
    const covariance = Array.from(this.#mean, (_, i) => Array.from(this.#covariance.subarray(i * d, (i + 1) * d)));
    return { type: 'gaussian', mean: Array.from(this.#mean), covariance };
  }

  /** Rows and columns of Σ. */
  #submatrix(features: readonly number[]): Float64Array {
    const d = this.nFeatures;
    return Float64Array.from(features.flatMap((i) => features.map((j) => this.#covariance[i * d + j] as number)));
  }

  #features(features: ArrayLike<number>, where: string): number[] {
    const d = this.nFeatures;
    if (features === null || typeof features !== 'object' || !(features.length > 0 && features.length <= d)) {
      throw new InvalidParametersError(
        `${where}: features must be an array of 1 to ${d} feature numbers; got ${show(features)}`,
      );
    }
    const list = Array.from(features);
    list.forEach((feature, i) => {
      if (!Number.isInteger(feature) || feature < 0 || feature >= d) {
        throw new InvalidParametersError(
          `${where}: features must be integers from 0 to ${d - 1}; got ${show(feature)} at index ${i}`,
        );
      }
      if (list.indexOf(feature) !== i) {
        throw new InvalidParametersError(
          `${where}: feature ${feature} is named twice, at ${list.indexOf(feature)} and ${i}`,
        );
      }
    });
    return list;
  }
}
