/** Standard deviations of columns, however small or large their numbers are. */
import { expect, it } from 'vitest';
import { standardizationOf, standardize } from '../../src/cli/standardize.js';

const column = (values: readonly number[]) => ({
  X: { data: Float64Array.from(values), rows: values.length, columns: 1 },
  featureNames: ['a'],
  leftOut: [],
  truths: [],
});
const plain = [1, 2, 3, 4, 5];

it.each([2 ** -664, 2 ** -900, 2 ** 664, 2 ** 1000, 3e-200, 7e250])('of numbers times %d', (unit) => {
  const values = plain.map((value) => value * unit);
  const selection = column(values);
  const { means, scales } = standardizationOf(selection);
  expect(means[0]! / unit).toBeCloseTo(3, 12);
  expect(scales[0]! / unit).toBeCloseTo(Math.SQRT2, 12);
  standardize(selection.X, { means, scales });
  plain.forEach((value, i) => expect(selection.X.data[i]).toBeCloseTo((value - 3) / Math.SQRT2, 12));
});

it.each([
  [[0.1, 0.1, 0.1], 'column a is constant (0.1) and cannot be standardized'],
  [[1e-320, 1e-320], 'column a is constant (1e-320) and'],
  [[1.7e308, -1.7e308, 1.7e308, 1.7e308], 'column a is too widely spread and cannot be standardized'],
])('%j has none', (values, message) => {
  expect(() => standardizationOf(column(values))).toThrow(message);
});
