/** Where a fit finds the gradient method. It is a part of its own, so that bundles that only run EM do not carry it. */
import type { LinearAlgebra } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import { InvalidOptionError } from '../errors.js';
import type { BernoulliComponent, BernoulliSums, BetaPrior } from '../families/bernoulli.js';
import type { CovarianceType, GaussianComponent, Moments } from '../families/gaussian.js';
import type { ascend } from './ascent.js';
import type { Chart, mixtureChart } from './chart.js';

/** Another way up the likelihood than EM; `gradient` is the one there is. */
export interface Optimizer {
  readonly name: 'gradient';
  /** @internal */
  readonly ascend: typeof ascend;
  /** @internal */
  readonly mixtureChart: typeof mixtureChart;
  /** @internal */
  readonly gaussianChart: (
    type: CovarianceType,
    data: Dataset,
    algebra: LinearAlgebra,
  ) => Chart<GaussianComponent, Moments>;
  /** @internal */
  readonly bernoulliChart: (
    nFeatures: number,
    prior: BetaPrior,
    algebra: LinearAlgebra,
  ) => Chart<BernoulliComponent, BernoulliSums>;
}

let registered: Optimizer | undefined;

export function registerOptimizer(optimizer: Optimizer): Optimizer {
  registered = optimizer;
  return optimizer;
}

/** @throws {InvalidOptionError} a bundler has left it out, because nothing imports it */
export function gradientOptimizer(): Optimizer {
  if (registered !== undefined) return registered;
  throw new InvalidOptionError(
    'optimizer',
    "optimizer 'gradient' is not in this bundle; import { gradient } from 'mixwasm' and pass optimizer: gradient",
  );
}
