/** Gaussians that share one full covariance matrix. */

import {
  displacement,
  type GaussianComponent,
  type GaussianContext,
  type GaussianFamily,
  type Moments,
  meanOf,
  recentreMoved,
} from './gaussian.js';
import {
  fullComponent,
  gaussianFull,
  ifSound,
  leastPivots,
  mahalanobisSquared,
  orCollapse,
  regularize,
  scatter,
} from './gaussian-full.js';

/** Second moments may lie anywhere among the components' statistics: only their sum is used. */
export function gaussianTied(context: GaussianContext): GaussianFamily {
  const { nFeatures: d } = context;
  const maximizeAll = (statistics: readonly Moments[]) => {
    const covariance = pooledCovariance(statistics, d);
    regularize(covariance, context);
    const means = statistics.map((moments) => meanOf(moments, displacement(moments)));
    const first = orCollapse(
      fullComponent(context, means[0] as Float64Array, covariance, leastPivots(covariance, context)),
      covariance,
      context,
    );
    return means.map((mean): GaussianComponent => ({ ...first, mean, center: mean }));
  };
  // `recentre` needs the covariance that `maximizeAll` is asked for next
  let looked = new Map<readonly Moments[], GaussianComponent[] | undefined>();

  return {
    ...gaussianFull(context),
    nParameters: (nFeatures) => nFeatures,
    maximizeAll: (statistics) => looked.get(statistics) ?? maximizeAll(statistics),

    recentre(statistics, components) {
      looked = new Map();
      return recentreMoved(statistics, components, context.leastDeviation, (k, delta) => {
        if (!looked.has(statistics))
          looked.set(
            statistics,
            ifSound(() => maximizeAll(statistics)),
          );
        const component = looked.get(statistics)?.[k];
        return component === undefined ? Number.NaN : mahalanobisSquared(component, delta);
      });
    },
  };
}

/** The covariance about the components' new means, over all of them. */
function pooledCovariance(statistics: readonly Moments[], d: number): Float64Array {
  const covariance = new Float64Array(d * d);
  let total = 0;
  for (const moments of statistics) {
    const count = moments.values[0] as number;
    if (!(count > 0)) continue;
    total += count;
    const part = scatter(moments, displacement(moments), d);
    for (let i = 0; i < part.length; i++) covariance[i] = (covariance[i] as number) + (part[i] as number);
  }
  return covariance.map((sum) => sum / total);
}
