/** Rows of the catalogue: what models are asked, and models that others saved. */
import { expect } from 'vitest';
import { InvalidDataError, InvalidOptionError, InvalidParametersError, ZeroDensityError } from '../../src/index.js';
import type { Family, Model } from './families.js';
import { by, type CallRow, type Ending, refused } from './row.js';

const MIXTURES = ['gaussian', 'bernoulli'] as const;

/** An ordinary model's JSON, changed. */
const loading = (
  what: string,
  change: (json: Record<string, unknown>, family: Family) => unknown,
  ends: CallRow['ends'],
): CallRow => ({
  what: `JSON ${what}`,
  call: (family, ordinary) => family.fromJSON(change(JSON.parse(JSON.stringify(ordinary)), family)),
  ends,
});

/** The array of an ordinary model's JSON that every family has, by its name. */
const table = (json: Record<string, unknown>) => (json.means ?? json.probs ?? json.centers) as unknown[][];
const tableName = (json: Record<string, unknown>) =>
  ['means', 'probs', 'centers'].find((name) => name in json) as string;

const notSaved = (reason: RegExp): Ending =>
  refused(InvalidParametersError, new RegExp(`^not a saved [^:]+: ${reason.source}`));
const badNumbers = refused(
  InvalidParametersError,
  /(must (have shape|hold finite numbers|be an array)|would hold|non-empty)/,
);

export const MODEL_ROWS: CallRow[] = [
  {
    what: 'predict with a wrong D',
    call: (_, model) => model.predict([[0, 1]]),
    ends: refused(
      InvalidDataError,
      /^the model has 3 features but the data have 2 columns; pass rows of 3 (numbers|values)/,
    ),
  },
  {
    what: 'predict at 1e160',
    kinds: ['gaussian', 'k-means'],
    call: (_, model) =>
      model.predict([
        [0, 0, 0],
        [1e160, 1e160, 1e160],
      ]),
    ends: by(({ kind }) =>
      kind === 'gaussian'
        ? refused(ZeroDensityError, /^row 1 has a density of 0 .*check its units/, { row: 1 })
        : refused(InvalidDataError, /row 1 is so far from every center.*check its units/, { row: 1 }),
    ),
  },
  {
    what: 'predict at 1e160 by medians',
    kinds: ['k-medians'],
    call: (_, model) =>
      model.predict([
        [0, 0, 0],
        [1e160, 1e160, 1e160],
      ]),
    ends: (labels) => expect((labels as unknown as Int32Array).length).toBe(2),
  },
  ...[1e160, 2, 0.5, -1].map(
    (value): CallRow => ({
      what: `predict of ${value} by probabilities`,
      kinds: ['bernoulli'],
      call: (_, model) =>
        model.predict([
          [0, 0, 0],
          [0, value, 1],
        ]),
      ends: refused(InvalidDataError, /must hold 0 and 1 .*at row 1, column 1; binarise/, { row: 1, column: 1 }),
    }),
  ),
  {
    what: 'predict of a NaN',
    call: (_, model) =>
      model.predict([
        [0, 1, 0],
        [0, Number.NaN, 0],
      ]),
    ends: refused(InvalidDataError, /got NaN at row 1, column 1/, { row: 1, column: 1 }),
  },
  {
    what: 'predict of nothing',
    call: (_, model) => model.predict([]),
    ends: refused(InvalidDataError, /is empty/),
  },
  ...[0, 2.5, -1, '3', Number.NaN].map(
    (n): CallRow => ({
      what: `sample(${typeof n === 'string' ? `"${n}"` : n})`,
      kinds: MIXTURES,
      call: (_, model) => model.sample(n),
      ends: refused(InvalidOptionError, /^n must be an integer.*; got/, { option: 'n' }),
    }),
  ),
  {
    what: 'sample(1e12)',
    kinds: MIXTURES,
    call: (_, model) => model.sample(1e12),
    ends: refused(InvalidOptionError, /^n must be an integer from 1 to \d+; got 1000000000000$/, { option: 'n' }),
  },
  ...[0, 1, 10, 100, 200].map(
    (length): CallRow => ({
      what: `JSON cut off after ${length} characters`,
      call: (family, ordinary) => family.fromJSON(JSON.stringify(ordinary).slice(0, length)),
      ends: notSaved(/not valid JSON \(/),
    }),
  ),
  ...[null, undefined, 3, true, [], '[]', 'null', () => 0].map(
    (json): CallRow => ({
      what: `JSON ${JSON.stringify(json) ?? typeof json}`,
      call: (family) => family.fromJSON(json),
      ends: notSaved(/expected an object or its JSON text, got/),
    }),
  ),
  loading(
    'of a wrong version',
    (json) => ({ ...json, version: 2 }),
    notSaved(/version must be 1; got 2; it was saved by another release/),
  ),
  loading('of no version', ({ version: _, ...json }) => json, notSaved(/version must be 1; got undefined/)),
  loading(
    'of another model',
    (json) => ({ ...json, format: 'mixwasm/other' }),
    notSaved(/format must be "mixwasm\/.*; got "mixwasm\/other"/),
  ),
  loading(
    'with __proto__ and constructor',
    (json) =>
      JSON.stringify(json).replace(
        '{',
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,',
      ),
    (model: Model) => {
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      expect((model as unknown as Record<string, unknown>).polluted).toBeUndefined();
      expect(JSON.stringify(model)).not.toContain('polluted');
      expect(Object.getPrototypeOf(Object.getPrototypeOf(model))).not.toBe(Object.prototype);
    },
  ),
  loading(
    'whose numbers are inherited by way of __proto__',
    (json) => `{"__proto__":${JSON.stringify(json)}}`,
    notSaved(/format must be/),
  ),
  loading('with inherited fields', (json) => Object.create(json), notSaved(/format must be/)),
  loading(
    'with a row too few',
    (json) => ({ ...json, [tableName(json)]: [table(json)[0]], weights: json.weights ?? [1], fit: json.fit }),
    by(({ kind }) =>
      kind === 'gaussian' || kind === 'bernoulli'
        ? refused(InvalidParametersError, /must have shape 2 × 3 .*expected an array of 2 here, got length 1/)
        : refused(InvalidParametersError, /fit\.clusterCounts must have shape 1/),
    ),
  ),
  loading('with a ragged row', (json) => ({ ...json, [tableName(json)]: [table(json)[0], [1]] }), badNumbers),
  ...[null, '1', Infinity, [1], {}].map((value) =>
    loading(
      `with ${JSON.stringify(value) === 'null' && value !== null ? 'Infinity' : JSON.stringify(value)} for a number`,
      (json) => ({ ...json, [tableName(json)]: [[value, ...table(json)[0]!.slice(1)], table(json)[1]] }),
      refused(InvalidParametersError, /(must hold finite numbers|array of (nComponents|one or more) rows)/),
    ),
  ),
  loading('with 1e999 in its text', (json) => JSON.stringify(json).replace(/(\[\[)[-\d.e]+/, '$11e999'), badNumbers),
  loading(
    'with arrays that claim to be huge',
    (json) => ({ ...json, [tableName(json)]: { length: 1e9, 0: { length: 1e9, 0: 1 } } }),
    refused(InvalidParametersError, /must (be an array|have shape)/),
  ),
  loading(
    'with huge arrays',
    (json) => ({
      ...json,
      weights: new Array(40_000).fill(1 / 40_000),
      [tableName(json)]: new Array(40_000).fill([...new Array(20_000).fill(0.5)]),
    }),
    refused(InvalidParametersError, /would hold 40000 × 20000.* numbers, more than/),
  ),
  loading(
    'with 20,000 unknown fields',
    (json) => {
      const huge: Record<string, unknown> = { ...json };
      for (let i = 0; i < 20_000; i++) huge[`field${i}`] = i;
      return huge;
    },
    (model: Model) => expect(Object.keys(model.toJSON()).length).toBeLessThan(12),
  ),
  loading(
    'nested 100,000 deep',
    () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    notSaved(/(not valid JSON|expected an object)/),
  ),
  loading('with a fit of a wrong kind', (json) => ({ ...json, fit: 7 }), notSaved(/fit must be an object; got 7/)),
  loading(
    'with a number of iterations of 1.5',
    (json) => ({ ...json, fit: { ...(json.fit as object), nIter: 1.5 } }),
    notSaved(/fit\.nIter must be a non-negative integer; got 1.5/),
  ),
  loading(
    'with a backend of __proto__',
    (json) => ({ ...json, backend: '__proto__' }),
    notSaved(/backend must be one of wasm, js; got "__proto__"/),
  ),
  {
    what: 'weights off by 0.1 in JSON',
    kinds: MIXTURES,
    call: (family, ordinary) => family.fromJSON({ ...ordinary.toJSON(), weights: [0.5, 0.6] }),
    ends: refused(InvalidParametersError, /^weights must sum to 1 \(within 1e-8\); they sum to 1.1/),
  },
  {
    what: 'θ of exactly 0 and 1',
    kinds: ['bernoulli'],
    call: (family, _, backend) => {
      const model = family.fromParameters({
        probs: [
          [0, 1],
          [1, 0],
        ],
        backend,
      }) as Model & { scoreSamples(X: unknown): Float64Array; predictProba(X: unknown): Float64Array };
      expect(
        Array.from(
          model.scoreSamples([
            [0, 1],
            [0, 0],
          ]),
        ),
      ).toEqual([Math.log(0.5), -Infinity].map((v) => expect.closeTo(v, 15)));
      expect(
        Array.from(
          model.predictProba([
            [0, 1],
            [1, 0],
          ]),
        ),
      ).toEqual([1, 0, 0, 1]);
      return model.predict([[0, 0]]);
    },
    ends: refused(ZeroDensityError, /^row 0 has a density of 0/, { row: 0 }),
  },
  ...[-0.1, 1.1, Number.NaN].map(
    (p): CallRow => ({
      what: `θ of ${p}`,
      kinds: ['bernoulli'],
      call: (family) => family.fromParameters({ probs: [[0.5, p]] }),
      ends: refused(InvalidParametersError, /^probs(\[0\])? must/),
    }),
  ),
];
