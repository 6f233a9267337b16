/** Mixtures of a user's family as models: the verbs of `GaussianMixture`, and what the diagnostics ask for. */
import type { BackendName } from '../backend.js';
import type { DataInput } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import { checkFamily } from '../em/check-family.js';
import { checkCount, scoreBlock } from '../em/mixture-scores.js';
import type { Family, MixtureParameters } from '../em/model.js';
import { InvalidDataError, InvalidOptionError, show } from '../errors.js';
import { toWeights } from '../init/given.js';
import { withBackend } from '../lease.js';
import { checkKnown, choiceOption, integerOption, requireObject, sampledOption } from '../options.js';
import { checkRows } from './check-rows.js';
import { drawComponent } from './gaussian-parameters.js';
import { MixtureModel } from './mixture-model.js';
import { BACKENDS } from './mixture-options.js';

/** Options of `mixtureModel`. */
export interface FamilyMixtureOptions {
  /** columns of the data; default: as many as `family.sample` draws */
  nFeatures?: number;
  /** `'uniform'`: the mixing proportions were fixed, so they are no free parameters; default `'learned'` */
  weights?: 'learned' | 'uniform';
  /** default `'wasm'` */
  backend?: BackendName;
}

/**
 * A mixture of a user's family with given parameters; made by `mixtureModel`. It has the verbs of the library's own:
 * `predict`, `predictProba`, `scoreSamples`, `weightedLogProb`, `score`, `aic`, `bic`, `icl`, `sample`.
 */
export class FamilyMixture<C> extends MixtureModel<C, DataInput> {
  readonly #family: Family<C, unknown>;
  readonly #parameters: MixtureParameters<C>;
  readonly #backend: BackendName;

  /** @internal */
  constructor(
    family: Family<C, unknown>,
    parameters: MixtureParameters<C>,
    nFeatures: number,
    { weights, backend }: Required<Pick<FamilyMixtureOptions, 'weights' | 'backend'>>,
  ) {
    const nComponents = parameters.components.length;
    const origin = new Float64Array(nFeatures);
    super(
      {
        backend,
        nComponents,
        nFeatures,
        get nParameters() {
          requireVerb(family, 'nParameters');
          return nComponents * family.nParameters(nFeatures) + (weights === 'uniform' ? 0 : nComponents - 1);
        },
        weights: parameters.weights,
        components: () => parameters,
        rows: (Y, sampleWeights) => checkRows(Y, sampleWeights, nFeatures, origin),
        kernels: (leased) => ({
          score: (given, block, out) => scoreBlock(family, given, block, out, leased),
        }),
      },
      undefined,
    );
    this.#family = family;
    this.#parameters = parameters;
    this.#backend = backend;
  }

  /** The parameters of each component (nComponents), as they were given. */
  get components(): readonly C[] {
    return this.#parameters.components;
  }

  /**
   * Draws n rows: X (n × nFeatures, row-major) and the component each came from (n).
   *
   * @throws {InvalidOptionError} n is not a positive integer, the family has no `sample`
   * @throws {InvalidDataError} a draw of another length, or not finite
   * @example
   * const { X, labels } = mixtureModel(poisson, parameters).sample(100, { seed: 1 });
   */
  sample(n: number, options: { seed?: number } = {}): { X: Float64Array; labels: Int32Array } {
    const { nFeatures } = this;
    sampledOption(n, nFeatures);
    checkKnown(options, ['seed'], 'sample');
    const seed = integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
    requireVerb(this.#family, 'sample');
    return withBackend(this.#backend, ({ log }) => {
      const { weights, components } = this.#parameters;
      const random = createRandom(seed, log);
      const X = new Float64Array(n * nFeatures);
      const labels = new Int32Array(n);
      for (let i = 0; i < n; i++) {
        const k = drawComponent(weights, random);
        const row = this.#family.sample(components[k] as C, random);
        if (row?.length !== nFeatures) {
          throw new InvalidDataError(
            `sample must draw rows of ${nFeatures} numbers; component ${k} gave ${show(row?.length ?? row)}`,
            i,
          );
        }
        for (let j = 0; j < nFeatures; j++) {
          const value: unknown = row[j];
          if (typeof value !== 'number' || value - value !== 0) {
            throw new InvalidDataError(`sample must draw finite numbers; component ${k} gave ${show(value)}`, i, j);
          }
          X[i * nFeatures + j] = value;
        }
        labels[i] = k;
      }
      return { X, labels };
    });
  }
}

/**
 * A model of a family and the parameters that EM found for it: for new rows, for drawing, and for whatever takes a mixture
 * (`decompose`, `estimateLogLikelihood`, `optimizeQ`, `klDivergence`).
 *
 * @param parameters `{ weights, components }`, as `expectationMaximization(mixture(family, …), X)` returns them
 * @throws {InvalidParametersError} as many weights as components are needed, ≥ 0, with a sum of 1 (within 1e-8)
 * @throws {InvalidOptionError} a family that lacks a function, an impossible or unknown option, no `nFeatures` and no `sample`
 * @example
 * const { parameters } = expectationMaximization(mixture(poisson, { nComponents: 2 }), counts);
 * const model = mixtureModel(poisson, parameters);
 * model.bic(counts);
 * decompose(model, counts, 'uniform').kl;
 */
export function mixtureModel<C, T>(
  family: Family<C, T>,
  parameters: MixtureParameters<C>,
  options: FamilyMixtureOptions = {},
): FamilyMixture<C> {
  checkFamily(family);
  requireObject(parameters, 'mixtureModel', 'weights, components');
  checkKnown(options, ['nFeatures', 'weights', 'backend'], 'mixtureModel');
  const backend = choiceOption('backend', options.backend ?? 'wasm', BACKENDS);
  const weights = choiceOption('weights', options.weights ?? 'learned', ['learned', 'uniform']);
  checkCount(parameters, Math.max(1, parameters.components?.length ?? 1));
  const components = Array.from(parameters.components);
  // no more may change what the model says than of the library's own
  const kept = { weights: toWeights(parameters.weights, components.length), components };
  const nFeatures = integerOption('nFeatures', options.nFeatures ?? drawnFeatures(family, components[0] as C), 1);
  return new FamilyMixture(family as Family<C, unknown>, kept, nFeatures, { weights, backend });
}

/** How many numbers a draw has. */
function drawnFeatures<C, T>(family: Family<C, T>, component: C): number {
  if (typeof family.sample !== 'function') {
    throw new InvalidOptionError(
      'nFeatures',
      'mixtureModel needs nFeatures, or a family with sample(component, random)',
    );
  }
  return withBackend('js', ({ log }) => family.sample(component, createRandom(0, log)).length);
}

function requireVerb<C>(family: Family<C, unknown>, verb: 'sample' | 'nParameters'): void {
  if (typeof family[verb] === 'function') return;
  throw new InvalidOptionError('family', `this needs a family with a function ${verb}; got ${show(family[verb])}`);
}
