/**
 * Where a fit finds the ways up the likelihood that plain EM does not need. They are parts of their own, so that bundles
 * that only run EM do not carry them.
 */
import type { LinearAlgebra } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import type { EMState, LoopOptions } from '../em/loop.js';
import type { EMModel, ParameterChart } from '../em/model.js';
import { InvalidOptionError } from '../errors.js';
import type { BernoulliComponent, BernoulliSums, BetaPrior } from '../families/bernoulli.js';
import type { CovarianceType, GaussianComponent, Moments } from '../families/gaussian.js';
import { choiceOption } from '../options.js';
import type { ascend } from './ascent.js';
import type { Chart, mixtureChart } from './chart.js';

/** The charts of the built-in families: they come along with the methods that need them. */
export interface Charts {
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

/** Another way up the likelihood than EM; `gradient` is the one there is. */
export interface Optimizer extends Charts {
  /** as the option takes it */
  readonly name: 'gradient';
  /** @internal */
  readonly ascend: typeof ascend;
}

/** `'none'`: every step is EM's own. */
export type AccelerationName = 'none' | 'squarem' | 'anderson';

/** EM in longer steps: `anderson` or `squarem`. */
export interface Acceleration extends Charts {
  /** as the option takes it */
  readonly name: Exclude<AccelerationName, 'none'>;
  /** @internal */
  readonly accelerate: <P, S>(
    model: EMModel<P, S>,
    chart: ParameterChart<P>,
    data: Dataset,
    start: P,
    options: LoopOptions,
  ) => Generator<EMState<P, S>, void, undefined>;
}

/** A method itself stands for its name. */
export function nameOf(method: string | { readonly name: string }): unknown {
  return typeof method === 'object' ? method?.name : method;
}

/** @throws {InvalidOptionError} not one of the accelerations */
export function checkAcceleration(option: AccelerationName | Acceleration | undefined): AccelerationName {
  return choiceOption('acceleration', nameOf(option ?? 'none'), ['none', 'squarem', 'anderson']);
}

type Method = Optimizer | Acceleration;

const registered = new Map<string, Method>();

export function registerMethod<M extends Method>(method: M): M {
  registered.set(method.name, method);
  return method;
}

function methodOf(option: 'optimizer' | 'acceleration', name: Method['name']): Method {
  const method = registered.get(name);
  if (method !== undefined) return method;
  throw new InvalidOptionError(
    option,
    `${option} '${name}' is not in this bundle; import { ${name} } from 'mixwasm' and pass ${option}: ${name}`,
  );
}

/** @throws {InvalidOptionError} a bundler has left it out, because nothing imports it */
export function gradientOptimizer(): Optimizer {
  return methodOf('optimizer', 'gradient') as Optimizer;
}

/** @throws {InvalidOptionError} as `gradientOptimizer` */
export function accelerationOf(name: Exclude<AccelerationName, 'none'>): Acceleration {
  return methodOf('acceleration', name) as Acceleration;
}
