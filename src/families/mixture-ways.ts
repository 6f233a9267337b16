/** The three ways every mixture is fitted: at once, in a worker, step by step. */
import {
  logLikelihoodOf,
  type MixturePlan,
  type MixtureState,
  type OnProgress,
  type Outcome,
} from '../em/mixture-fit.js';
import type { MixtureParameters, MixtureStatistics } from '../em/model.js';
import { Run } from '../em/restarts.js';
import { expectedBytes, leaseBackend } from '../lease.js';
import { booleanOption, integerOption } from '../options.js';
import { type AsyncOptions, runInWorker, shareable, transferable } from '../threads/client.js';
import type { MoreKernels } from '../wasm/more-kernels.js';
import type { FitMaker, Prepared } from './mixture-fit-now.js';

export { fitNow, type Prepared } from './mixture-fit-now.js';

export async function fitInWorker<Plan extends MixturePlan, C>(
  job: string,
  { plan, data }: Prepared<Plan>,
  { signal, workerUrl, transfer, onProgress, threads: wanted }: AsyncOptions & { onProgress?: OnProgress | undefined },
  more?: MoreKernels,
): Promise<Outcome<C>> {
  const x = shareable(data.x, transfer === true);
  const { result, threads } = await runInWorker(
    job,
    { plan, data: { ...data, x } },
    {
      backend: plan.backend,
      signal,
      workerUrl,
      onProgress,
      transfer: transferable(x),
      threads: wanted,
      ...(more && { more }),
    },
  );
  const { parameters, record } = result as Outcome<C>;
  const { unpackRestarts } = await import('../threads/run-in-worker.js');
  return { parameters, record: { ...record, restarts: unpackRestarts(record.restarts), threads } };
}

/** Yields every state; returns the outcome. The memory is given back however the iteration ends. */
function* statesOf<Plan extends MixturePlan, C, T>(
  { plan, data }: Prepared<Plan>,
  make: FitMaker<Plan, C, T>,
  half: boolean,
): Generator<MixtureState<C, T>, Outcome<C>> {
  const backend = leaseBackend(plan.backend, expectedBytes(data, plan.nComponents));
  try {
    const fit = make(plan, data, backend);
    const run = new Run<MixtureParameters<C>, MixtureStatistics<T>>(logLikelihoodOf);
    let q: Float64Array | undefined;
    for (const state of fit.states()) {
      run.add(state);
      if (half) {
        const halves = fit.halves(state, q);
        q = halves.at(-1)?.halfStep?.responsibilities.slice();
        yield* halves;
      } else yield state;
    }
    return fit.outcome(run, [run.restart()]);
  } catch (error) {
    backend.release(error);
    throw error;
  } finally {
    backend.release();
  }
}

/** EM state by state, or half-step by half-step; checks that one start is asked for. */
export function fitBySteps<Plan extends MixturePlan, C, T>(
  { plan, data }: Prepared<Plan>,
  make: FitMaker<Plan, C, T>,
  half: unknown,
): Generator<MixtureState<C, T>, Outcome<C>> {
  integerOption('nInit (steps follows one start)', plan.nInit, 1, 1);
  return statesOf({ plan: booleanOption('half', half) ? { ...plan, trace: 'elbo' } : plan, data }, make, half === true);
}

/** The same iteration with every state, and the outcome, turned into something else. */
export function* mapSteps<S, O, Step, Model>(
  states: Generator<S, O>,
  toStep: (state: S) => Step,
  toModel: (outcome: O) => Model,
): Generator<Step, Model> {
  try {
    for (;;) {
      const { value, done } = states.next();
      if (done) return toModel(value);
      yield toStep(value);
    }
  } finally {
    // an iteration broken off by the caller gives the memory back too
    states.return(undefined as never);
  }
}
