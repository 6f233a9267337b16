/**
 * Model files: what `fit --out` writes and the other commands read. The library's own JSON is inside, untouched; around it
 * stands what only the command line knows.
 */
import { readFile } from 'node:fs/promises';
import { CliError, fileOperation } from './errors.js';
import { type AnyModel, KINDS } from './models.js';
import type { Standardization } from './standardize.js';
import { writeText } from './write-file.js';

const FORMAT = 'mixwasm/model-file';
const VERSION = 1;

/** The document, version 1. */
export interface ModelDocument {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** `toJSON` of the model: `GaussianMixture.fromJSON(document.model)` reads it */
  readonly model: object;
  /** names of its features, in order */
  readonly columns: readonly string[];
  /** if the model was fitted to standardized columns: z = (x − means) / scales */
  readonly standardization?: Standardization;
  /** of the data of the fit (standardized if the model is): log-likelihood, BIC … or the cost */
  readonly criteria?: Readonly<Record<string, number>>;
}

/** A model with what belongs to it. */
export interface SavedModel {
  readonly model: AnyModel;
  /** undefined if the file is the library's own JSON, which has no names */
  readonly columns: readonly string[] | undefined;
  readonly standardization: Standardization | undefined;
}

export function modelDocument(
  { model, columns, standardization }: SavedModel & { columns: readonly string[] },
  criteria: Readonly<Record<string, number>>,
): ModelDocument {
  return {
    format: FORMAT,
    version: VERSION,
    model: model.toJSON(),
    columns,
    ...(standardization === undefined ? {} : { standardization }),
    criteria,
  };
}

export async function writeModel(path: string, document: ModelDocument): Promise<void> {
  await writeText(path, `${JSON.stringify(document, null, 2)}\n`);
  console.error(`model written to ${path}`);
}

/** Reads a model file, or the JSON of a model; everything is checked. */
export async function readModel(path: string): Promise<SavedModel> {
  const text = (await fileOperation(`read ${path}`, () => readFile(path, 'utf8'))).replace(/^\uFEFF/, '');
  const bad = (message: string, cause?: unknown) =>
    new CliError(`${path} is not a saved model: ${message}`, cause === undefined ? undefined : { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw bad(`not valid JSON (${(cause as Error).message})`, cause);
  }
  if (!isObject(json)) throw bad('expected an object');
  const wrapped = own(json, 'format') === FORMAT;
  if (wrapped && own(json, 'version') !== VERSION) {
    throw bad(`version ${own(json, 'version')} was written by another release of mixwasm; this one reads ${VERSION}`);
  }
  const inner = wrapped ? own(json, 'model') : json;
  const format = isObject(inner) ? own(inner, 'format') : undefined;
  const kind = Object.values(KINDS).find((one) => one.format === format);
  if (kind === undefined) {
    const known = Object.values(KINDS).map((one) => one.format);
    throw bad(`its format is ${JSON.stringify(format)}; known are ${FORMAT} and ${known.join(', ')}`);
  }
  let model: AnyModel;
  try {
    model = kind.fromJSON(inner);
  } catch (cause) {
    throw bad((cause as Error).message, cause);
  }
  if (!wrapped) return { model, columns: undefined, standardization: undefined };
  const columns = own(json, 'columns');
  if (!isListOf(columns, model.nFeatures, (name) => typeof name === 'string')) {
    throw bad(`columns must be ${model.nFeatures} names`);
  }
  return { model, columns, standardization: standardizationIn(json, model.nFeatures, bad) };
}

function standardizationIn(
  json: object,
  nFeatures: number,
  bad: (message: string) => CliError,
): Standardization | undefined {
  const standardization = own(json, 'standardization');
  if (standardization === undefined) return undefined;
  if (!isObject(standardization)) throw bad('standardization must be an object of means and scales');
  const means = own(standardization, 'means');
  const scales = own(standardization, 'scales');
  if (!isListOf<number>(means, nFeatures, Number.isFinite)) {
    throw bad(`standardization.means must be ${nFeatures} numbers`);
  }
  if (!isListOf<number>(scales, nFeatures, (scale) => Number.isFinite(scale) && (scale as number) > 0)) {
    throw bad(`standardization.scales must be ${nFeatures} positive numbers`);
  }
  return { means, scales };
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isListOf<T = string>(value: unknown, length: number, fits: (item: unknown) => boolean): value is T[] {
  return Array.isArray(value) && value.length === length && value.every(fits);
}

/** Own properties only: JSON.parse keeps an own `__proto__`. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}
