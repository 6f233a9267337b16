/** What the page shows, as a link keeps it: preset, model, seed, the step reached, and own points if they are few. */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';
import type { CovarianceType } from 'mixwasm';
import type { Dataset } from './data/dataset.js';
import type { PresetId } from './data/presets.js';
import type { Parameters } from './em/gaussians.js';

export type InitName = 'randomPoints' | 'kmeans++' | 'kmeans' | 'random';

export interface Settings {
  readonly preset: PresetId;
  readonly k: number;
  readonly covariance: CovarianceType;
  readonly init: InitName;
  readonly seed: number;
  /** whether a little is added to every variance */
  readonly regularise: boolean;
}

/** Most components that the page offers. */
export const MOST_COMPONENTS = 12;

export const DEFAULTS: Settings = {
  preset: 'faithful',
  k: 2,
  covariance: 'full',
  init: 'randomPoints',
  seed: 0,
  regularise: true,
};

/** Characters of data that a link may have: what messengers and servers still take. */
const MOST_CHARACTERS = 6000;

export interface Shared {
  readonly settings: Partial<Settings>;
  /** frames from the start; undefined: as the page begins */
  readonly step: number | undefined;
  readonly dataset: Dataset | undefined;
  /** where EM began, if means were moved by hand */
  readonly from: Parameters | undefined;
}

/** The hash of a link; `complete` is false where the data were too many for it. */
export function toHash(
  settings: Settings,
  step: number,
  dataset: Dataset | undefined,
  from: Parameters | undefined,
): { hash: string; complete: boolean } {
  const { preset, k, covariance, init, seed, regularise } = settings;
  const query = new URLSearchParams({
    preset,
    k: String(k),
    cov: covariance,
    init,
    seed: String(seed),
    reg: regularise ? '1' : '0',
    step: String(step),
  });
  let complete = true;
  if (dataset !== undefined) {
    const { name, columns, matrix } = dataset;
    const packed = pack({ name, columns, values: Array.from(matrix.data) });
    if (packed.length <= MOST_CHARACTERS) query.set('data', packed);
    else complete = false;
  }
  if (from !== undefined && complete) {
    const { weights, means, covariances } = from;
    query.set('from', pack([weights, means, covariances].map((values) => Array.from(values))));
  }
  return { hash: `#${query}`, complete };
}

const PRESET_IDS: readonly PresetId[] = ['faithful', 'overlap', 'collapse', 'digits', 'outliers', 'own'];
const COVARIANCES: readonly CovarianceType[] = ['full', 'tied', 'diag', 'spherical'];
export const INITS: readonly InitName[] = ['randomPoints', 'kmeans++', 'kmeans', 'random'];

/** Reads a hash; what is not understood is left out: a link is input from strangers. */
export function fromHash(hash: string): Shared {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const preset = PRESET_IDS.find((id) => id === query.get('preset'));
  const k = integer(query.get('k'), 1, MOST_COMPONENTS);
  const covariance = COVARIANCES.find((type) => type === query.get('cov'));
  const init = INITS.find((name) => name === query.get('init'));
  const seed = integer(query.get('seed'), 0, 2 ** 31);
  const regularise = query.get('reg');
  const settings: Partial<Settings> = {
    ...(preset && { preset }),
    ...(k !== undefined && { k }),
    ...(covariance && { covariance }),
    ...(init && { init }),
    ...(seed !== undefined && { seed }),
    ...(regularise !== null && { regularise: regularise !== '0' }),
  };
  const dataset = datasetOf(unpack(query.get('data')));
  const width = dataset?.columns.length ?? 2;
  return {
    settings,
    step: integer(query.get('step'), 0, 4000),
    dataset,
    from: parametersOf(unpack(query.get('from')), k ?? 0, covariance ?? 'full', width),
  };
}

function integer(text: string | null, least: number, most: number): number | undefined {
  if (text === null || !/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function datasetOf(value: unknown): Dataset | undefined {
  const { name, columns, values } = (value ?? {}) as { name?: unknown; columns?: unknown; values?: unknown };
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every((one) => typeof one === 'string'))
    return undefined;
  if (!isNumbers(values) || values.length % columns.length !== 0) return undefined;
  const matrix = { data: Float64Array.from(values), rows: values.length / columns.length, columns: columns.length };
  return { name: String(name).slice(0, 80), columns, matrix };
}

/** Shapes are not checked here: mixwasm checks them when the fit begins. */
function parametersOf(
  value: unknown,
  k: number,
  covarianceType: CovarianceType,
  nFeatures: number,
): Parameters | undefined {
  if (!Array.isArray(value) || value.length !== 3 || !value.every(isNumbers) || k === 0) return undefined;
  const [weights, means, covariances] = (value as number[][]).map((one) => Float64Array.from(one));
  if (weights.length !== k || means.length !== k * nFeatures) return undefined;
  return { weights, means, covariances, covarianceType, nComponents: k, nFeatures };
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number' && Number.isFinite(one));
}

function pack(value: unknown): string {
  const bytes = deflateSync(strToU8(JSON.stringify(value)), { level: 9 });
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function unpack(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(strFromU8(inflateSync(Uint8Array.from(binary, (char) => char.charCodeAt(0)))));
  } catch {
    return undefined;
  }
}
