/** The check that every exact EM passes: an iteration never lowers the objective. */
import { MixwasmError } from '../errors.js';

/**
 * An iteration lowered the objective by more than rounding. Exact EM cannot (Dempster, Laird & Rubin 1977, theorem 1), so a
 * step of the model is wrong.
 */
export class NonMonotoneError extends MixwasmError {
  override name = 'NonMonotoneError';
  /** the M-step that did it, counted from 1 */
  readonly iteration: number;
  /** objective before that M-step, total in nats */
  readonly before: number;
  /** objective after it */
  readonly after: number;
  constructor(iteration: number, before: number, after: number) {
    super(
      'NON_MONOTONE',
      `M-step ${iteration} lowered the objective from ${before} to ${after}, which exact EM never does; check that maximization maximises the expected log-likelihood of the statistics that expectation gives, that merge adds all of their parts, and that objective is of the same parameters (a prior included); pass checkMonotone: false if a step is stochastic or approximate`,
    );
    this.iteration = iteration;
    this.before = before;
    this.after = after;
  }
}

/**
 * What rounding may do, relative to the objective (or to the number of points, if that is larger): block sums err by less
 * than 4e-12, log-densities of badly conditioned covariances by up to 3e-10.
 */
const TOLERANCE = 1e-9;

/** Throws `NonMonotoneError` if `after` is lower than `before` by more than rounding. */
export function assertMonotone(iteration: number, before: number, after: number, totalWeight: number): void {
  const tolerance = TOLERANCE * Math.max(Math.abs(before), totalWeight);
  if (after < before - tolerance) throw new NonMonotoneError(iteration, before, after);
}
