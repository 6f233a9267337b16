/**
 * Reads delimited text (CSV, TSV …) block by block: numbers go from bytes to cells without becoming strings, so that a
 * million rows of eight take about as long as reading them, and nothing but the cells is kept.
 */
import { CliError } from '../errors.js';
import { type Layout, layoutOf } from './layout.js';
import { LineMap } from './line-map.js';
import type { ByteSource } from './source.js';
import { EXACT, type Table, TableBuilder } from './table.js';

export interface DelimitedOptions {
  /** whether the first line names the columns; undefined: it does unless it holds a number */
  header?: boolean | undefined;
  /** one character; undefined: recognised */
  delimiter?: string | undefined;
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const E = 69;
const e = 101;

/** A record that is longer has lost a quote. */
const LONGEST_RECORD = 2 ** 26;

/** 10^0 … 10^22, which doubles hold exactly: one multiplication or division of an exact integer by them rounds correctly (Clinger 1990). */
const POWERS = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));

/** Reads a source whose first block is at hand. */
export async function readDelimited(source: ByteSource, options: DelimitedOptions = {}): Promise<Table> {
  const parser = new Parser(source, options);
  for (;;) {
    const nBytes = await source.read(parser.room());
    if (nBytes === 0) break;
    parser.push(nBytes);
  }
  return parser.end();
}

class Parser {
  #bytes = new Uint8Array(2 ** 20);
  /** bytes that wait to be parsed: the last record is not complete */
  #pending = 0;
  #layout: Layout | undefined;
  #builder: TableBuilder | undefined;
  #lines = new LineMap();
  /** line of the next record, from 1 */
  #line = 1;
  #parsed = 0;
  readonly #decoder = new TextDecoder();
  readonly #source: ByteSource;
  readonly #options: DelimitedOptions;

  constructor(source: ByteSource, options: DelimitedOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Where the next bytes belong; one byte is left for the line break that the last line may lack. */
  room(): Uint8Array {
    if (this.#pending > this.#bytes.length / 2) {
      if (this.#pending > LONGEST_RECORD) {
        throw new CliError(
          `${this.#source.name}, line ${this.#line}: a record of more than ${LONGEST_RECORD / 2 ** 20} MB; is a quote missing?`,
        );
      }
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes.subarray(0, this.#pending));
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#pending, this.#bytes.length - 1);
  }

  push(nBytes: number): void {
    this.#pending += nBytes;
    // a block has to hold a few lines before the layout can be told from it
    if (this.#layout === undefined && this.#pending < this.#bytes.length / 2) return;
    this.#parse(false);
  }

  end(): Table {
    const { name } = this.#source;
    this.#bytes[this.#pending] = this.#layout?.lineBreak ?? LF;
    if (this.#pending > 0) this.#pending++;
    this.#parse(true);
    const layout = this.#layout as Layout;
    const builder = this.#builder as TableBuilder;
    return builder.build(name, layout.named, (row) => `line ${this.#lines.lineOf(row)}`);
  }

  /** Parses complete records; the rest moves to the front. */
  #parse(final: boolean): void {
    const bytes = this.#bytes;
    let from = 0;
    if (this.#layout === undefined) {
      const text = bytes.subarray(0, this.#pending);
      const layout = layoutOf(text, this.#source.name, this.#options);
      this.#layout = layout;
      if (final && layout.lineBreak === CR) bytes[this.#pending - 1] = CR;
      from = layout.start;
      this.#line = layout.firstLine;
      this.#builder = new TableBuilder(layout.names);
    }
    const { lineBreak } = this.#layout;
    const end = this.#pending === 0 ? 0 : bytes.lastIndexOf(lineBreak, this.#pending - 1) + 1;
    const consumed = end > from ? this.#records(from, end, final) : from;
    if (this.#parsed === 0) this.#expect(consumed - from);
    this.#parsed += consumed - from;
    bytes.copyWithin(0, consumed, this.#pending);
    this.#pending -= consumed;
  }

  /** Makes room for as many rows as the file will have if it goes on as it began. */
  #expect(nBytes: number): void {
    const { size } = this.#source;
    const builder = this.#builder as TableBuilder;
    if (size === undefined || builder.nRows === 0 || size <= nBytes) return;
    builder.reserve(Math.ceil((size / nBytes - 1) * builder.nRows * 1.1) + 1024);
  }

  /**
   * Parses the records in bytes from … end − 1, which end with a line break; returns where the next one begins that is not
   * complete, because a quoted field goes on behind the end.
   */
  #records(from: number, end: number, final: boolean): number {
    const bytes = this.#bytes;
    const builder = this.#builder as TableBuilder;
    const { delimiter, lineBreak, collapse } = this.#layout as Layout;
    const nColumns = builder.columns.length;
    let { cells } = builder;
    let line = this.#line;
    let p = from;
    let row = builder.nRows;
    while (p < end) {
      const record = p;
      const firstLine = line;
      if (bytes[p] === lineBreak || (bytes[p] === CR && bytes[p + 1] === LF)) {
        p += bytes[p] === lineBreak ? 1 : 2;
        line++;
        continue;
      }
      if ((row + 1) * nColumns > cells.length) {
        builder.nRows = row;
        builder.reserve(1);
        ({ cells } = builder);
      }
      let at = row * nColumns;
      for (let j = 0; ; j++) {
        // a plain decimal, as nearly all are: sign, digits, point, digits, exponent
        let q = p;
        let c = bytes[q] as number;
        while (c === SPACE) c = bytes[++q] as number;
        const start = q;
        const negative = c === MINUS;
        if (negative || c === PLUS) c = bytes[++q] as number;
        let nDigits = q;
        let digits = 0;
        while (c >= ZERO && c <= ZERO + 9) {
          digits = digits * 10 + (c - ZERO);
          c = bytes[++q] as number;
        }
        nDigits = q - nDigits;
        let scale = 0;
        if (c === POINT) {
          const point = q;
          c = bytes[++q] as number;
          while (c >= ZERO && c <= ZERO + 9) {
            digits = digits * 10 + (c - ZERO);
            c = bytes[++q] as number;
          }
          scale = q - point - 1;
          nDigits += scale;
        }
        if ((c === e || c === E) && nDigits > 0) {
          let x = q + 1;
          let exponent = 0;
          c = bytes[x] as number;
          const down = c === MINUS;
          if (down || c === PLUS) c = bytes[++x] as number;
          const first = x;
          while (c >= ZERO && c <= ZERO + 9 && x - first < 4) {
            exponent = exponent * 10 + (c - ZERO);
            c = bytes[++x] as number;
          }
          if (x > first) {
            scale += down ? exponent : -exponent;
            q = x;
          } else {
            // `1e` is no number: the field goes on here
            c = bytes[q] as number;
          }
        }
        const ends = c === delimiter || c === lineBreak || (c === CR && bytes[q + 1] === LF);
        if (ends && nDigits > 0 && digits < EXACT && scale <= 22 && scale >= -22 && j < nColumns) {
          const value = scale >= 0 ? digits / (POWERS[scale] as number) : digits * (POWERS[-scale] as number);
          cells[at++] = negative ? -value : value;
        } else {
          // spaces between fields, and behind the last
          if (collapse && q === start && (c === lineBreak || c === CR) && j > 0) {
            if (j !== nColumns) this.#wrongCount(firstLine, j, nColumns);
            p = c === lineBreak ? q + 1 : q + 2;
            line++;
            break;
          }
          const fieldStart = collapse ? start : p;
          q = fieldStart;
          let text: string | undefined;
          if (bytes[start] === QUOTE) {
            q = this.#closingQuote(start, end);
            if (q < 0) {
              if (final) throw new CliError(`${this.#source.name}, line ${firstLine}: a quoted field does not end`);
              this.#line = firstLine;
              builder.nRows = row;
              return record;
            }
            for (let i = start; i < q; i++) if (bytes[i] === lineBreak) line++;
            text = this.#text(start + 1, q).replaceAll('""', '"');
            q++;
          }
          const after = q;
          c = bytes[q] as number;
          while (c !== delimiter && c !== lineBreak && !(c === CR && bytes[q + 1] === LF)) c = bytes[++q] as number;
          if (j < nColumns) {
            if (text === undefined && builder.isText(j)) {
              builder.addText(j);
              cells[at++] = Number.NaN;
            } else {
              text = (text ?? '') + this.#text(after, q);
              cells[at++] = builder.irregular(j, row, text);
            }
          }
        }
        p = q + 1;
        if (c === delimiter) continue;
        if (c === CR && lineBreak === LF) p++;
        if (j !== nColumns - 1) this.#wrongCount(firstLine, j + 1, nColumns);
        line++;
        break;
      }
      this.#lines.add(row, firstLine);
      row++;
    }
    this.#line = line;
    builder.nRows = row;
    return end;
  }

  /** Where the quoted field ends that begins at `start`: a doubled quote is one of its characters. −1 if not before `end`. */
  #closingQuote(start: number, end: number): number {
    const bytes = this.#bytes;
    let q = bytes.indexOf(QUOTE, start + 1);
    while (q >= 0 && q < end && bytes[q + 1] === QUOTE) q = bytes.indexOf(QUOTE, q + 2);
    return q >= 0 && q < end ? q : -1;
  }

  #text(from: number, to: number): string {
    const text = this.#decoder.decode(this.#bytes.subarray(from, to));
    if (text.includes('\0')) throw new CliError(`${this.#source.name} is not UTF-8 text; save it as UTF-8 first`);
    return text;
  }

  #wrongCount(line: number, fields: number, expected: number): never {
    const { delimiter } = this.#layout as Layout;
    const separator = delimiter === 9 ? 'tabs' : delimiter === SPACE ? 'spaces' : `"${String.fromCharCode(delimiter)}"`;
    const found =
      fields > expected
        ? `more than ${expected} field${expected === 1 ? '' : 's'}`
        : `${fields} field${fields === 1 ? '' : 's'}`;
    throw new CliError(
      `${this.#source.name}, line ${line}: ${found} where the first line has ${expected} (separated by ${separator})`,
    );
  }
}
