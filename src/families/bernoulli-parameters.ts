/** Between the parameters users see (flat) and the components the loop works on. */
import type { BackendName } from '../backend.js';
import { InvalidParametersError } from '../errors.js';
import type { BernoulliParameters } from '../init/bernoulli-start.js';
import { flatten, toWeights } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import type { BernoulliComponent } from './bernoulli.js';

/** Parameters as users see them, row-major. */
export interface FlatBernoulliParameters {
  readonly nComponents: number;
  readonly nFeatures: number;
  /** (nComponents) */
  readonly weights: Float64Array;
  /** θ_kj = p(x_j = 1 | k) (nComponents × nFeatures) */
  readonly probs: Float64Array;
  /** 1 − θ_kj with digits of its own (nComponents × nFeatures) */
  readonly complements: Float64Array;
}

export interface BernoulliModelState extends FlatBernoulliParameters {
  readonly weightsMode: 'learned' | 'uniform';
  readonly backend: BackendName;
}

export function publishBernoulli({ weights, components }: BernoulliParameters): FlatBernoulliParameters {
  const nComponents = components.length;
  const nFeatures = (components[0] as BernoulliComponent).probs.length;
  const probs = new Float64Array(nComponents * nFeatures);
  const complements = new Float64Array(nComponents * nFeatures);
  components.forEach((component, k) => {
    probs.set(component.probs, k * nFeatures);
    complements.set(component.complements, k * nFeatures);
  });
  return { nComponents, nFeatures, weights: weights.slice(), probs, complements };
}

export function toBernoulliComponents({
  nComponents,
  nFeatures: d,
  probs,
  complements,
}: FlatBernoulliParameters): BernoulliComponent[] {
  return Array.from({ length: nComponents }, (_, k) => ({
    probs: probs.slice(k * d, (k + 1) * d),
    complements: complements.slice(k * d, (k + 1) * d),
  }));
}

/** Checks parameters given by a user: probabilities in [0, 1]; complements, if given, agree with them. */
export function checkBernoulliParameters(
  given: { weights?: ArrayLike<number> | undefined; probs: NestedNumbers; complements?: NestedNumbers | undefined },
  nComponents: number,
  nFeatures: number,
): FlatBernoulliParameters {
  const weights = toWeights(given.weights, nComponents);
  const probs = flatten(given.probs, 'probs', [nComponents, nFeatures]);
  const complements =
    given.complements === undefined
      ? probs.map((theta) => 1 - theta)
      : flatten(given.complements, 'complements', [nComponents, nFeatures]);
  probs.forEach((theta, i) => {
    const k = Math.floor(i / nFeatures);
    if (!(theta >= 0 && theta <= 1)) {
      throw new InvalidParametersError(
        `probs must lie in [0, 1]; got ${theta} for component ${k}, feature ${i % nFeatures}`,
        k,
      );
    }
    const complement = complements[i] as number;
    if (!(complement >= 0 && Math.abs(theta + complement - 1) <= 1e-12)) {
      throw new InvalidParametersError(
        `complements must be 1 − probs; got ${complement} for ${theta} (component ${k}, feature ${i % nFeatures})`,
        k,
      );
    }
  });
  return { nComponents, nFeatures, weights, probs, complements };
}

/** Free parameters: every probability, and the weights unless they are fixed. */
export function countBernoulliParameters(
  weights: 'learned' | 'uniform',
  nComponents: number,
  nFeatures: number,
): number {
  return nComponents * nFeatures + (weights === 'uniform' ? 0 : nComponents - 1);
}
