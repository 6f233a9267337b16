/** A file as a table of numbers, whatever format it had. */

/** What was seen in a column while reading. */
export interface Column {
  readonly name: string;
  /** cells that are finite numbers */
  numbers: number;
  /** empty cells, NA, NaN, null …, and infinities: wrong in a column of numbers, but no sign of a column of text */
  missing: number;
  /** anything else */
  texts: number;
  /** the first cell that is not a finite number, and its 0-based row */
  first: { row: number; text: string } | undefined;
  /** the first cell of text: what tells a name from a number with a typing error */
  firstText: string | undefined;
  /** every row holds its own number, counted from 0 or 1 */
  rowNumbers: boolean;
}

export interface Table {
  /** file name, for messages */
  readonly source: string;
  readonly columns: readonly Column[];
  readonly nRows: number;
  /** nRows × columns, row-major; NaN where the cell is not a finite number */
  readonly cells: Float64Array;
  /** where a row stands in the file, for messages: `line 12` */
  place(row: number): string;
}

const MISSING = new Set(['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '?', '.', '-']);

/** Collects cells row by row; memory is 8 bytes a cell, so files may have far more rows than strings would fit. */
export class TableBuilder {
  readonly columns: Column[];
  #cells = new Float64Array(4096);
  #used = 0;
  #row = 0;

  constructor(names: readonly string[]) {
    this.columns = names.map((name) => ({
      name,
      numbers: 0,
      missing: 0,
      texts: 0,
      first: undefined,
      firstText: undefined,
      rowNumbers: true,
    }));
  }

  addRow(texts: readonly string[]): void {
    const { columns } = this;
    if (this.#used + columns.length > this.#cells.length) this.#grow();
    for (let j = 0; j < columns.length; j++) this.#add(columns[j] as Column, texts[j] ?? '');
    this.#row++;
  }

  build(source: string, place: (row: number) => string): Table {
    return { source, columns: this.columns, nRows: this.#row, cells: this.#cells.subarray(0, this.#used), place };
  }

  #add(column: Column, text: string): void {
    const value = parseNumber(text);
    this.#cells[this.#used++] = value;
    if (!Number.isNaN(value)) {
      column.numbers++;
      const rowNumber = value - this.#row;
      if (rowNumber !== 0 && rowNumber !== 1) column.rowNumbers = false;
      return;
    }
    column.rowNumbers = false;
    column.first ??= { row: this.#row, text };
    if (isMissing(text) || isInfinite(text)) {
      column.missing++;
    } else {
      column.texts++;
      column.firstText ??= text;
    }
  }

  #grow(): void {
    const larger = new Float64Array(Math.max(this.#cells.length * 2, this.#used + this.columns.length));
    larger.set(this.#cells);
    this.#cells = larger;
  }
}

/** The number a cell holds; NaN if it holds none, or one that is not finite. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (value === 0 && text.trim() === '') return NaN; // Number('') is 0
  const second = text.charCodeAt(1) | 32;
  if (second === 0x78 || second === 0x62 || second === 0x6f) return NaN; // 0x1f, 0b1, 0o7 are names, not measurements
  return Number.isFinite(value) ? value : NaN;
}

export function isMissing(text: string): boolean {
  return text.length < 8 && MISSING.has(text.trim().toLowerCase());
}

export function isInfinite(text: string): boolean {
  return /^\s*[+-]?inf(inity)?\s*$/i.test(text);
}

/** `2,5`: a number, where people write decimals with a comma. */
export function hasDecimalComma(text: string): boolean {
  return /^\s*[+-]?\d*,\d+\s*$/.test(text);
}
