/** A Bernoulli mixture fit: the parts that `MixtureFit` needs. */

import type { Backend } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import { createRandom, type Random } from '../data/random.js';
import { blockRows } from '../em/blocks.js';
import { mixture } from '../em/mixture.js';
import { type MixtureEM, MixtureFit, type MixturePlan } from '../em/mixture-fit.js';
import {
  type BernoulliParameters,
  type BernoulliStartContext,
  randomTable,
  startFromTable,
} from '../init/bernoulli-start.js';
import { clusterLabels } from '../init/cluster-labels.js';
import { fillFromLabels, fillFromTable } from '../init/fill.js';
import { sampleRows } from '../init/sample-rows.js';
import { type BernoulliComponent, type BernoulliSums, type BetaPrior, bernoulli, NO_PRIOR } from './bernoulli.js';
import { BERNOULLI_KERNELS } from './bernoulli-kernels.js';
import { publishBernoulli } from './bernoulli-parameters.js';

/** How a fit starts, checked. */
export type BernoulliStart =
  | { readonly kind: 'kmeans++' | 'random' }
  | { readonly kind: 'labels'; readonly labels: Int32Array }
  | { readonly kind: 'responsibilities'; readonly table: Float64Array }
  | { readonly kind: 'parameters'; readonly weights: Float64Array; readonly components: readonly BernoulliComponent[] };

/** What a fit has to know: plain data, so that a worker can be told. */
export interface BernoulliPlan extends MixturePlan {
  readonly weights: 'learned' | 'uniform';
  readonly prior: BetaPrior;
  readonly start: BernoulliStart;
}

/** One fit on one lease of a backend. */
export function bernoulliFit(
  plan: BernoulliPlan,
  data: Dataset,
  backend: Backend,
): MixtureFit<BernoulliComponent, BernoulliSums> {
  const { nComponents, prior, weights, seed, start, nInit } = plan;
  const rows = blockRows(data.nFeatures, nComponents);
  const kernels = backend.open(BERNOULLI_KERNELS, { data, nComponents, rows });
  const { logPrior, ...family } = bernoulli(prior, backend.log);
  const withPrior = prior.a !== NO_PRIOR.a || prior.b !== NO_PRIOR.b;
  const model: MixtureEM<BernoulliComponent, BernoulliSums> = mixture(
    withPrior && logPrior ? { ...family, logPrior } : family,
    {
      nComponents,
      kernels,
      weights,
      initialize: (_, random) =>
        begin(
          { data, nComponents, uniformWeights: weights === 'uniform', prior, kernels, rows, merge: model.merge },
          start,
          backend,
          random,
        ),
    },
  );
  const given = start.kind === 'labels' || start.kind === 'responsibilities' || start.kind === 'parameters';
  return new MixtureFit({
    data,
    plan,
    model,
    kernels,
    algebra: backend,
    chart: ({ mixtureChart, bernoulliChart }, begun) =>
      mixtureChart(
        bernoulliChart(data.nFeatures, prior, backend),
        nComponents,
        backend,
        weights === 'uniform' ? begun.weights : undefined,
      ),
    rows,
    random: createRandom(seed, backend.log),
    nStarts: given ? 1 : nInit,
    publish: publishBernoulli,
  });
}

function begin(
  context: BernoulliStartContext,
  start: BernoulliStart,
  backend: Backend,
  random: Random,
): BernoulliParameters {
  const { data, nComponents, rows } = context;
  switch (start.kind) {
    case 'parameters':
      return { weights: start.weights, components: start.components };
    case 'labels':
      return startFromTable(context, fillFromLabels(start.labels, nComponents));
    case 'responsibilities':
      return startFromTable(context, fillFromTable(start.table, nComponents));
    case 'random':
      return startFromTable(context, randomTable(nComponents, random));
    default: {
      // seeds spread by their squared distance, which for bits in units of their deviation is a scaled Hamming distance
      const sample = sampleRows(data, nComponents, random);
      const fill = fillFromLabels(clusterLabels(sample, nComponents, random, backend, 'none'), nComponents);
      if (sample === data) return startFromTable(context, fill);
      return backend.scoped(() => {
        const kernels = backend.open(BERNOULLI_KERNELS, { data: sample, nComponents, rows });
        return startFromTable({ ...context, data: sample, kernels }, fill);
      });
    }
  }
}
