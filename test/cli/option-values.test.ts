/** Values of options: what is taken, what is refused and in which words. */
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  choiceList,
  integer,
  integerRange,
  nameList,
  nonNegative,
  oneCharacter,
  threadCount,
} from '../../src/cli/numbers.js';

type Parse = (text: string) => unknown;
const TAKEN: [string, Parse, string, unknown][] = [
  ['integer', integer(1), '1', 1],
  ['integer', integer(1), ' 12 ', 12],
  ['integer', integer(Number.MIN_SAFE_INTEGER), '-3', -3],
  ['nonNegative', nonNegative, '0', 0],
  ['nonNegative', nonNegative, '1e-6', 1e-6],
  ['nameList', nameList, 'a, b c,3', ['a', 'b c', '3']],
  ['oneCharacter', oneCharacter, ';', ';'],
  ['oneCharacter', oneCharacter, ' ', ' '],
  ['oneCharacter', oneCharacter, '\\t', '\t'],
  ['oneCharacter', oneCharacter, 'tab', '\t'],
  ['oneCharacter', oneCharacter, '\t', '\t'],
  ['threadCount', threadCount, 'auto', 'auto'],
  ['threadCount', threadCount, '2', 2],
  ['integerRange', integerRange, '3', [3]],
  ['integerRange', integerRange, '1..4', [1, 2, 3, 4]],
  ['integerRange', integerRange, '8, 2..3, 2,4', [2, 3, 4, 8]],
  ['integerRange', integerRange, '5..5', [5]],
  ['choiceList', choiceList(['full', 'diag']), 'diag, full,diag', ['diag', 'full']],
];
const REFUSED: [string, Parse, string, RegExp][] = [
  ['integer', integer(1), '0', /an integer of at least 1\./],
  ['integer', integer(1), '2.5', /an integer of at least 1\./],
  ['integer', integer(1), '', /an integer of at least 1\./],
  ['integer', integer(0), '9007199254740993', /an integer of at least 0\./],
  ['integer', integer(Number.MIN_SAFE_INTEGER), 'x', /must be an integer\.$/],
  ['nonNegative', nonNegative, '-1', /a number of at least 0/],
  ['nonNegative', nonNegative, 'Infinity', /a number of at least 0/],
  ['nonNegative', nonNegative, ' ', /a number of at least 0/],
  ['nonNegative', nonNegative, 'x', /a number of at least 0/],
  ['nameList', nameList, 'a,,b', /column names/],
  ['nameList', nameList, '', /column names/],
  ['oneCharacter', oneCharacter, '::', /one character, or tab/],
  ['oneCharacter', oneCharacter, '', /one character, or tab/],
  ['oneCharacter', oneCharacter, '"', /one character, or tab/],
  ['oneCharacter', oneCharacter, 'é', /one character, or tab/],
  ['threadCount', threadCount, '0', /from 1 to 256/],
  ['integerRange', integerRange, '4..2', /a range such as 1\.\.10/],
  ['integerRange', integerRange, '1..2..3', /a range such as 1\.\.10/],
  ['integerRange', integerRange, '1,', /at least 1/],
  ['choiceList', choiceList(['full', 'diag']), 'full,round', /of full, diag, with commas/],
];

describe('an option value', () => {
  it.each(TAKEN)('$0 takes $2', (_, parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each(REFUSED)('$0 refuses $2', (_, parse, text, message) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
    expect(() => parse(text)).toThrow(message);
  });
});
