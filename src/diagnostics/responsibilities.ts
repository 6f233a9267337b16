/** The distributions q over components that users name or give. */
import type { Backend } from '../backend.js';
import { InvalidOptionError, InvalidParametersError, show } from '../errors.js';
import { toResponsibilities } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import { isMixtureLike, type JointTable, jointTable, type MixtureLike } from './mixture-like.js';

/**
 * q(z) of every row: `'posterior'` p(z|x, θ), `'uniform'` 1/K, `'hard'` (1 for the most probable component), a table
 * (nSamples × nComponents, nested or flat), or another mixture, whose posterior is taken (other parameters θ_old).
 */
export type ResponsibilitiesLike<Input> =
  | 'posterior'
  | 'uniform'
  | 'hard'
  | NestedNumbers
  | Float32Array
  | MixtureLike<Input>;

/** q as a table (nSamples × nComponents) whose rows sum to 1. */
export function resolveResponsibilities<Input>(
  q: ResponsibilitiesLike<Input>,
  { nSamples, nComponents, joint, posterior }: JointTable,
  X: Input,
  backend: Backend,
): Float64Array {
  if (q === 'posterior') return posterior.slice();
  if (q === 'uniform') return new Float64Array(nSamples * nComponents).fill(1 / nComponents);
  if (q === 'hard') return oneHot(joint, nSamples, nComponents);
  if (typeof q === 'string') {
    throw new InvalidOptionError(
      'q',
      `q must be 'posterior', 'uniform', 'hard', a table (nSamples × nComponents) or a mixture; got ${show(q)}`,
    );
  }
  if (isMixtureLike<Input>(q)) {
    if (q.nComponents !== nComponents) {
      throw new InvalidParametersError(
        `q has ${q.nComponents} components but the model has ${nComponents}; both must have the same`,
      );
    }
    return jointTable(q, X, backend).posterior;
  }
  return normalized(toResponsibilities(q as NestedNumbers, nSamples, nComponents, 'q'), nComponents);
}

/** Rows divided by their sums, which are 1 within 1e-8: what is off would be multiplied by log p(x). */
function normalized(table: Float64Array, nComponents: number): Float64Array {
  for (let start = 0; start < table.length; start += nComponents) {
    let sum = 0;
    for (let at = start; at < start + nComponents; at++) sum += table[at] as number;
    for (let at = start; at < start + nComponents; at++) table[at] = (table[at] as number) / sum;
  }
  return table;
}

/** 1 at the largest term of each row (the first of equals), 0 elsewhere. */
function oneHot(joint: Float64Array, nSamples: number, nComponents: number): Float64Array {
  const q = new Float64Array(joint.length);
  for (let i = 0; i < nSamples; i++) {
    let top = i * nComponents;
    for (let at = top + 1; at < (i + 1) * nComponents; at++) {
      if ((joint[at] as number) > (joint[top] as number)) top = at;
    }
    q[top] = 1;
  }
  return q;
}
