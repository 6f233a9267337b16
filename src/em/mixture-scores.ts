/** What the parameters of a user's mixture say of rows. */

import type { Backend, BackendName } from '../backend.js';
import type { Block } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { InvalidParametersError, show, ZeroDensityError } from '../errors.js';
import { LOG_SUM_EXP } from '../functions/log-sum-exp-kernels.js';
import { withBackend } from '../lease.js';
import { checkKnown, choiceOption } from '../options.js';
import { blockValues } from './block-values.js';
import { checkFamily } from './check-family.js';
import type { Family, MixtureParameters, ScoreOutput } from './model.js';

/** What responsibilities a mixture's parameters give. */
export interface MixtureScores {
  /** p(k|x) (nSamples × nComponents, row-major); nothing is dropped */
  readonly responsibilities: Float64Array;
  /** log p(x) of each row (nSamples), nats */
  readonly logDensity: Float64Array;
  /** most probable component of each row (nSamples) */
  readonly labels: Int32Array;
  /** Σ log p(x), nats */
  readonly logLikelihood: number;
}

/**
 * What the parameters of a mixture say of rows, old or new. `mixtureModel` has the other verbs.
 *
 * @param X nSamples × nFeatures
 * @throws {ZeroDensityError} a row whose density is 0 under every component
 * @throws {InvalidParametersError} a log-density that is no number, NaN or +Infinity (row and component named)
 * @example
 * const { responsibilities, labels } = responsibilitiesOf(poisson, parameters, [3, 12]);
 */
export function responsibilitiesOf<C, T>(
  family: Family<C, T>,
  parameters: MixtureParameters<C>,
  X: DataInput,
  options: { backend?: BackendName } = {},
): MixtureScores {
  checkFamily(family);
  checkKnown(options, ['backend'], 'responsibilitiesOf');
  const backend = choiceOption('backend', options.backend ?? 'wasm', ['wasm', 'js']);
  const matrix = toMatrix(X);
  const { nSamples } = matrix;
  const nComponents = parameters.components.length;
  checkCount(parameters, nComponents);
  const responsibilities = new Float64Array(nSamples * nComponents);
  const logDensity = new Float64Array(nSamples);
  const labels = new Int32Array(nSamples);
  const data = { ...matrix, sampleWeights: undefined, origin: new Float64Array(matrix.nFeatures) };
  const out = { responsibilities, logProbNorm: logDensity, labels };
  withBackend(backend, (leased) => scoreBlock(family, parameters, { data, start: 0, nRows: nSamples }, out, leased));
  const empty = logDensity.indexOf(-Infinity);
  if (empty >= 0) throw zeroDensity(empty);
  let logLikelihood = 0;
  for (const value of logDensity) logLikelihood += value;
  return { responsibilities, logDensity, labels, logLikelihood };
}

/**
 * The `score` of a family without kernels: point by point. Nothing is pruned.
 * @throws {InvalidParametersError} a log-density that is no number, NaN or +Infinity (row and component named)
 */
export function scoreBlock<C, T>(
  family: Pick<Family<C, T>, 'logDensity'>,
  { weights, components }: MixtureParameters<C>,
  block: Block,
  out: ScoreOutput,
  backend: Pick<Backend, 'log' | 'open'>,
): void {
  const k = components.length;
  const d = block.data.nFeatures;
  const x = blockValues(block);
  const logWeights = Array.from(weights, (weight) => (weight > 0 ? backend.log(weight) : -Infinity));
  const terms = new Float64Array(block.nRows * k);
  const point = new Float64Array(d);
  for (let i = 0; i < block.nRows; i++) {
    for (let j = 0; j < d; j++) point[j] = x[i * d + j] as number;
    let top = 0;
    for (let c = 0; c < k; c++) {
      const density = family.logDensity(components[c] as C, point);
      const term = (logWeights[c] as number) + density;
      if (typeof density !== 'number') throw notBelowInfinity(density, c, block.start + i);
      if (!(term < Infinity)) throw notBelowInfinity(term, c, block.start + i);
      terms[i * k + c] = term;
      if (term > (terms[i * k + top] as number)) top = c;
    }
    if (out.labels !== undefined) out.labels[i] = top;
  }
  out.weightedLogProb?.set(terms);
  if (out.logProbNorm === undefined && out.responsibilities === undefined) return;
  const logSumExp = backend.open(LOG_SUM_EXP, undefined);
  logSumExp(terms, k, out.logProbNorm ?? new Float64Array(block.nRows), out.responsibilities);
}

function notBelowInfinity(term: unknown, component: number, row: number): InvalidParametersError {
  return new InvalidParametersError(
    `the log-density of component ${component} is ${show(term)} for row ${row}; logDensity must give a number below +Infinity: check the parameters that maximize returns`,
    component,
  );
}

export function zeroDensity(row: number): ZeroDensityError {
  return new ZeroDensityError(
    `row ${row} has a density of 0 under every component; check that the family allows such a value`,
    row,
  );
}

export function checkCount<C>({ weights, components }: MixtureParameters<C>, nComponents: number): void {
  if (components?.length === nComponents && weights?.length === nComponents) return;
  throw new InvalidParametersError(
    `parameters must be { weights, components } of ${nComponents} each; got ${show(weights?.length)} weights and ${show(components?.length)} components`,
  );
}
