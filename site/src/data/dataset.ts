/** A table of numbers with names: what the page fits. */

export interface Dataset {
  readonly name: string;
  /** of the columns */
  readonly columns: readonly string[];
  readonly matrix: Matrix;
}

/** nSamples × nFeatures, row-major: mixwasm takes it as it is. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export function toMatrix(rows: readonly (readonly number[])[], columns = rows[0]?.length ?? 0): Matrix {
  return { data: Float64Array.from(rows.flat()), rows: rows.length, columns };
}

/** The values of one column. */
export function columnOf({ data, rows, columns }: Matrix, j: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => data[i * columns + j]);
}

/** Only some columns. */
export function pickColumns({ matrix, columns, name }: Dataset, picked: readonly number[]): Dataset {
  const { data, rows, columns: width } = matrix;
  const out = new Float64Array(rows * picked.length);
  for (let i = 0; i < rows; i++) {
    for (let at = 0; at < picked.length; at++) out[i * picked.length + at] = data[i * width + picked[at]];
  }
  return {
    name,
    columns: picked.map((j) => columns[j]),
    matrix: { data: out, rows, columns: picked.length },
  };
}

/** Smallest and largest value of a column; 0 and 1 where there are none. */
export function extent(values: Float64Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

/** A dataset with one value changed, a row added, or a row taken out. */
export function withValue(dataset: Dataset, row: number, column: number, value: number): Dataset {
  const data = dataset.matrix.data.slice();
  data[row * dataset.matrix.columns + column] = value;
  return { ...dataset, matrix: { ...dataset.matrix, data } };
}

export function withRow(dataset: Dataset, row: readonly number[]): Dataset {
  const { data, rows, columns } = dataset.matrix;
  const grown = new Float64Array(data.length + columns);
  grown.set(data);
  grown.set(row, data.length);
  return { ...dataset, matrix: { data: grown, rows: rows + 1, columns } };
}

export function withoutRow(dataset: Dataset, row: number): Dataset {
  const { data, rows, columns } = dataset.matrix;
  const kept = data.filter((_, at) => Math.floor(at / columns) !== row);
  return { ...dataset, matrix: { data: kept, rows: rows - 1, columns } };
}
