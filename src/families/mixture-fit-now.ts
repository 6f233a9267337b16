/** A mixture fit on the calling thread, which in a worker is the worker's. */
import type { Backend } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import type { MixtureFit, MixturePlan, OnProgress, Outcome } from '../em/mixture-fit.js';
import { expectedBytes, withBackend } from '../lease.js';

/** Everything checked: the fit as plain data, and the rows. */
export interface Prepared<Plan extends MixturePlan> {
  readonly plan: Plan;
  readonly data: Dataset;
}

export type FitMaker<Plan, C, T> = (plan: Plan, data: Dataset, backend: Backend) => MixtureFit<C, T>;

export function fitNow<Plan extends MixturePlan, C, T>(
  { plan, data }: Prepared<Plan>,
  make: FitMaker<Plan, C, T>,
  onProgress: OnProgress | undefined,
): Outcome<C> {
  return withBackend(
    plan.backend,
    (backend) => make(plan, data, backend).best(onProgress),
    expectedBytes(data, plan.nComponents),
  );
}
