/** Reads newline-delimited JSON: an object or an array of values on each line. */
import { CliError } from '../errors.js';
import { LineMap } from './line-map.js';
import type { ByteSource } from './source.js';
import { checkNames, EXACT, isRounded, type Table, TableBuilder } from './table.js';

const LF = 10;

export async function readNdjson(source: ByteSource): Promise<Table> {
  const { name } = source;
  const rows = new Rows(name);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of source.chunks()) {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end === 0) {
      rest += decoder.decode(chunk, { stream: true });
      continue;
    }
    const text = rest + decoder.decode(chunk.subarray(0, end));
    rest = decoder.decode(chunk.subarray(end), { stream: true });
    // what follows the last line break is no line yet
    for (const line of text.slice(0, -1).split('\n')) rows.add(line);
  }
  rest += decoder.decode();
  if (rest !== '') rows.add(rest);
  return rows.build();
}

class Rows {
  readonly #name: string;
  readonly #lines = new LineMap();
  #line = 0;
  /** the columns, as the first row has them */
  #keys: Map<string, number> | undefined;
  /** keys of later rows that the first one lacks */
  readonly #further = new Set<string>();
  #builder: TableBuilder | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  add(text: string): void {
    this.#line++;
    if (text.trim() === '') return;
    const value = this.#parse(text);
    const isArray = Array.isArray(value);
    if (this.#builder === undefined) {
      const names = isArray ? value.map((_, j) => `column${j + 1}`) : Object.keys(value);
      if (names.length === 0) this.#fail('the first row has no values');
      checkNames(names, this.#name);
      this.#builder = new TableBuilder(names);
      if (!isArray) this.#keys = new Map(names.map((key, j) => [key, j]));
    }
    const builder = this.#builder;
    this.#lines.add(builder.nRows, this.#line);
    if ((this.#keys === undefined) !== isArray) {
      this.#fail(isArray ? 'an array where the first row is an object' : 'an object where the first row is an array');
    }
    const values = isArray ? this.#sameLength(value) : this.#inOrder(value as Record<string, unknown>);
    builder.addRow(values.some(isLarge) ? asWritten(values, text) : values);
  }

  build(): Table {
    if (this.#builder === undefined) throw new CliError(`${this.#name} is empty; each line should be a JSON object`);
    const table = this.#builder.build(this.#name, this.#keys !== undefined, (row) => `line ${this.#lines.lineOf(row)}`);
    return { ...table, leftOut: [...this.#further].map((name) => ({ name, reason: 'not in the first row' })) };
  }

  #parse(text: string): object {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      this.#fail(
        text.trim() === '['
          ? 'a JSON array over several lines; newline-delimited JSON has one row on each line (jq -c ".[]" makes it)'
          : `not valid JSON (${(cause as Error).message})`,
      );
    }
    if (value === null || typeof value !== 'object') {
      this.#fail('each line should be a JSON object (or an array of values)');
    }
    if (Array.isArray(value) && value.length > 0 && typeof value[0] === 'object' && value[0] !== null) {
      this.#fail('an array of rows; newline-delimited JSON has one row on each line (jq -c ".[]" makes it)');
    }
    return value;
  }

  #inOrder(row: Record<string, unknown>): unknown[] {
    const keys = this.#keys as Map<string, number>;
    const values: unknown[] = new Array(keys.size).fill(undefined);
    for (const key of Object.keys(row)) {
      const j = keys.get(key);
      if (j === undefined) this.#further.add(key);
      else values[j] = row[key];
    }
    return values;
  }

  #sameLength(row: unknown[]): unknown[] {
    const expected = this.#builder?.columns.length;
    if (row.length === expected) return row;
    this.#fail(`${row.length} values where the first row has ${expected}`);
  }

  #fail(message: string): never {
    throw new CliError(`${this.#name}, line ${this.#line}: ${message}`);
  }
}

function isLarge(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) >= EXACT;
}

/** The values of a line, with the integers that JSON.parse has rounded as they are written. */
function asWritten(values: unknown[], line: string): unknown[] {
  const numbers = line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const rounded = new Map<number, bigint>();
  for (const [integer] of numbers.matchAll(/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g)) {
    const value = Number(integer);
    if (Number.isFinite(value) && isRounded(value, integer)) rounded.set(value, BigInt(integer));
  }
  return values.map((value) => (isLarge(value) ? (rounded.get(value) ?? value) : value));
}
