/** A Bernoulli mixture as JSON: only numbers and names, rebuilt from an allow-list. */
import { columnsOf } from '../data/columns.js';
import type { FitRecord } from '../em/mixture-fit.js';
import { show } from '../errors.js';
import { featuresOfRows } from '../init/given.js';
import { type BernoulliModelState, checkBernoulliParameters } from './bernoulli-parameters.js';
import { type FitJSON, jsonReader, parseRecord, rowsOf, serializeRecord } from './mixture-json.js';
import { BACKENDS } from './mixture-options.js';

const FORMAT = 'mixwasm/bernoulli-mixture';
const VERSION = 1;

/** What `toJSON` returns. Both probabilities are saved: 1 − θ has digits that θ near 1 has not. */
export interface BernoulliMixtureJSON {
  /** what this is, for readers of files */
  format: typeof FORMAT;
  /** of the format */
  version: typeof VERSION;
  /** whether the weights are free parameters */
  weightsMode: 'learned' | 'uniform';
  /** (nComponents) */
  weights: number[];
  /** θ by component, then feature */
  probs: number[][];
  /** 1 − θ by component, then feature, with digits of their own */
  complements: number[][];
  /** that scores the model */
  backend: BernoulliModelState['backend'];
  /** names of the features, if they have some */
  columns?: readonly string[];
  /** only after a fit */
  fit?: FitJSON;
}

export function serializeBernoulliMixture(
  state: BernoulliModelState,
  record: FitRecord | undefined,
): BernoulliMixtureJSON {
  const { nFeatures: d, weights, probs, complements, weightsMode, backend, columns } = state;
  return {
    format: FORMAT,
    version: VERSION,
    weightsMode,
    weights: Array.from(weights),
    probs: rowsOf(Array.from(probs), d),
    complements: rowsOf(Array.from(complements), d),
    backend,
    ...(columns === undefined ? {} : { columns }),
    ...(record === undefined ? {} : { fit: serializeRecord(record) }),
  };
}

/** Checks everything; throws `InvalidParametersError` with the place. */
export function parseBernoulliMixture(input: unknown): { state: BernoulliModelState; record: FitRecord | undefined } {
  const { json, bad, own, oneOf } = jsonReader(input, 'Bernoulli mixture', FORMAT, VERSION);
  const weights = own(json, 'weights');
  if (!Array.isArray(weights) || weights.length === 0)
    throw bad(`weights must be a non-empty array; got ${show(weights)}`);
  const k = weights.length;
  const probs = own(json, 'probs');
  const d = featuresOfRows(probs, k, 'probs');
  const flat = checkBernoulliParameters(
    { weights, probs: probs as number[][], complements: own(json, 'complements') as number[][] },
    k,
    d,
  );
  const weightsMode = oneOf(json, 'weightsMode', ['learned', 'uniform'] as const);
  const backend = own(json, 'backend') === undefined ? 'wasm' : oneOf(json, 'backend', BACKENDS);
  const columns = columnsOf(own(json, 'columns'), d);
  return { state: { ...flat, weightsMode, backend, columns }, record: parseRecord(own(json, 'fit'), k, bad) };
}
