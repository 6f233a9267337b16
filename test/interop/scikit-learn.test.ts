/** Gaussian mixtures to and from scikit-learn; with Python, against scikit-learn itself. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  fromScikitLearn,
  GaussianMixture,
  InvalidParametersError,
  NotPositiveDefiniteError,
  toScikitLearn,
} from '../../src/index.js';
import { clusters, randomParameters, rowsOf } from '../helpers/data.js';
import { bits, relativeEach, TYPES, thrownBy } from '../helpers/numbers.js';

const rows = rowsOf(clusters(80, 3, 3), 3);

describe.each(TYPES)('%s', (type) => {
  const model = GaussianMixture.fromParameters(randomParameters(type, 3, 3));

  it('there and back has the same bits', () => {
    const json = toScikitLearn(model);
    for (const form of [json, JSON.stringify(json)]) {
      const again = fromScikitLearn(form);
      expect(again.covarianceType).toBe(type);
      expect(bits(again.covariances)).toEqual(bits(model.covariances));
      expect(bits(again.scoreSamples(rows))).toEqual(bits(model.scoreSamples(rows)));
    }
  });

  it('has the shapes of scikit-learn', () => {
    const { weights_, means_, covariances_, covariance_type } = toScikitLearn(model);
    expect(covariance_type).toBe(type);
    const shape = (array: unknown): number[] => (Array.isArray(array) ? [array.length, ...shape(array[0])] : []);
    expect(shape(weights_)).toEqual([3]);
    expect(shape(means_)).toEqual([3, 3]);
    expect(shape(covariances_)).toEqual({ full: [3, 3, 3], tied: [3, 3], diag: [3, 3], spherical: [3] }[type]);
  });
});

it('names of columns go along', () => {
  const objects = rows.map(([a, b, c]) => ({ c, a, b }));
  const model = GaussianMixture.fit(objects, { nComponents: 2, columns: ['a', 'b', 'c'] });
  const json = toScikitLearn(model);
  expect(json.feature_names_in_).toEqual(['a', 'b', 'c']);
  expect(fromScikitLearn(json).predict(objects)).toEqual(model.predict(objects));
});

it('what is none is told', () => {
  const good = toScikitLearn(GaussianMixture.fit(rows, { nComponents: 2 }));
  const { means_, ...without } = good;
  expect(means_).toHaveLength(2);
  for (const [bad, message] of [
    [without, /needs means_.*got an object with covariance_type, weights_, covariances_/],
    [null, /needs an object/],
    ['{', /not valid JSON/],
    [{ ...good, weights_: [0.5, 0.6] }, /sum to 1/],
    [{ ...good, covariances_: [1, 2] }, /covariances.* must have shape 2 × 3 × 3/],
  ] as const) {
    const error = thrownBy(() => fromScikitLearn(bad));
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toMatch(message);
  }
  const singular = {
    weights_: [1],
    means_: [[0, 0]],
    covariances_: [
      [
        [1, 1],
        [1, 1],
      ],
    ],
  };
  expect(() => fromScikitLearn(singular)).toThrow(NotPositiveDefiniteError);
  const coins = BernoulliMixture.fromParameters({ probs: [[0.5]] });
  expect(() => toScikitLearn(coins as unknown as GaussianMixture)).toThrow(/takes a GaussianMixture/);
});

/** The Python to ask: of MIXWASM_PYTHON, or python3. */
const python = process.env.MIXWASM_PYTHON ?? 'python3';

/** The Python of docs/interop.md: the lines that a reader copies are the lines that are tested. */
function snippet(name: string): string {
  const page = readFileSync(new URL('../../docs/interop.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```python\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  const found = blocks.find((code) => code.includes(`def ${name}(`));
  if (found === undefined) throw new Error(`docs/interop.md defines no ${name}`);
  return found;
}

function run(code: string, input: unknown): never {
  const out = execFileSync(python, ['-c', code], { input: JSON.stringify(input), encoding: 'utf8' });
  return JSON.parse(out) as never;
}

function missing(): string | undefined {
  try {
    execFileSync(python, ['-c', 'import sklearn'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `${python} has no scikit-learn (set MIXWASM_PYTHON to one that has)`;
  }
}

const why = missing();
describe(`scikit-learn itself${why === undefined ? '' : `: skipped, ${why}`}`, () => {
  const models = new Map(
    TYPES.map((covarianceType) => [
      covarianceType,
      GaussianMixture.fit(rows, { nComponents: 3, covarianceType, seed: 1 }),
    ]),
  );
  const there = `import json, sys\n${snippet('load_mixture')}\nd = json.load(sys.stdin)
logs = {type: load_mixture(model).score_samples(d["rows"]).tolist() for type, model in d["models"].items()}
json.dump(logs, sys.stdout)`;
  const back = `import json, sys\nfrom sklearn.mixture import GaussianMixture\n${snippet('dump_mixture')}\nd = json.load(sys.stdin)
fits = {type: GaussianMixture(3, covariance_type=type, random_state=0).fit(d["rows"]) for type in d["types"]}
json.dump({type: {"json": dump_mixture(g), "logs": g.score_samples(d["rows"]).tolist()} for type, g in fits.items()}, sys.stdout)`;
  let theirs: Record<string, number[]>;
  let fits: Record<string, { json: string; logs: number[] }>;
  // all four shapes at once: to import scikit-learn takes seconds
  beforeAll(() => {
    const ours = Object.fromEntries(Array.from(models, ([type, model]) => [type, toScikitLearn(model)]));
    theirs = run(there, { models: ours, rows });
    fits = run(back, { types: TYPES, rows });
  }, 60_000);

  it.skipIf(why !== undefined).each(TYPES)('agrees about the log-likelihood, both ways (%s)', (type) => {
    expect(relativeEach(models.get(type)!.scoreSamples(rows), theirs[type]!)).toBeLessThan(1e-12);
    const { json, logs } = fits[type]!;
    expect(relativeEach(fromScikitLearn(json).scoreSamples(rows), logs)).toBeLessThan(1e-12);
  });
});
