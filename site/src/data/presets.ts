/** What the page can show without a file: data, settings that make a point, and the point in words. */
import { GaussianMixture } from 'mixwasm';
import faithful from '../../../examples/data/faithful.csv?raw';
import digits from '../../assets/digits.bin?inline';
import type { Settings } from '../settings.js';
import { readCsv } from './csv.js';
import { type Dataset, toMatrix } from './dataset.js';

export type PresetId = 'faithful' | 'overlap' | 'collapse' | 'digits' | 'outliers' | 'own';

export interface Preset {
  readonly id: PresetId;
  readonly name: string;
  /** one or two sentences under the title */
  readonly text: string;
  readonly settings: Partial<Settings>;
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'faithful',
    name: 'Old Faithful',
    text: '272 eruptions of a geyser: how long each lasted, and the wait for the next. Two kinds of eruption, and a wait that tells which one it was.',
    settings: { k: 2, covariance: 'full', init: 'randomPoints', seed: 4 },
  },
  {
    id: 'overlap',
    name: 'Overlapping clusters',
    text: 'Three clusters that run into each other: a point belongs to several at once, and EM needs many small steps to say how much.',
    settings: { k: 3, covariance: 'full', init: 'randomPoints', seed: 1 },
  },
  {
    id: 'collapse',
    name: 'A component collapsing',
    text: 'Sixteen readings of an instrument that was stuck: all at the same height. Without regularisation a component flattens onto their line; its density, and with it the likelihood, grows beyond all bounds.',
    settings: { k: 3, covariance: 'full', init: 'randomPoints', seed: 1, regularise: false },
  },
  {
    id: 'digits',
    name: 'Bernoulli digits',
    text: '1,797 handwritten digits of 8 × 8 black and white pixels. Each component is 64 coins, one a pixel: together, the picture of a digit that nobody named.',
    settings: { k: 10, seed: 10 },
  },
  {
    id: 'outliers',
    name: 'k-means or k-medians',
    text: 'Hard EM: every point belongs to one cluster only. Two dozen far outliers drag the means of k-means along; the medians of k-medians hardly notice.',
    settings: { k: 3, seed: 8 },
  },
  {
    id: 'own',
    name: 'Your data',
    text: 'Click to put points anywhere, or drop a CSV file. Nothing leaves this page: the fitting is done here.',
    settings: { k: 2, covariance: 'full', init: 'randomPoints', seed: 0 },
  },
];

const made = new Map<PresetId, Dataset>();

/** The data of a preset, always the same object; digits are no table of this kind, and own data begin empty. */
export function presetData(id: PresetId): Dataset {
  const dataset = made.get(id) ?? makeData(id);
  made.set(id, dataset);
  return dataset;
}

function makeData(id: PresetId): Dataset {
  if (id === 'faithful') return readCsv(faithful, 'Old Faithful').dataset;
  if (id === 'overlap') return overlapping();
  if (id === 'collapse') return collapsing();
  if (id === 'outliers') return outlying();
  return { name: 'your data', columns: ['x', 'y'], matrix: toMatrix([], 2) };
}

function overlapping(): Dataset {
  const truth = GaussianMixture.fromParameters({
    weights: [0.4, 0.35, 0.25],
    means: [
      [-1.1, 0.1],
      [1.2, -0.2],
      [0.2, 1.9],
    ],
    covariances: [
      [
        [1.1, 0.55],
        [0.55, 0.6],
      ],
      [
        [0.55, -0.35],
        [-0.35, 0.9],
      ],
      [
        [1.3, 0],
        [0, 0.3],
      ],
    ],
  });
  return drawn('overlapping clusters', truth, 600, 5);
}

function collapsing(): Dataset {
  const truth = GaussianMixture.fromParameters({
    means: [
      [0, 0],
      [4, 1.5],
    ],
    covariances: [
      [
        [1, 0.3],
        [0.3, 0.8],
      ],
      [
        [0.7, -0.3],
        [-0.3, 1],
      ],
    ],
  });
  const { matrix, ...rest } = drawn('a component collapsing', truth, 120, 2);
  // stuck at 4.5, spread along the other axis by the golden ratio
  const stuck = Array.from({ length: 16 }, (_, i) => [Math.round(3000 * ((i * 0.618) % 1)) / 1000, 4.5]).flat();
  return { ...rest, matrix: { data: Float64Array.of(...matrix.data, ...stuck), rows: matrix.rows + 16, columns: 2 } };
}

function outlying(): Dataset {
  const truth = GaussianMixture.fromParameters({
    means: [
      [0, 0],
      [5, 0.5],
      [2.4, 4.4],
    ],
    covariances: [0.6, 0.5, 0.55],
    covarianceType: 'spherical',
  });
  const far = GaussianMixture.fromParameters({ means: [[9, 9]], covariances: [0.8], covarianceType: 'spherical' });
  const { matrix, ...rest } = drawn('three clusters and outliers', truth, 240, 3);
  const outliers = far.sample(26, { seed: 1 }).X;
  return {
    ...rest,
    matrix: { data: Float64Array.of(...matrix.data, ...outliers), rows: matrix.rows + 26, columns: 2 },
  };
}

/** A sample, rounded so that links stay short. */
function drawn(name: string, truth: GaussianMixture, rows: number, seed: number): Dataset {
  const data = truth.sample(rows, { seed }).X.map((value) => Math.round(value * 1000) / 1000);
  return { name, columns: ['x', 'y'], matrix: { data, rows, columns: 2 } };
}

/** Images as rows of bits, and which pixels they are (those that are not the same in all images). */
export interface Images {
  readonly data: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  /** 0 … 63, row by row, for each column */
  readonly pixels: readonly number[];
}

let images: Images | undefined;

/** The digits, unpacked once. */
export function digitImages(): Images {
  images ??= unpackDigits();
  return images;
}

function unpackDigits(): Images {
  const bytes = Uint8Array.from(atob(digits.slice(digits.indexOf(',') + 1)), (char) => char.charCodeAt(0));
  const rows = bytes.length / 8;
  const bit = (i: number, pixel: number) => (bytes[i * 8 + (pixel >> 3)] >> (7 - (pixel & 7))) & 1;
  const pixels = Array.from({ length: 64 }, (_, pixel) => pixel).filter((pixel) => {
    for (let i = 1; i < rows; i++) if (bit(i, pixel) !== bit(0, pixel)) return true;
    return false;
  });
  const data = new Uint8Array(rows * pixels.length);
  for (let i = 0; i < rows; i++) {
    pixels.forEach((pixel, j) => {
      data[i * pixels.length + j] = bit(i, pixel);
    });
  }
  return { data, rows, columns: pixels.length, pixels };
}
