/** Results on standard output: a CSV with a header, or an object on each line. */
import { once } from 'node:events';

/** One column of a result: its name and its value in a row. */
export interface Field {
  readonly name: string;
  value(row: number): number | readonly number[];
}

/** Characters that are written at a time. */
const CHUNK = 2 ** 16;

export async function writeRows(nRows: number, fields: readonly Field[], json: boolean): Promise<void> {
  const line = json
    ? (row: number) => JSON.stringify(Object.fromEntries(fields.map(({ name, value }) => [name, value(row)])))
    : (row: number) => fields.map(({ value }) => value(row)).join(',');
  let text = json ? '' : `${fields.map(({ name }) => quoted(name)).join(',')}\n`;
  for (let row = 0; row < nRows; row++) {
    text += `${line(row)}\n`;
    if (text.length < CHUNK) continue;
    await write(text);
    text = '';
  }
  await write(text);
}

/** Objects of one shape (a later one may have a key more), as CSV; what is undefined is an empty field. */
export async function writeTable(rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => names.map((name) => quoted(String(row[name] ?? ''))).join(','));
  await write(`${[names.map(quoted).join(','), ...lines].join('\n')}\n`);
}

export async function writeJson(value: unknown): Promise<void> {
  await write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Waits where the reader of a pipe is slower. */
async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** A name as a CSV field. */
function quoted(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
