/** Checks of what users give a Gaussian mixture: data, starts, parameters. All before any kernel runs. */
import { type NamedRows, readColumns } from '../data/columns.js';
import { createDataset, type Dataset } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { checkSquares } from '../data/squares.js';
import { toSampleWeights } from '../data/weights.js';
import { InvalidDataError } from '../errors.js';
import { flatten, toCovariances, toLabels, toResponsibilities, toWeights } from '../init/given.js';
import type { InitName } from '../init/names.js';
import type { CovarianceType } from './gaussian.js';
import type { CheckedOptions, GaussianInitialParameters } from './gaussian-options.js';
import type { FlatGaussianParameters } from './gaussian-parameters.js';

/** How a fit starts, checked: a name, or numbers of the right shape. */
export type Start =
  | { readonly kind: InitName }
  | { readonly kind: 'labels'; readonly labels: Int32Array }
  | { readonly kind: 'responsibilities'; readonly table: Float64Array }
  | {
      readonly kind: 'parameters';
      readonly weights: Float64Array;
      readonly means: Float64Array;
      /** undefined: those of the data */
      readonly covariances: Float64Array | undefined;
    };

/** Data checked against the options. */
export function prepareData(
  X: DataInput | NamedRows,
  { nComponents, sampleWeights: given, columns, covarianceType }: CheckedOptions,
): Dataset {
  const matrix = readColumns(toMatrix, X, columns);
  const sampleWeights = toSampleWeights(given, matrix.nSamples);
  checkUsableRows(matrix.nSamples, sampleWeights, nComponents);
  const data = createDataset(matrix, sampleWeights);
  checkSquares(data, covarianceType !== 'spherical');
  return data;
}

/** At least as many rows that count as components. */
export function checkUsableRows(nSamples: number, sampleWeights: Float64Array | undefined, nComponents: number): void {
  const usable = sampleWeights === undefined ? nSamples : sampleWeights.reduce((n, w) => n + (w > 0 ? 1 : 0), 0);
  if (usable >= nComponents) return;
  throw new InvalidDataError(
    `${nComponents} components need at least ${nComponents} rows${sampleWeights === undefined ? '' : ' of positive weight'}; got ${usable}; lower nComponents`,
  );
}

/** The start that the options ask for. */
export function prepareStart(
  { init, initialParameters, nComponents, covarianceType }: CheckedOptions,
  { nSamples, nFeatures }: Pick<Dataset, 'nSamples' | 'nFeatures'>,
): Start {
  if (initialParameters !== undefined) {
    const { weights, means, covariances } = initialParameters;
    return {
      kind: 'parameters',
      weights: toWeights(weights, nComponents),
      means: flatten(means, 'means', [nComponents, nFeatures]),
      covariances:
        covariances === undefined ? undefined : toCovariances(covariances, covarianceType, nComponents, nFeatures),
    };
  }
  if (typeof init === 'string') return { kind: init };
  return 'labels' in init
    ? { kind: 'labels', labels: toLabels(init.labels, nSamples, nComponents) }
    : { kind: 'responsibilities', table: toResponsibilities(init.responsibilities, nSamples, nComponents) };
}

/** Checks parameters given by a user; covariances are required here. */
export function checkParameters(
  given: { weights?: ArrayLike<number>; means: unknown; covariances: unknown },
  covarianceType: CovarianceType,
  nComponents: number,
  nFeatures: number,
): FlatGaussianParameters {
  return {
    covarianceType,
    nComponents,
    nFeatures,
    weights: toWeights(given.weights, nComponents),
    means: flatten(given.means, 'means', [nComponents, nFeatures]),
    covariances: toCovariances(
      given.covariances as GaussianInitialParameters['means'],
      covarianceType,
      nComponents,
      nFeatures,
    ),
  };
}
