/** Calls with few rows take a way of their own; it may show in nothing but the time. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture } from '../src/index.js';
import { clusters, matrixOf, randomParameters, rowsOf } from './helpers/data.js';
import { BACKENDS, bits, TYPES, thrownBy } from './helpers/numbers.js';

const [N, D, K] = [150, 3, 4];
const values = clusters(N, D, K);
const rows = rowsOf(values, D);

/** Everything a model says of rows, as bits. */
function answers(model: GaussianMixture, Y: Parameters<GaussianMixture['predict']>[0]) {
  return {
    scores: bits(model.scoreSamples(Y)),
    labels: Array.from(model.predict(Y)),
    responsibilities: bits(model.predictProba(Y)),
    terms: bits(model.weightedLogProb(Y)),
  };
}

describe.each(BACKENDS)('%s', (backend) => {
  it.each(TYPES)('says the same of %s rows one by one, few at a time and all at once', (type) => {
    const model = GaussianMixture.fromParameters({ ...randomParameters(type, K, D), backend });
    const whole = answers(model, matrixOf(values, D));
    for (const size of [1, 5, 63, 64, 65]) {
      for (let start = 0; start < N; start += size) {
        const end = Math.min(start + size, N);
        const got = answers(model, rows.slice(start, end));
        expect(got.scores).toEqual(whole.scores.slice(start, end));
        expect(got.labels).toEqual(whole.labels.slice(start, end));
        expect(got.responsibilities).toEqual(whole.responsibilities.slice(start * K, end * K));
        expect(got.terms).toEqual(whole.terms.slice(start * K, end * K));
      }
    }
  });

  it('keeps models apart, more of them than stay open', () => {
    const models = Array.from({ length: 9 }, (_, i) =>
      GaussianMixture.fromParameters({ ...randomParameters(TYPES[i % 4]!, 1 + (i % 3), D, i), backend }),
    );
    const alone = models.map((model) => answers(model, [rows[0]!]));
    for (let round = 0; round < 3; round++) {
      models.forEach((model, i) => expect(answers(model, [rows[0]!])).toEqual(alone[i]));
      expect(answers(models[0]!, [rows[0]!])).toEqual(alone[0]);
    }
  });

  it('takes float32 rows, before and after others', () => {
    const model = GaussianMixture.fromParameters({ ...randomParameters('full', K, D), backend });
    const single = Float32Array.from(values.subarray(0, 5 * D));
    const wanted = answers(model, matrixOf(Float64Array.from(single), D));
    expect(answers(model, matrixOf(single, D))).toEqual(wanted);
    answers(model, rows.slice(0, 2));
    expect(answers(model, matrixOf(single, D))).toEqual(wanted);
  });

  it('survives an error between two calls', () => {
    const model = GaussianMixture.fromParameters({ ...randomParameters('full', K, D), backend });
    const wanted = answers(model, [rows[3]!]);
    expect(thrownBy(() => model.predict([[1e200, 1e200, 1e200]])).name).toBe('ZeroDensityError');
    expect(thrownBy(() => model.predict([[1, 2]])).name).toBe('InvalidDataError');
    expect(answers(model, [rows[3]!])).toEqual(wanted);
  });
});

it('a model of a fit far from 0 keeps its origin', () => {
  const far = values.map((value) => value + 1e8);
  const model = GaussianMixture.fit(matrixOf(far, D), { nComponents: 2, maxIter: 3, tol: 0 });
  const scores = model.scoreSamples(matrixOf(far, D));
  expect(bits(model.scoreSamples([Array.from(far.subarray(0, D))]))).toEqual(bits(scores.subarray(0, 1)));
});
