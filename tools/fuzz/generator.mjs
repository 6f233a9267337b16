// Random choices of a case, all from one seed, by a generator of its own: the library's cannot hide its faults.

/** mulberry32, and what the cases are made of. */
export function createGenerator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  };
  const uniform = () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
  const integer = (least, most) => least + Math.floor(uniform() * (most - least + 1));
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
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
