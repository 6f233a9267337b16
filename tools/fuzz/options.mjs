// Calls with anything for an option, a row or a matrix: they work, or throw an error with a name; never anything else.
import { callsOf, draw } from './anything.mjs';
import { named } from './expect.mjs';

const calls = new WeakMap();

export function options(lib, g) {
  if (!calls.has(lib)) calls.set(lib, callsOf(lib));
  const { arbitrary, run } = g.pick(calls.get(lib));
  const values = draw(arbitrary, g);
  return named(lib, () => run(values)).error === undefined ? 'done' : 'refused';
}
