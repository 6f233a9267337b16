/** How delimited text is laid out, told from its beginning: line breaks, delimiter, header. */
import { CliError } from '../errors.js';
import type { DelimitedOptions } from './delimited.js';
import { checkNames, parseNumber } from './table.js';

export interface Layout {
  /** byte between fields */
  readonly delimiter: number;
  /** any number of spaces is one delimiter */
  readonly collapse: boolean;
  /** byte that ends lines: LF (perhaps after CR), or CR in very old files */
  readonly lineBreak: number;
  readonly names: readonly string[];
  /** whether the names come from the file */
  readonly named: boolean;
  /** first byte of the first row, and its line */
  readonly start: number;
  readonly firstLine: number;
}

/** In order of precedence. */
const DELIMITERS = ['\t', ';', '|', ',', ' '];

/** Lines that are looked at. */
const SAMPLE = 20;

/** @param bytes the beginning of the text, a few complete lines at least unless it is all */
export function layoutOf(bytes: Uint8Array, source: string, options: DelimitedOptions): Layout {
  if (bytes.subarray(0, 4096).includes(0)) throw new CliError(`${source} is not UTF-8 text; save it as UTF-8 first`);
  const lf = bytes.indexOf(10);
  const cr = bytes.indexOf(13);
  const lineBreak = cr >= 0 && (lf < 0 || cr < lf - 1) && bytes[cr + 1] !== 10 ? 13 : 10;
  let from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let firstLine = 1;
  for (; from < bytes.length && (bytes[from] === 10 || bytes[from] === 13); from++) {
    if (bytes[from] === lineBreak) firstLine++;
  }
  const text = new TextDecoder().decode(bytes.subarray(from, from + 2 ** 16));
  if (text.trim() === '') {
    throw new CliError(`${source} is empty; the first line may name the columns, each further line is a row`);
  }
  const breakText = lineBreak === 13 ? '\r' : '\n';
  const delimiter = options.delimiter ?? detect(text, breakText);
  const [first] = records(text, delimiter, breakText, 1) as [Sampled];
  const named = options.header ?? !first.fields.some((cell) => !Number.isNaN(parseNumber(cell)));
  const names = first.fields.map((cell, j) => (named ? cell.trim() : `column${j + 1}`));
  checkNames(names, source);
  const layout = { delimiter: delimiter.charCodeAt(0), collapse: delimiter === ' ', lineBreak, names, named };
  if (!named) return { ...layout, start: from, firstLine };
  for (let line = 0; line < first.lines; line++) {
    const end = bytes.indexOf(lineBreak, from);
    from = end < 0 ? bytes.length : end + 1;
  }
  return { ...layout, start: from, firstLine: firstLine + first.lines };
}

/**
 * The first delimiter that cuts the first lines into equally many fields, more than one; if there is none, one that the
 * first line has (and a later line will be found wanting). A comma may be a decimal comma, and a space part of a name: last.
 */
function detect(text: string, lineBreak: string): string {
  const counts = DELIMITERS.map((delimiter) => records(text, delimiter, lineBreak, SAMPLE).map((r) => r.fields.length));
  const consistent = counts.findIndex(([first = 1, ...others]) => first > 1 && others.every((n) => n === first));
  if (consistent >= 0) return DELIMITERS[consistent] as string;
  const present = counts.findIndex(([first = 1], i) => first > 1 && DELIMITERS[i] !== ' ');
  return DELIMITERS[present] ?? ',';
}

interface Sampled {
  readonly fields: string[];
  /** lines it takes */
  readonly lines: number;
}

/** The first records of a text that are complete (or the last, if the text ends). */
function records(text: string, delimiter: string, lineBreak: string, most: number): Sampled[] {
  const found: Sampled[] = [];
  let fields: string[] = [];
  let at = 0;
  let lines = 1;
  const collapse = delimiter === ' ';
  while (at < text.length && found.length < most) {
    if (collapse) while (text[at] === ' ') at++;
    let field = '';
    let q = at;
    while (text[q] === ' ') q++;
    if (text[q] === '"') {
      let close = text.indexOf('"', q + 1);
      while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
      if (close < 0) return found.length > 0 ? found : [{ fields: [...fields, text.slice(at)], lines }];
      field = text.slice(q + 1, close).replaceAll('""', '"');
      lines += text.slice(q, close).split(lineBreak).length - 1;
      at = close + 1;
    }
    let end = at;
    while (end < text.length && text[end] !== delimiter && text[end] !== lineBreak) end++;
    const ends = end >= text.length || text[end] === lineBreak;
    field += ends ? text.slice(at, end).replace(/\r$/, '') : text.slice(at, end);
    if (!(collapse && ends && field === '' && fields.length > 0)) fields.push(field);
    at = end + 1;
    if (!ends) continue;
    // a line that the sample cuts off says nothing
    if (end >= text.length && found.length > 0) break;
    if (fields.length > 1 || fields[0] !== '') found.push({ fields, lines });
    fields = [];
    lines = 1;
  }
  return found;
}
