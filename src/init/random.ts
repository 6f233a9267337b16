/** Random starts: responsibilities, rows. */
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { sumOf } from '../numeric/vectors.js';
import type { Fill } from './fill.js';

/** Uniform numbers, divided by their sum per row. */
export function randomResponsibilities(nComponents: number, random: Random): Fill {
  return (_start, nRows, out) => {
    for (let i = 0; i < nRows; i++) {
      let sum = 0;
      for (let k = 0; k < nComponents; k++) {
        const u = random.uniform() + Number.MIN_VALUE;
        out[i * nComponents + k] = u;
        sum += u;
      }
      for (let k = 0; k < nComponents; k++) out[i * nComponents + k] = (out[i * nComponents + k] as number) / sum;
    }
  };
}

/** Different rows, each drawn with probability proportional to its weight among those left. */
export function distinctRows({ nSamples, sampleWeights }: Dataset, n: number, random: Random): number[] {
  const left = sampleWeights === undefined ? new Float64Array(nSamples).fill(1) : sampleWeights.slice();
  const rows: number[] = [];
  while (rows.length < n) {
    let target = random.uniform() * sumOf(left);
    let row = -1;
    for (let i = 0; i < nSamples && target >= 0; i++) {
      if (left[i] === 0) continue;
      row = i;
      target -= left[i] as number;
    }
    left[row] = 0;
    rows.push(row);
  }
  return rows;
}
