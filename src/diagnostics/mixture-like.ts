/** Any mixture whose joint log-densities can be asked for, and the tables that the diagnostics start from. */

import type { Backend } from '../backend.js';
import { InvalidParametersError, show, ZeroDensityError } from '../errors.js';
import { LOG_SUM_EXP } from '../functions/log-sum-exp-kernels.js';

/** A mixture with data of type `Input`; every mixture of this library is one. */
export interface MixtureLike<Input> {
  /** number of values of z */
  readonly nComponents: number;
  /** mixing proportions p(z) (nComponents) */
  readonly weights: ArrayLike<number>;
  /** log p(x, z = k) (nSamples × nComponents, row-major), nats */
  weightedLogProb(X: Input): Float64Array;
}

/** log p(x, z), log p(x) and p(z|x) of some rows. */
export interface JointTable {
  readonly nSamples: number;
  readonly nComponents: number;
  /** log p(x, z = k) (nSamples × nComponents) */
  readonly joint: Float64Array;
  /** log p(x) (nSamples) */
  readonly norms: Float64Array;
  /** p(z = k | x) (nSamples × nComponents); nothing is dropped */
  readonly posterior: Float64Array;
}

export function isMixtureLike<Input>(value: unknown): value is MixtureLike<Input> {
  if (value === null || typeof value !== 'object') return false;
  const { nComponents, weights, weightedLogProb } = value as Partial<MixtureLike<Input>>;
  return Number.isInteger(nComponents) && typeof weights === 'object' && typeof weightedLogProb === 'function';
}

export function requireMixture<Input>(model: MixtureLike<Input>, where: string): void {
  if (isMixtureLike(model)) return;
  throw new InvalidParametersError(
    `${where} needs a mixture model (nComponents, weights, weightedLogProb); got ${show(model)}`,
  );
}

/**
 * One pass of the model over the rows.
 * @throws {ZeroDensityError} a row whose density is 0 under every component: it has no posterior
 */
export function jointTable<Input>(model: MixtureLike<Input>, X: Input, backend: Backend): JointTable {
  const { nComponents } = model;
  const joint = model.weightedLogProb(X);
  if (!(joint instanceof Float64Array) || joint.length % nComponents !== 0) {
    throw new InvalidParametersError(
      `weightedLogProb must give a Float64Array of nSamples × ${nComponents} log-densities; got ${show(joint)}`,
    );
  }
  const nSamples = joint.length / nComponents;
  const norms = new Float64Array(nSamples);
  const posterior = new Float64Array(joint.length);
  backend.open(LOG_SUM_EXP, undefined)(joint, nComponents, norms, posterior);
  const row = norms.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) {
    throw new ZeroDensityError(
      `row ${row} has a density of 0 in double precision under every component, so it has no posterior; check its units and coding (scoreSamples gives −Infinity there)`,
      row,
    );
  }
  return { nSamples, nComponents, joint, norms, posterior };
}
