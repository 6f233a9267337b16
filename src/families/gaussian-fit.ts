/** A Gaussian mixture fit: the parts that `MixtureFit` needs. */

import type { Backend } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import { createRandom, type Random } from '../data/random.js';
import { blockRows } from '../em/blocks.js';
import { mixture } from '../em/mixture.js';
import { MixtureFit, type MixturePlan } from '../em/mixture-fit.js';
import { clusterLabels } from '../init/cluster-labels.js';
import { fillFromLabels, fillFromTable } from '../init/fill.js';
import {
  dataCovariance,
  type GaussianParameters,
  type StartContext,
  startFromLabels,
  startFromResponsibilities,
  startFromRows,
} from '../init/gaussian-start.js';
import { distinctRows, randomResponsibilities } from '../init/random.js';
import { isLarge, refine } from '../init/refine.js';
import { sampleRows } from '../init/sample-rows.js';
import type { CovarianceType, GaussianComponent, Moments } from './gaussian.js';
import type { Start } from './gaussian-checks.js';
import { GAUSSIAN_KERNELS } from './gaussian-kernels.js';
import type { Regularization } from './gaussian-options.js';
import { familyFor, fromComponents, toComponents } from './gaussian-parameters.js';

/** What a fit has to know: plain data, so that a worker can be told. */
export interface GaussianPlan extends MixturePlan {
  readonly covarianceType: CovarianceType;
  readonly regCovar: Regularization;
  readonly start: Start;
}

/** One fit on one lease of a backend. */
export function gaussianFit(
  plan: GaussianPlan,
  data: Dataset,
  backend: Backend,
): MixtureFit<GaussianComponent, Moments> {
  const { nComponents, covarianceType, regCovar, seed, start, nInit } = plan;
  const rows = blockRows(data.nFeatures, nComponents);
  const kernels = backend.open(GAUSSIAN_KERNELS, { data, covarianceType, nComponents, rows });
  // gradient ascent climbs the likelihood itself, so its M-steps (the start, the check of a maximum) regularise nothing
  const family = familyFor(covarianceType, backend, data, plan.optimizer === 'gradient' ? 0 : regCovar);
  const model = mixture(family, {
    nComponents,
    kernels,
    initialize: (_, random) => begin(context, start, backend, random),
  });
  const context: StartContext = { data, nComponents, covarianceType, family, model, kernels, rows };
  return new MixtureFit({
    data,
    plan,
    model,
    kernels,
    algebra: backend,
    chart: ({ mixtureChart, gaussianChart }) =>
      mixtureChart(gaussianChart(covarianceType, data, backend), nComponents, backend),
    rows,
    random: createRandom(seed, backend.log),
    nStarts: start.kind === 'parameters' || start.kind === 'labels' || start.kind === 'responsibilities' ? 1 : nInit,
    publish(parameters) {
      const { low: _, ...flat } = fromComponents(parameters, data.origin, covarianceType);
      return flat;
    },
  });
}

function begin(context: StartContext, start: Start, backend: Backend, random: Random): GaussianParameters {
  const { data, nComponents } = context;
  switch (start.kind) {
    case 'parameters':
      return given(context, start);
    case 'labels':
      return startFromResponsibilities(context, fillFromLabels(start.labels, nComponents));
    case 'responsibilities':
      return startFromResponsibilities(context, fillFromTable(start.table, nComponents));
    case 'random':
      return startFromResponsibilities(context, randomResponsibilities(nComponents, random));
    case 'randomPoints':
      return startFromRows(context, distinctRows(data, nComponents, random));
    default: {
      const sample = sampleRows(data, nComponents, random);
      const improve = start.kind === 'kmeans' || isLarge(data, sample) ? 'lloyd' : 'none';
      const labels = clusterLabels(sample, nComponents, random, backend, improve);
      if (sample === data) return startFromLabels(context, labels, random);
      const { covarianceType, rows, family } = context;
      return backend.scoped(() => {
        const kernels = backend.open(GAUSSIAN_KERNELS, { data: sample, covarianceType, nComponents, rows });
        const first = startFromLabels({ ...context, data: sample, kernels }, labels, random);
        const model = mixture(family, { nComponents, kernels, initialize: () => first });
        const nParameters = nComponents * family.nParameters(data.nFeatures);
        return refine(model, first, { data, sample, nParameters, rows });
      });
    }
  }
}

function given(context: StartContext, start: Extract<Start, { kind: 'parameters' }>): GaussianParameters {
  const { data, nComponents, covarianceType, family } = context;
  const covariances = start.covariances ?? repeatedDataCovariance(context);
  const { weights, means } = start;
  const flat = { covarianceType, nComponents, nFeatures: data.nFeatures, weights, means, covariances };
  return toComponents(family, flat, data.origin);
}

function repeatedDataCovariance(context: StartContext): Float64Array {
  const { covarianceType, nComponents } = context;
  const one = dataCovariance(context);
  if (covarianceType === 'tied') return one;
  const all = new Float64Array(nComponents * one.length);
  for (let k = 0; k < nComponents; k++) all.set(one, k * one.length);
  return all;
}
