/** Turns labels, responsibilities, rows or given parameters into the first parameters of a Gaussian mixture. */
import type { GaussianKernels } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { weightOf } from '../data/weights.js';
import { blocksOf, TreeSum } from '../em/blocks.js';
import { DegenerateStatistics, proportions } from '../em/mixture.js';
import type { EMModel, MixtureParameters, MixtureStatistics } from '../em/model.js';
import { DegenerateComponentError } from '../errors.js';
import {
  type CovarianceType,
  dataRemedy,
  displacement,
  type GaussianComponent,
  type GaussianFamily,
  type Moments,
} from '../families/gaussian.js';
import { type Fill, fillFromLabels } from './fill.js';
import { distinctRows } from './random.js';

export type GaussianParameters = MixtureParameters<GaussianComponent>;
export type GaussianModel = EMModel<GaussianParameters, MixtureStatistics<Moments>>;

export interface StartContext {
  readonly data: Dataset;
  readonly nComponents: number;
  readonly covarianceType: CovarianceType;
  readonly family: GaussianFamily;
  readonly model: GaussianModel;
  readonly kernels: GaussianKernels;
  readonly rows: number;
}

/** M-step from responsibilities. */
export function startFromResponsibilities(context: StartContext, fill: Fill): GaussianParameters {
  const { statistics, placeholder } = momentsOf(context, fill);
  return context.model.maximization(statistics, placeholder);
}

/**
 * M-step from a hard assignment made by a start of ours: each cluster gives a component. A cluster too small for a
 * covariance of its own takes the pooled one within clusters, so that no start is degenerate unless the data are.
 */
export function startFromLabels(context: StartContext, labels: Int32Array, random: Random): GaussianParameters {
  const { family, nComponents, data, covarianceType } = context;
  const { statistics } = momentsOf(context, fillFromLabels(labels, nComponents));
  const counts = statistics.counts.map((count) => (count > 0 ? count : data.totalWeight / data.nSamples));
  const pooled = pooledCovariance(context, statistics.components);
  if (family.maximizeAll !== undefined) {
    return {
      weights: proportions(counts),
      components: statistics.components.map((moments, k) =>
        sound(context, clusterMean(context, moments, random), pooled, k),
      ),
    };
  }
  const rowsOf = rowsThatCount(labels, nComponents, data.sampleWeights);
  const needed = covarianceType === 'full' ? data.nFeatures + 1 : 2;
  const components = statistics.components.map((moments, k) => {
    if ((rowsOf[k] as number) >= needed) {
      try {
        return family.maximize(moments);
      } catch (cause) {
        if (!(cause instanceof DegenerateStatistics)) throw cause;
      }
    }
    return sound(context, clusterMean(context, moments, random), pooled, k);
  });
  return { weights: proportions(counts), components };
}

/** Rows with weight of each label. */
function rowsThatCount(labels: Int32Array, nComponents: number, weights: Float64Array | undefined): Int32Array {
  const rows = new Int32Array(nComponents);
  for (let i = 0; i < labels.length; i++) {
    if (weightOf(weights, i) > 0) rows[labels[i] as number] = (rows[labels[i] as number] as number) + 1;
  }
  return rows;
}

/** Means at given rows, the covariance of the data for all, equal weights. */
export function startFromRows(context: StartContext, rows: ArrayLike<number>): GaussianParameters {
  const { nComponents } = context;
  const covariance = dataCovariance(context);
  const components: GaussianComponent[] = [];
  for (let k = 0; k < nComponents; k++) {
    components.push(sound(context, rowOf(context.data, rows[k] as number), covariance, k));
  }
  return { weights: new Float64Array(nComponents).fill(1 / nComponents), components };
}

/** The covariance of all data, regularised, in the family's shape. */
export function dataCovariance(context: StartContext): Float64Array {
  const { family, nComponents } = context;
  const { statistics } = momentsOf(context, fillFromLabels(undefined, nComponents));
  try {
    const first = statistics.components[0] as Moments;
    // a pooled maximiser of one component is that component's
    const component = family.maximizeAll?.([first])[0] ?? family.maximize(first);
    return component.covariance;
  } catch (cause) {
    throw degenerateData(context, cause as Error);
  }
}

/** Moments about centres near the components' means, in one pass or two. */
function momentsOf(context: StartContext, fill: Fill) {
  const { data, nComponents, model, kernels, rows, family } = context;
  const length = family.covarianceLength;
  const placeholder: GaussianParameters = {
    weights: new Float64Array(nComponents).fill(1 / nComponents),
    components: Array.from({ length: nComponents }, () => ({
      mean: data.mean,
      center: data.mean,
      covariance: new Float64Array(length),
      precisionCholesky: new Float64Array(length),
      logDeterminant: 0,
    })),
  };
  const pass = (parameters: GaussianParameters) => {
    const sum = new TreeSum<MixtureStatistics<Moments>>((a, b) => model.merge(a, b));
    const table = new Float64Array(Math.min(rows, data.nSamples) * nComponents);
    for (const block of blocksOf(data, rows)) {
      const part = table.subarray(0, block.nRows * nComponents);
      part.fill(0);
      fill(block.start, block.nRows, part);
      sum.add(kernels.moments(parameters, part, block));
    }
    return sum.total() as MixtureStatistics<Moments>;
  };
  let statistics = pass(placeholder);
  const centred = model.recentre?.(statistics, placeholder);
  if (centred !== undefined) statistics = pass(centred);
  return { statistics, placeholder };
}

/** Covariance within clusters, over all of them; that of the data if even this is singular. */
function pooledCovariance(context: StartContext, statistics: readonly Moments[]): Float64Array {
  const { data, family } = context;
  const d = data.nFeatures;
  const filled = statistics.filter(({ values }) => (values[0] as number) > 0);
  try {
    if (family.maximizeAll !== undefined) return (family.maximizeAll(filled)[0] as GaussianComponent).covariance;
    // moments about the clusters' own means add up to those of one component whose mean is its centre
    const pooled: Moments = {
      center: new Float64Array(d),
      values: new Float64Array((filled[0] as Moments).values.length),
    };
    for (const moments of filled) {
      const mean = moments.center.map((c, j) => c + (displacement(moments)[j] as number));
      const own: Moments = { center: moments.center, values: moments.values.slice() };
      const centred: Moments = { center: mean, values: new Float64Array(own.values.length) };
      family.merge(centred, own);
      for (let i = 0; i < pooled.values.length; i++) {
        pooled.values[i] = (pooled.values[i] as number) + (i > 0 && i <= d ? 0 : (centred.values[i] as number));
      }
    }
    return family.maximize(pooled).covariance;
  } catch (cause) {
    if (!(cause instanceof DegenerateStatistics)) throw cause;
    return dataCovariance(context);
  }
}

function clusterMean({ data }: StartContext, moments: Moments, random: Random): Float64Array {
  if (!((moments.values[0] as number) > 0)) return rowOf(data, distinctRows(data, 1, random)[0] as number);
  const delta = displacement(moments);
  return moments.center.map((c, j) => c + (delta[j] as number));
}

function rowOf({ x, nFeatures, origin }: Dataset, row: number): Float64Array {
  return origin.map((o, j) => (x[row * nFeatures + j] as number) - o);
}

function sound(context: StartContext, mean: Float64Array, covariance: Float64Array, k: number): GaussianComponent {
  const component = context.family.component(mean, covariance);
  if (typeof component !== 'number') return component;
  throw degenerateData(context, new Error(`pivot ${component} of its Cholesky factorisation is not positive`), k);
}

function degenerateData({ covarianceType }: StartContext, cause: Error, component = 0): DegenerateComponentError {
  const { message } = cause;
  const remedy = dataRemedy(cause);
  const matrix = covarianceType === 'full' || covarianceType === 'tied';
  const why =
    remedy !== undefined
      ? `the covariance of the data ${/Infinity|NaN/.test(message) ? 'overflows' : 'has no digits'}: ${message}; ${remedy}`
      : `the covariance of the data has no inverse (constant, ${matrix ? 'duplicate or collinear columns, or fewer rows than columns' : 'or of one row'}): ${message}; drop columns, ${matrix ? "use covarianceType 'diag', " : ''}or pass regCovar as a number (the relative default adds nothing where there is no variance)`;
  return new DegenerateComponentError(component, undefined, why, { iteration: 0, cause });
}
