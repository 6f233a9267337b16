/** Reads delimited text with uDSV; checks what uDSV takes on trust (it is made for well-formed files). */
import { inferSchema, initParser } from 'udsv';
import { CliError } from './errors.js';
import { parseNumber, type Table, TableBuilder } from './table.js';

export interface CsvOptions {
  /** whether the first line names the columns; undefined: it does unless it holds a number */
  header?: boolean | undefined;
}

export function readCsv(text: string, source: string, options: CsvOptions = {}): Table {
  if (text.includes('\0')) throw new CliError(`${source} is not UTF-8 text; save it as UTF-8 first`);
  const [leading] = text.match(/^\uFEFF?[\r\n]*/) as RegExpMatchArray;
  // uDSV finds the row delimiter at the end of the first line, so there has to be one
  const body = `${text.slice(leading.length).replace(/[\r\n]+$/, '')}\n`;
  if (body.trim() === '')
    throw new CliError(`${source} is empty; the first line may name the columns, each further line is a row`);

  let { header } = options;
  const schema = inferSchema(body, {
    header: (rows) => {
      header ??= !(rows[0] ?? []).some((cell) => !Number.isNaN(parseNumber(cell)));
      return header ? [rows[0] as string[]] : [];
    },
  });
  const layout: Layout = {
    source,
    delimiter: schema.col,
    quote: body.includes('"') ? '"' : '',
    skippedLines: leading.match(/\r\n|\r|\n/g)?.length ?? 0,
  };
  checkFieldCounts(body, layout);

  const names = schema.cols.map(({ name }, j) => (header ? String(name).trim() : `column${j + 1}`));
  const builder = new TableBuilder(names);
  initParser(schema).stringArrs(body, (row: string[]) => {
    // uDSV drops empty lines, except where a line is one field
    if (names.length > 1 || row[0] !== '') builder.addRow(row);
  });
  return builder.build(source, (row) => `line ${lineOf(body, layout, header ? row + 1 : row)}`);
}

/** How records lie in the text. */
interface Layout {
  readonly source: string;
  readonly delimiter: string;
  /** empty if nothing is quoted */
  readonly quote: string;
  /** empty lines before the text */
  readonly skippedLines: number;
}

/** uDSV lets a short line run on into the next one, and a long line end in one long field. */
function checkFieldCounts(text: string, layout: Layout): void {
  const { source, delimiter } = layout;
  let expected = 0;
  scan(text, layout, (line, fields) => {
    if (expected === 0) expected = fields;
    if (fields === expected) return true;
    const separator = delimiter === '\t' ? 'tabs' : `"${delimiter}"`;
    const found = `${fields} field${fields === 1 ? '' : 's'}`;
    throw new CliError(
      `${source}, line ${line}: ${found} where the first line has ${expected} (separated by ${separator})`,
    );
  });
}

/** Line of a record: lines are counted with, records without empty lines and line breaks inside quotes. */
function lineOf(text: string, layout: Layout, record: number): number {
  let found = 0;
  let left = record;
  scan(text, layout, (line) => {
    found = line;
    return left-- > 0;
  });
  return found;
}

const LF = 10;
const CR = 13;

/** Calls `visit` with the line (from 1) and the number of fields of each record until it returns false. */
function scan(text: string, layout: Layout, visit: (line: number, fields: number) => boolean): void {
  const { source, delimiter, quote, skippedLines } = layout;
  const delimiterCode = delimiter.charCodeAt(0);
  const quoteCode = quote === '' ? -1 : quote.charCodeAt(0);
  let line = 1 + skippedLines;
  let start = line;
  let fields = 1;
  let quoted = false;
  let empty = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const lineBreak = code === LF || (code === CR && text.charCodeAt(i + 1) !== LF);
    if (lineBreak) line++;
    if (code === quoteCode && (quoted || empty || text.charCodeAt(i - 1) === delimiterCode)) {
      // a doubled quote closes and opens again, which comes to the same
      quoted = !quoted;
      if (!quoted && text.charCodeAt(i + 1) === quoteCode) {
        quoted = true;
        i++;
      }
      empty = false;
    } else if (quoted) {
      // whatever it is, it belongs to the field
    } else if (lineBreak) {
      if (!empty && !visit(start, fields)) return;
      start = line;
      fields = 1;
      empty = true;
    } else if (code !== CR) {
      if (code === delimiterCode) fields++;
      empty = false;
    }
  }
  if (quoted) throw new CliError(`${source}, line ${start}: a quoted field does not end`);
}
