// Readers of the command line: damaged files are refused by a CliError, and how a file is cut into chunks never shows.
import { check, Finding, sameBits } from './expect.mjs';

export async function tables(lib, g) {
  const make = g.pick([csv, ndjson, npy]);
  const { read, bytes: sound } = make(lib.readers, g);
  const bytes = g.chance(0.6) ? damaged(g, sound) : sound;
  const [whole, pieces] = [
    await outcome(lib, read, bytes, [bytes.length]),
    await outcome(lib, read, bytes, cuts(g, bytes.length)),
  ];
  if (bytes === sound) check(whole.error === undefined, () => `a sound file is refused: ${whole.error}`);
  check(
    whole.error?.message === pieces.error?.message,
    () => `in chunks: ${pieces.error ?? 'no error'}, not ${whole.error ?? 'none'}`,
  );
  if (whole.error !== undefined) return 'refused';
  const [a, b] = [whole.table, pieces.table];
  check(a.nRows === b.nRows && a.columns.length === b.columns.length, 'chunks change the shape of the table');
  sameBits(a.cells, b.cells, 'cells of the file in chunks');
  check(JSON.stringify(a.columns) === JSON.stringify(b.columns), 'chunks change what is known of the columns');
  check(a.cells.length === a.nRows * a.columns.length, 'cells are not rows × columns');
  return 'read';
}

async function outcome({ readers }, read, bytes, sizes) {
  let [at, next] = [0, 0];
  const pull = async () => {
    if (at >= bytes.length) return undefined;
    const size = Math.max(1, sizes[next++ % sizes.length]);
    at += size;
    return bytes.subarray(at - size, at);
  };
  const source = new readers.ByteSource({ name: 'fuzzed', path: undefined, size: undefined }, pull, async () => {});
  try {
    return { table: await read(source) };
  } catch (error) {
    if (!(error instanceof readers.CliError))
      throw new Finding(`an error without a name: ${error?.stack ?? error}`, { cause: error });
    return { error };
  }
}

const cuts = (g, length) =>
  Array.from({ length: g.integer(1, 9) }, () => g.integer(1, Math.max(1, Math.ceil(length / g.integer(1, 20)))));

const encode = (text) => new TextEncoder().encode(text);

function cell(g) {
  return g.pick([
    () => String(g.normal()),
    () => String(g.integer(-1e6, 1e6)),
    () => (g.normal() * 10 ** g.integer(-320, 310)).toExponential(g.integer(0, 20)),
    () =>
      g.pick(['', 'NA', 'nan', 'Infinity', '-0', '+1.', '.5', '1e', '0x1f', '1_000', 'true', 'ä', '"a ""b"""', '1,5']),
  ])();
}

function csv(readers, g) {
  const [n, d] = [g.integer(1, 40), g.integer(1, 6)];
  const delimiter = g.pick([',', ';', '\t', '|']);
  const end = g.pick(['\n', '\r\n']);
  const quoted = (text) => (/[",;|\t\n]/.test(text) && !/^".*"$/.test(text) ? `"${text}"` : text);
  const lines = Array.from({ length: n }, () => Array.from({ length: d }, () => quoted(cell(g))).join(delimiter));
  // a line of nothing would not be a row
  const rows = d === 1 ? lines.map((line) => line || '0') : lines;
  if (g.chance(0.7)) rows.unshift(Array.from({ length: d }, (_, j) => `name ${j}`).join(delimiter));
  const options = { delimiter };
  return {
    read: (source) => readers.readDelimited(source, options),
    bytes: encode(rows.join(end) + (g.chance(0.7) ? end : '')),
  };
}

function ndjson(readers, g) {
  const [n, d] = [g.integer(1, 30), g.integer(1, 5)];
  const value = () => g.pick([() => g.normal(), () => null, () => true, () => 'text', () => '1.5', () => 1e300])();
  const arrays = g.chance(0.4);
  const row = () =>
    arrays
      ? Array.from({ length: d }, value)
      : Object.fromEntries(Array.from({ length: d }, (_, j) => [g.chance(0.02) ? '__proto__' : `k${j}`, value()]));
  return { read: readers.readNdjson, bytes: encode(Array.from({ length: n }, () => JSON.stringify(row())).join('\n')) };
}

function npy(readers, g) {
  const [dtype, Values] = g.pick([
    ['<f8', Float64Array],
    ['<f4', Float32Array],
    ['<i4', Int32Array],
    ['|u1', Uint8Array],
  ]);
  const [n, d] = [g.integer(0, 20), g.integer(1, 5)];
  const shape = g.pick([`(${n}, ${d})`, `(${n * d},)`]);
  const dictionary = `{'descr': '${dtype}', 'fortran_order': ${g.pick(['True', 'False'])}, 'shape': ${shape}, }`;
  const header = `${dictionary.padEnd(117)}\n`;
  const values = Values.from({ length: n * d }, () => Math.round(100 * g.normal()));
  const start = Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0);
  return {
    read: readers.readNpy,
    bytes: new Uint8Array(Buffer.concat([start, encode(header), new Uint8Array(values.buffer)])),
  };
}

function damaged(g, sound) {
  const bytes = Buffer.from(sound);
  for (let times = g.integer(1, 3); times > 0; times--) {
    const at = g.integer(0, Math.max(0, bytes.length - 1));
    const where = g.pick([
      () => bytes.fill(g.integer(0, 255), at, Math.min(bytes.length, at + 1)),
      () =>
        bytes.fill(
          g.pick(['9', '"', ',', '\n', '\r', '{', '(', '-', 'e', '\0']),
          at,
          Math.min(bytes.length, at + g.skewed(1, 12)),
        ),
      () => bytes.subarray(0, at),
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(g.integer(0, bytes.length))]),
    ])();
    if (where.length !== bytes.length) return new Uint8Array(where);
  }
  return new Uint8Array(bytes);
}
