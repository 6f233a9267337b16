/** A bundle without the gradient method says how to get it. This file must not import the library's index. */
import { expect, it } from 'vitest';
import { GRADIENT } from '../../src/optimize/gradient.js';
import { gradientOptimizer, registerOptimizer } from '../../src/optimize/optimizer.js';
import { thrownBy } from '../helpers/numbers.js';

it('registers itself where it is evaluated, and is missed by name where it is not', () => {
  // importing gradient.js has registered it, as importing the unbundled library does
  expect(gradientOptimizer()).toBe(GRADIENT);
  registerOptimizer(undefined as never);
  const error = thrownBy<{ code: string; message: string }>(gradientOptimizer);
  expect(error.code).toBe('INVALID_OPTION');
  expect(error.message).toContain("import { gradient } from 'mixwasm'");
  registerOptimizer(GRADIENT);
});
