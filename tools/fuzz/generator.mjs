// Random choices of a case, all from one seed.
import { generator } from '../shared/generator.mjs';

/** Uniform and normal numbers, and what the cases are made of. */
export function createGenerator(seed) {
  const { uniform, normal } = generator(seed);
  const integer = (least, most) => least + Math.floor(uniform() * (most - least + 1));
  return {
    uniform,
    integer,
    normal,
    chance: (p) => uniform() < p,
    pick: (choices) => choices[integer(0, choices.length - 1)],
    /** an integer, small ones more often */
    skewed: (least, most) => least + Math.floor((most - least + 1) * uniform() ** 2),
  };
}

/** Entries of an option object, each with its chance of being there at all. */
export function some(g, entries) {
  const chosen = {};
  for (const [name, [chance, make]] of Object.entries(entries)) if (g.chance(chance)) chosen[name] = make();
  return chosen;
}
