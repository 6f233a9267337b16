/** A fitted model as text for a terminal. Nothing here knows a family. */

/** Rounds for reading: 6 significant digits; a dash for what there is not (NaN). */
export function readable(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  return magnitude >= 1e7 || magnitude < 1e-4 ? value.toExponential(4) : String(Number(value.toPrecision(6)));
}

/** `1 row`, `2 rows`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

export interface NumberTable {
  readonly title: string;
  /** above the row names; may be empty */
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
}

export interface Summary {
  readonly title: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly tables: readonly NumberTable[];
}

const INDENT = '  ';
const GAP = '  ';

export function formatSummary({ title, facts, tables }: Summary): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  const factLines = facts.map(([label, value]) => `${INDENT}${label.padEnd(width)}${GAP}${value}`);
  return [title, '', ...factLines, ...tables.flatMap((table) => ['', ...formatTable(table)])].join('\n');
}

/** A table with decimal points below one another; columns that do not fit go below, with the row names again. */
export function formatTable({ title, corner, columns, rows }: NumberTable, maxWidth = 100): string[] {
  const names = padEnd([corner, ...rows.map(({ name }) => name)]);
  const cells = columns.map((heading, j) =>
    padStart([heading, ...alignPoints(rows.map(({ values }) => readable(values[j] as number)))]),
  );
  const lines = [title];
  let from = 0;
  while (from < cells.length) {
    let to = from;
    let width = INDENT.length + (names[0] as string).length;
    while (to < cells.length && (to === from || width + GAP.length + widthOf(cells[to]) <= maxWidth)) {
      width += GAP.length + widthOf(cells[to++]);
    }
    if (from > 0) lines.push('');
    names.forEach((name, i) => {
      lines.push((INDENT + [name, ...cells.slice(from, to).map((column) => column[i])].join(GAP)).trimEnd());
    });
    from = to;
  }
  return lines;
}

function widthOf(column: readonly string[] | undefined): number {
  return column?.[0]?.length ?? 0;
}

/** Pads behind the point, so that right-aligned numbers stand point below point. */
function alignPoints(numbers: readonly string[]): string[] {
  const tails = numbers.map((text) => text.length - (`${text}.`.indexOf('.') as number));
  const longest = Math.max(...tails);
  return numbers.map((text, i) => text + ' '.repeat(longest - (tails[i] as number)));
}

function padEnd(texts: readonly string[]): string[] {
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => text.padEnd(width));
}

function padStart(texts: readonly string[]): string[] {
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => text.padStart(width));
}
