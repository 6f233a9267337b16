/** The options all mixture fits share: types, defaults, checks. */
import type { BackendName } from '../backend.js';
import { checkColumns } from '../data/columns.js';
import type { OnProgress, OptimizerName, TraceName } from '../em/mixture-fit.js';
import { InvalidOptionError } from '../errors.js';
import {
  type Acceleration,
  type AccelerationName,
  checkAcceleration,
  nameOf,
  type Optimizer,
} from '../optimize/method.js';
import { checkKnown, choiceOption, functionOption, integerOption, nonNegativeOption } from '../options.js';

/** Options that all mixture fits share. */
export interface MixtureOptions {
  /** number of components K, 1 ≤ K ≤ rows of positive weight */
  nComponents: number;
  /** independent starts, of which the one of greatest log-likelihood is kept; default 1; a given start is one, whatever `nInit` says */
  nInit?: number;
  /** of the random numbers, any safe integer; default 0: results are reproducible unless another is passed */
  seed?: number;
  /** stop when the mean log-likelihood per point rises by less (nats); default 1e-6; 0 runs exactly `maxIter` iterations */
  tol?: number;
  /** stop when no parameter moves by more (scaled); default 0, off */
  paramTol?: number;
  /** most M-steps (with `acceleration`: E-steps after the first); default 1000; 0 returns the start with its log-likelihood */
  maxIter?: number;
  /** weight of each row, ≥ 0; integer weights equal repeated rows */
  sampleWeights?: ArrayLike<number>;
  /**
   * names of the features. Where X is an array of objects, an Arrow or an Arquero table: the columns to take, in this order.
   * The model keeps the names (`columns`), so that `predict`, `score` … take the same objects.
   */
  columns?: readonly string[];
  /** `'wasm'` (default) or `'js'`, the plain reference */
  backend?: BackendName;
  /**
   * `'em'` (default), or `'gradient'` (bundled: the imported constant `gradient`): L-BFGS on the log-likelihood (with the log prior, if there is one) in log-weights,
   * means and Cholesky factors, or logits. An iteration costs one E-step for each trial step, mostly one. `regCovar` then
   * serves the start only: the likelihood itself is climbed. Also ends (`'tol'`) where doubles show no rise any more.
   */
  optimizer?: OptimizerName | Optimizer;
  /**
   * `'none'` (default); `'anderson'`, the one to choose, or `'squarem'` (bundled: the imported constants of these names): EM in
   * longer steps, to the same fixed points, in log-weights, means and Cholesky factors, or logits. Where EM is slow
   * `'anderson'` takes 2 to 30 times fewer E-steps (median 4.4), `'squarem'` 2 to 5 times (median 3.7; bench/README.md);
   * where EM needs a dozen there is nothing to gain. A step that would lower the log-likelihood is not taken, EM's own is. `nIter` and `maxIter` count all
   * E-steps after the first, those of rejected steps included; `trace` holds the states that were accepted. `tol` and
   * `paramTol` ask what EM's own steps still change. As with another seed, a start near the border between two
   * optima may reach the other one.
   */
  acceleration?: AccelerationName | Acceleration;
  /**
   * `'logLikelihood'` (default), or `'elbo'`: also `trace.elbo`, the ELBO after both half-steps of every iteration, at the
   * price of a scoring pass over the data and a sum in JavaScript: an iteration takes 2.5 (8 features, 8 components) to 3.5
   * times (1 feature, 2 components) as long. `regCovar` above 0 or a prior may let the M-step lower the
   * ELBO.
   */
  trace?: TraceName;
  /** called after every E-step; returning `'stop'` ends the fit there, with the best state so far */
  onProgress?: OnProgress;
}

export const MIXTURE_OPTIONS = [
  'nComponents',
  'nInit',
  'seed',
  'tol',
  'paramTol',
  'maxIter',
  'sampleWeights',
  'columns',
  'backend',
  'trace',
  'optimizer',
  'acceleration',
] as const;

export const BACKENDS: readonly BackendName[] = ['wasm', 'js'];

/** Checks what all mixtures share; `known` are the names of the family's own options and of the way of fitting. */
export function checkMixtureOptions(options: MixtureOptions, where: string, known: readonly string[]) {
  if (options === undefined) {
    throw new InvalidOptionError('nComponents', `${where} needs options with nComponents, the number of components`);
  }
  checkKnown(options, [...MIXTURE_OPTIONS, ...known], where);
  functionOption('onProgress', options.onProgress);
  const optimizer = choiceOption<OptimizerName>('optimizer', nameOf(options.optimizer ?? 'em'), ['em', 'gradient']);
  const acceleration = checkAcceleration(options.acceleration);
  if (optimizer !== 'em' && acceleration !== 'none') {
    throw new InvalidOptionError(
      'acceleration',
      `acceleration '${acceleration}' is of EM; leave it out with optimizer '${optimizer}', or leave out the optimizer`,
    );
  }
  return {
    nComponents: integerOption('nComponents', options.nComponents, 1),
    nInit: integerOption('nInit', options.nInit ?? 1, 1),
    seed: integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER),
    tol: nonNegativeOption('tol', options.tol ?? 1e-6),
    paramTol: nonNegativeOption('paramTol', options.paramTol ?? 0),
    maxIter: integerOption('maxIter', options.maxIter ?? 1000, 0),
    sampleWeights: options.sampleWeights ?? undefined,
    columns: checkColumns(options.columns),
    backend: choiceOption('backend', options.backend ?? 'wasm', BACKENDS),
    trace: choiceOption<TraceName>('trace', options.trace ?? 'logLikelihood', ['logLikelihood', 'elbo']),
    optimizer,
    acceleration,
  };
}

/** An `init` option: one of some names, or given labels or responsibilities. */
export function checkInitOption<T extends string, G extends object>(init: unknown, names: readonly T[]): T | G {
  if (typeof init === 'object' && init !== null) {
    checkKnown(init, ['labels', 'responsibilities'], 'init');
    const given = init as { labels?: unknown; responsibilities?: unknown };
    if ((given.labels === undefined) === (given.responsibilities === undefined)) {
      throw new InvalidOptionError('init', 'init as an object takes either labels or responsibilities');
    }
    return init as G;
  }
  return choiceOption('init', init, names);
}
