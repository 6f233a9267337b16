/** A fitted model as text. */

/** Rounds for reading: 6 significant digits. */
export function readable(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  return magnitude >= 1e7 || magnitude < 1e-4 ? value.toExponential(4) : String(Number(value.toPrecision(6)));
}

/** Columns of text, right-aligned but the first. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, j) => (widths[j] = Math.max(widths[j] ?? 0, cell.length)));
  return rows
    .map((row) =>
      (
        indent +
        row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j] as number) : cell.padStart(widths[j] as number))).join('  ')
      ).trimEnd(),
    )
    .join('\n');
}

export interface SummaryInput {
  readonly title: string;
  /** label → value lines */
  readonly facts: readonly (readonly [string, string])[];
  readonly featureNames: readonly string[];
  readonly weights: Float64Array;
  readonly counts: Float64Array | undefined;
  readonly means: Float64Array;
  /** matrices (full: per component, tied: one) or variances per component and feature */
  readonly covariances: readonly { readonly name: string; readonly rows: readonly (readonly number[])[] }[];
}

export function summarizeMixture(input: SummaryInput): string {
  const { featureNames, weights, counts, means } = input;
  const d = featureNames.length;
  const components = [
    ['component', 'weight', ...(counts === undefined ? [] : ['count']), ...featureNames.map((f) => `mean ${f}`)],
    ...Array.from(weights, (weight, k) => [
      String(k),
      readable(weight),
      ...(counts === undefined ? [] : [readable(counts[k] as number)]),
      ...Array.from(means.subarray(k * d, (k + 1) * d), readable),
    ]),
  ];
  const matrices = input.covariances.map(({ name, rows }) => `${name}\n${table(rows.map((row, i) => [featureNames[i] ?? '', ...row.map(readable)]))}`);
  return [input.title, table(input.facts.map((fact) => [...fact]), '  '), '', table(components), '', ...matrices].join('\n');
}
