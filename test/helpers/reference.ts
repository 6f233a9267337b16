/** The reference answers of test/fixtures/reference. */
import { type CovarianceType, GaussianMixture, type GaussianMixtureOptions } from '../../src/index.js';
import { fitCase as fitCaseBy, loadFixture, referencesLike } from '../../tools/shared/references.mjs';

export interface Parameters {
  weights: number[];
  means: number[][];
  covariances: number[] | number[][] | number[][][];
}

export interface Expected extends Parameters {
  logLikelihood: number[];
  labels?: number[];
  posteriors?: { row: number; p: number[] }[];
  parameterCount?: number;
  aic?: number;
  bic?: number;
  afterIteration1?: Parameters;
}

export interface ReferenceCase {
  id: string;
  family: string;
  dataset: { n: number; d: number; rows: number[][] };
  sampleWeights: number[] | null;
  k: number;
  covarianceType: CovarianceType;
  regularisation: { value: number };
  init: Parameters;
  iterations: number;
  expected: Expected;
  fixedPoint?: Parameters & { emIterations: number; logLikelihood: number };
}

export interface Tolerance {
  logLikelihoodRel: number;
  parametersRelToMax: number;
  posteriorsAbs: number;
}

export function load<T>(file: string): T {
  return loadFixture(`reference/${file}`);
}

const index = load<{ files: { file: string; suggestedTolerance: Tolerance }[] }>('INDEX.json').files;

export function suggestedTolerance(file: string): Tolerance {
  return index.find((entry) => entry.file === file)!.suggestedTolerance;
}

/** Files of the Gaussian mixtures with a full table of answers. */
export const MIXTURE_FILES = referencesLike(/^(gmm|gmm1d|mclust)_.*\.json$/);

/** Fits a case from its own start: exactly `iterations` M-steps unless told otherwise. */
export function fitCase(c: ReferenceCase, options: Partial<GaussianMixtureOptions> = {}): GaussianMixture {
  return fitCaseBy<GaussianMixture>(GaussianMixture, c, options);
}
