/** The three ways every mixture is fitted: at once, in a worker, step by step. */
import type { Backend } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import type { MixtureFit, MixturePlan, MixtureState, OnProgress, Outcome } from '../em/mixture-fit.js';
import type { MixtureParameters, MixtureStatistics } from '../em/model.js';
import { Run } from '../em/restarts.js';
import { expectedBytes, leaseBackend, withBackend } from '../lease.js';
import { integerOption } from '../options.js';
import { type AsyncOptions, runInWorker, shareable, transferable } from '../threads/client.js';
import { unpackRestarts } from '../threads/protocol.js';

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

export async function fitInWorker<Plan extends MixturePlan, C>(
  job: string,
  { plan, data }: Prepared<Plan>,
  { signal, workerUrl, transfer, onProgress }: AsyncOptions & { onProgress?: OnProgress | undefined },
): Promise<Outcome<C>> {
  const x = shareable(data.x, transfer === true);
  const result = await runInWorker(
    job,
    { plan, data: { ...data, x } },
    { backend: plan.backend, signal, workerUrl, onProgress, transfer: transferable(x) },
  );
  const { parameters, record } = result as Outcome<C>;
  return { parameters, record: { ...record, restarts: unpackRestarts(record.restarts) } };
}

/** Yields every state; returns the outcome. The memory is given back however the iteration ends. */
export function* fitBySteps<Plan extends MixturePlan, C, T>(
  { plan, data }: Prepared<Plan>,
  make: FitMaker<Plan, C, T>,
): Generator<MixtureState<C, T>, Outcome<C>> {
  integerOption('nInit (steps follows one start)', plan.nInit, 1, 1);
  const backend = leaseBackend(plan.backend, expectedBytes(data, plan.nComponents));
  try {
    const fit = make(plan, data, backend);
    const run = new Run<MixtureParameters<C>, MixtureStatistics<T>>();
    for (const state of fit.states()) {
      run.add(state);
      yield state;
    }
    return fit.outcome(run, [run.restart()]);
  } finally {
    backend.release();
  }
}
