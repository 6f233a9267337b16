/** Gaussian mixtures to and from scikit-learn, by the names of its fitted attributes. */
import { InvalidParametersError, show } from '../errors.js';
import type { CovarianceType } from '../families/gaussian.js';
import { nestCovariances } from '../families/gaussian-json.js';
import { GaussianMixture } from '../families/gaussian-mixture.js';
import { rowsOf } from '../families/mixture-json.js';
import { requireObject } from '../options.js';

/** A fitted `sklearn.mixture.GaussianMixture` as JSON; docs/interop.md has the lines of Python. */
export interface ScikitLearnGaussianMixture {
  /** default `'full'`, as in scikit-learn */
  covariance_type?: CovarianceType;
  /** (n_components) */
  weights_: number[];
  /** (n_components × n_features) */
  means_: number[][];
  /** full: K×D×D · tied: D×D · diag: K×D · spherical: K */
  covariances_: number[] | number[][] | number[][][];
  /** the names of the columns, of a fit to a data frame */
  feature_names_in_?: string[];
}

/**
 * The fitted attributes that scikit-learn would have: `weights_`, `means_`, `covariances_` and `covariance_type`.
 *
 * @example
 * writeFileSync('mixture.json', JSON.stringify(toScikitLearn(model)));
 */
export function toScikitLearn(model: GaussianMixture): ScikitLearnGaussianMixture {
  if (!(model instanceof GaussianMixture)) {
    throw new InvalidParametersError(
      `toScikitLearn takes a GaussianMixture, the one mixture that scikit-learn has too; got ${show(model)}`,
    );
  }
  const { covarianceType, weights, means, covariances, nFeatures, columns } = model;
  return {
    covariance_type: covarianceType,
    weights_: Array.from(weights),
    means_: rowsOf(Array.from(means), nFeatures),
    covariances_: nestCovariances(covariances, covarianceType, nFeatures),
    ...(columns === undefined ? {} : { feature_names_in_: [...columns] }),
  };
}

/**
 * A model from the fitted attributes of scikit-learn's (the object, or its JSON text). It has no record of the fit:
 * `score(X)`, `predict(X)`, `bic(X)` … take data. Other attributes (`n_iter_`, `precisions_cholesky_` …) are not looked at.
 *
 * @throws {InvalidParametersError} not such an object, wrong shapes, weights that do not sum to 1 (within 1e-8), asymmetric
 *   covariances
 * @throws {NotPositiveDefiniteError} a covariance without a Cholesky factor
 * @example
 * const model = fromScikitLearn(readFileSync('mixture.json', 'utf8'));
 */
export function fromScikitLearn(json: unknown): GaussianMixture {
  const given = (typeof json === 'string' ? parse(json) : json) as Record<string, never>;
  requireObject(given, 'fromScikitLearn', 'weights_, means_ and covariances_');
  const read = (name: keyof ScikitLearnGaussianMixture) => {
    // own properties only: nobody saves inherited ones
    if (Object.hasOwn(given, name)) return given[name] as never;
    throw new InvalidParametersError(
      `fromScikitLearn needs ${name}, an attribute of a fitted sklearn.mixture.GaussianMixture; got an object with ${Object.keys(given).join(', ') || 'nothing'}`,
    );
  };
  return GaussianMixture.fromParameters({
    weights: read('weights_'),
    means: read('means_'),
    covariances: read('covariances_'),
    ...(Object.hasOwn(given, 'covariance_type') && { covarianceType: read('covariance_type') }),
    ...(Object.hasOwn(given, 'feature_names_in_') && { columns: read('feature_names_in_') }),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidParametersError(`fromScikitLearn: not valid JSON (${(cause as Error).message})`);
  }
}
