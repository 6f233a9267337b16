/** Gaussian mixtures from a stream. */
import type { GaussianComponent, Moments } from '../families/gaussian.js';
import { prepareStart } from '../families/gaussian-checks.js';
import { type GaussianPlan, gaussianFit } from '../families/gaussian-fit.js';
import { GaussianMixture } from '../families/gaussian-mixture.js';
import { checkOptions, type GaussianMixtureOptions } from '../families/gaussian-options.js';
import { fromComponents } from '../families/gaussian-parameters.js';
import { MADE } from '../families/internals.js';
import type { InitName } from '../init/names.js';
import { type NotStreamed, STREAM_OPTIONS, type StreamFamily, type StreamOptions } from './family.js';

/** Options of `fitStream(GaussianMixture, …)`: those of `GaussianMixture.fit` that need no rows in memory. */
export interface GaussianStreamOptions extends Omit<GaussianMixtureOptions, NotStreamed>, StreamOptions {
  /** how the sample is started from; default `'kmeans++'`. `initialParameters` goes before it */
  init?: InitName;
}

export function gaussianStream(
  options: GaussianStreamOptions,
  where: string,
): StreamFamily<GaussianPlan, GaussianComponent, Moments, GaussianMixture> {
  const checked = checkOptions(options, where, ['onProgress', ...STREAM_OPTIONS]);
  const { init: _, initialParameters: __, sampleWeights: ___, ...plan } = checked;
  return {
    binary: false,
    centre: true,
    squares: plan.covarianceType === 'spherical' ? 'any' : 'each',
    plan,
    starting: (nSamples, nFeatures) => ({ ...plan, start: prepareStart(checked, { nSamples, nFeatures }) }),
    complete: ({ start }) => start.kind === 'parameters' && start.covariances !== undefined,
    fit: gaussianFit,
    move({ weights, components }, from, to) {
      // not even a rounding where nothing has to move: then the fit is that in memory to the bit
      if (from.every((o, j) => o === to[j])) return { weights, components };
      const moved = components.map((component) => {
        const mean = component.mean.map((m, j) => m + ((from[j] as number) - (to[j] as number)));
        return { ...component, mean, center: mean };
      });
      return { weights, components: moved };
    },
    model: ({ covarianceType, backend }, origin, parameters, record) =>
      GaussianMixture[MADE]({ ...fromComponents(parameters, origin, covarianceType), origin, backend }, record),
  };
}
