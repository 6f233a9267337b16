/** The catalogue once more, by way of `fitStream`: rows whose data a chunk can hold, and options that a stream has. */
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, fitStream, GaussianMixture, InvalidDataError, InvalidOptionError } from '../../src/index.js';
import { BACKENDS } from '../helpers/numbers.js';
import { errorOf, expectRefusal } from './catalogue.js';
import { DATA_ROWS } from './data-rows.js';
import { type Backend, FAMILIES, type Family, fingerprint, type Model } from './families.js';
import { OPTION_ROWS } from './option-rows.js';
import { type Ending, endingOf, type FitRow, refused } from './row.js';

interface Chunk {
  data: Float64Array | Uint8Array;
  columns: number;
  sampleWeights?: ArrayLike<number>;
}

/** The data as chunks of seven rows, if they are a table of numbers that such a chunk can hold. */
function chunksOf(X: unknown, family: Family, sampleWeights: ArrayLike<number> | undefined): Chunk[] | undefined {
  const flat = X as { data?: ArrayLike<number>; rows?: number; columns?: number };
  const table = Array.isArray(X) ? (X as number[][]) : undefined;
  const columns = table === undefined ? flat.columns : table[0]?.length;
  const values = table === undefined ? flat.data : table.flat();
  if (columns === undefined || columns === 0 || values === undefined || values.length % columns !== 0) return undefined;
  if (values.length / columns !== (table?.length ?? flat.rows)) return undefined;
  const list = Array.from(values);
  if (family.kind === 'bernoulli' && !list.every((v) => Number.isInteger(v) && v >= 0 && v < 256)) return undefined;
  if (sampleWeights !== undefined && sampleWeights.length !== list.length / columns) return undefined;
  const data = family.kind === 'bernoulli' ? Uint8Array.from(list) : Float64Array.from(list);
  return Array.from({ length: Math.ceil(list.length / columns / 7) }, (_, i) => ({
    data: data.subarray(7 * i * columns, 7 * (i + 1) * columns),
    columns,
    ...(sampleWeights && { sampleWeights: Array.from(sampleWeights).slice(7 * i, 7 * (i + 1)) }),
  }));
}

/** What a stream says in other words, or does otherwise. */
const OTHERWISE: [RegExp, Ending][] = [
  [/^empty data/, refused(InvalidDataError, /^the source has no rows; at least one is needed/)],
  [
    /^sampleWeights 1111/,
    refused(InvalidDataError, /^sampleWeights must be finite and not negative; got "1" at row 0/),
  ],
  [/^a misspelt option/, refused(InvalidOptionError, /^fitStream has no option "maxIters"; did you mean maxIter\?$/)],
  [/^an option that resembles none/, refused(InvalidOptionError, /^fitStream has no option "q"; known: n/)],
  [
    /^N < K$/,
    refused(
      InvalidDataError,
      /^3 components need at least 3 rows of positive weight; the source has 2; lower nComponents/,
    ),
  ],
  [
    /^K of 1e9$/,
    refused(
      InvalidDataError,
      /^1000000000 components need at least 1000000000 rows of positive weight; the source has 60/,
    ),
  ],
];

/** Labels and responsibilities by row are nothing that a stream could take. */
function isStreamed({ options = {} }: { options?: object }): boolean {
  const { init, ...rest } = options as { init?: unknown };
  return typeof init !== 'object' && !('optimizer' in rest);
}

async function fit(family: Family, chunks: Chunk[], options: object): Promise<Model> {
  const Class = family.kind === 'gaussian' ? GaussianMixture : BernoulliMixture;
  const model = (await fitStream(Class as never, () => chunks as never, options as never)) as unknown as Model;
  // the rows are not kept, so the model cannot label them by itself
  const labels = model.predict({
    data: chunks.flatMap(({ data }) => Array.from(data)),
    rows: chunks.reduce((n, { data, columns }) => n + data.length / columns, 0),
    columns: chunks[0]!.columns,
  });
  return new Proxy(model, {
    get: (target, name) => {
      if (name === 'labels') return labels;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe.each(FAMILIES.filter(({ kind }) => kind === 'gaussian' || kind === 'bernoulli'))('$name', (family) => {
  const prepare = (row: FitRow, backend: Backend) => {
    const { X = family.rows, options = {} } = row.given(family);
    const { sampleWeights, ...rest } = options as { sampleWeights?: ArrayLike<number> };
    const chunks = isStreamed({ options }) ? chunksOf(X, family, sampleWeights) : undefined;
    return chunks && { chunks, options: { [family.count]: 2, ...family.own, backend, ...rest } };
  };
  describe.each(BACKENDS)('%s', (backend) => {
    const rows = [...DATA_ROWS, ...OPTION_ROWS].filter(
      (row) => (row.kinds?.includes(family.kind) ?? true) && prepare(row, backend) !== undefined,
    );
    it('has most rows of the catalogue', () => expect(rows.length).toBeGreaterThan(35));

    it.each(rows.map((row) => [row.what, row] as const))('%s', async (what, row) => {
      const { chunks, options } = prepare(row, backend)!;
      const ending = OTHERWISE.find(([pattern]) => pattern.test(what))?.[1] ?? endingOf(row, family);
      const ordinary = async () =>
        fingerprint(
          await fit(family, chunksOf(family.rows, family, undefined)!, {
            [family.count]: 2,
            ...family.own,
            backend,
            maxIter: 2,
          }),
        );
      const usual = await ordinary();
      if (typeof ending === 'function') ending(await fit(family, chunks, options), family);
      else expectRefusal(await errorOf(() => fit(family, chunks, options)), ending);
      expect(await ordinary()).toEqual(usual);
    });
  });
});
