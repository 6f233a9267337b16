/** A bundle without a method says how to get it. This file must not import the library's index. */
import { expect, it, vi } from 'vitest';
import { thrownBy } from '../helpers/numbers.js';

const LOADERS = {
  gradient: () => import('../../src/optimize/gradient.js'),
  squarem: () => import('../../src/optimize/squarem.js'),
  anderson: () => import('../../src/optimize/anderson.js'),
};

it.each(['gradient', 'squarem', 'anderson'] as const)(
  '%s registers itself where it is evaluated, and is missed by name where it is not',
  async (name) => {
    // as in a bundle: modules of its own, of which only what is imported is evaluated
    vi.resetModules();
    const { gradientOptimizer, accelerationOf } = await import('../../src/optimize/method.js');
    const find = () => (name === 'gradient' ? gradientOptimizer() : accelerationOf(name));
    const error = thrownBy<{ code: string; message: string }>(find);
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain(`import { ${name} } from 'mixwasm'`);
    const module: Record<string, unknown> = await LOADERS[name]();
    expect(find()).toBe(module[name]);
    expect(find().name).toBe(name);
  },
);
