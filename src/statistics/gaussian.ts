/** Expected statistics of Gaussian mixtures: counts, first and second moments about points near the components' means. */
import { checkVariances } from '../data/squares.js';
import { mixture } from '../em/mixture.js';
import { diagonalIndex, type GaussianComponent, type Moments, packedLength } from '../families/gaussian.js';
import { GaussianMixture } from '../families/gaussian-mixture.js';
import { familyFor, fromComponents } from '../families/gaussian-parameters.js';
import { MADE } from '../families/internals.js';
import { NO_KERNELS, type StatisticsFamily } from './family.js';
import type { StatisticsState } from './state.js';

export const gaussianStatistics: StatisticsFamily<GaussianMixture, GaussianComponent, Moments> = {
  describe: ({ covarianceType }) => ({ family: 'gaussian', covarianceType, weightsMode: undefined }),

  originOf: (model) => Float64Array.from(model.toJSON().origin ?? new Float64Array(model.nFeatures)),

  centred: (components, statistics) =>
    statistics.every(({ center }, k) => center === components[k]?.center)
      ? undefined
      : // a center of their own is what kernels go by
        components.map((component) => ({ ...component, center: component.mean.slice() })),

  pack: ({ center, values }) => ({ center, sums: values }),
  unpack: ({ centers, sums }, k) => ({
    center: (centers as readonly Float64Array[])[k] as Float64Array,
    values: (sums[k] as Float64Array).slice(),
  }),

  ofComponent({ mean, covariance }, weight, d) {
    const matrix = covariance.length === d * d && d > 1;
    const values = new Float64Array(1 + d + (matrix ? packedLength(d) : d));
    values[0] = weight;
    let at = 1 + d;
    for (let i = 0; i < d; i++) {
      if (!matrix) values[at++] = weight * (covariance[covariance.length === 1 ? 0 : i] as number);
      else for (let j = 0; j <= i; j++) values[at++] = weight * (covariance[i * d + j] as number);
    }
    return { center: mean, values };
  },

  check: (state) => checkVariances(varianceOf(state), typeOf(state) !== 'spherical'),

  em(state, algebra, { regCovar }) {
    const { nFeatures, largest } = state;
    const data = { nFeatures, largest, variance: varianceOf(state) };
    const family = familyFor(typeOf(state), algebra, data, regCovar);
    return mixture(family, { ...NO_KERNELS, nComponents: state.counts.length });
  },

  model(state, parameters) {
    const { origin, backend } = state;
    return GaussianMixture[MADE]({ ...fromComponents(parameters, origin, typeOf(state)), origin, backend });
  },
};

function typeOf({ covarianceType }: StatisticsState) {
  return covarianceType as NonNullable<typeof covarianceType>;
}

export function isPacked(state: StatisticsState): boolean {
  return typeOf(state) === 'full' || typeOf(state) === 'tied';
}

/** The features' variances over all rows, whichever components they belong to (nFeatures). */
function varianceOf(state: StatisticsState): Float64Array {
  const { nFeatures: d, sums, weight } = state;
  const centers = state.centers as readonly Float64Array[];
  return Float64Array.from({ length: d }, (_, j) => {
    const second = 1 + d + diagonalIndex(j, isPacked(state));
    let first = 0;
    sums.forEach((values, k) => {
      first += (values[0] as number) * ((centers[k] as Float64Array)[j] as number) + (values[1 + j] as number);
    });
    const mean = first / weight;
    let scatter = 0;
    sums.forEach((values, k) => {
      const delta = ((centers[k] as Float64Array)[j] as number) - mean;
      scatter += (values[second] as number) + delta * (2 * (values[1 + j] as number) + delta * (values[0] as number));
    });
    return Math.max(0, scatter / weight);
  });
}
