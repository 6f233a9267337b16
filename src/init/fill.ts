/** Responsibilities of a start, as its M-step asks for them: block by block. */

/** Writes those of the rows from `start` on (nRows × nComponents), where zeros are. */
export type Fill = (start: number, nRows: number, out: Float64Array) => void;

/** A 1 for each row at its label, which is 0 if there are none. */
export function fillFromLabels(labels: Int32Array | undefined, nComponents: number): Fill {
  return (start, nRows, out) =>
    writeOneHot(labels?.subarray(start, start + nRows) ?? new Int32Array(nRows), nComponents, out);
}

/** Given responsibilities (nSamples × nComponents). */
export function fillFromTable(table: Float64Array, nComponents: number): Fill {
  return (start, nRows, out) => out.set(table.subarray(start * nComponents, (start + nRows) * nComponents));
}

function writeOneHot(labels: Int32Array, nComponents: number, out: Float64Array): void {
  for (let i = 0; i < labels.length; i++) out[i * nComponents + (labels[i] as number)] = 1;
}
