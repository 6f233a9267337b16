/**
 * What `npm run bench` measures: one race for each family of models. A race has
 *   name, shapes, title(shape)
 *   generate(shape)     X and initialParameters, seeded
 *   library(module, shape, initialParameters)  the class to fit, its options, and where a model has its objectives
 *   js                  of the JS backend: the part of the rows it gets (shape.parts; all if undefined) and how far its
 *                       objectives may differ from those of wasm, relative: more is a bug, and no time of it is worth printing
 *   others              the same for plain JavaScript, with steps(given): a generator of the objectives of each iteration
 */
import { bernoulli } from './bernoulli.mjs';
import { gaussian } from './gaussian.mjs';
import { kMeans } from './k-means.mjs';

export const RACES = [gaussian, bernoulli, kMeans];

/** Of the whole set: what a change is likely to show in. */
const QUICK = {
  mixture: ['20000, 2, 3', '100000, 8, 8', '100000, 16, 16', '100000, 32, 16', '100000, 16, 16 diag'],
  Bernoulli: ['50000, 64, 16 of 0.5 ± 0.2'],
  'k-means': ['100000, 8, 16'],
};

/** Every race with every shape, as { race, shape, name }. */
export function entries() {
  return RACES.flatMap((race) =>
    race.shapes.map((shape) => ({ race, shape, name: `${race.name} ${race.title(shape)}` })),
  );
}

/**
 * A minute's worth: seven shapes, half the iterations, few rounds. Times per point are those of the whole run, but for noise: so
 * k-means has all iterations, of which the first take longest.
 */
export function quickEntries(rounds) {
  const half = ({ rows, iterations }) => ({ rows, iterations: Math.ceil(iterations / 2) });
  return entries()
    .filter(({ race, shape }) => QUICK[race.name].includes(race.title(shape)))
    .map((entry) => {
      const { shape, race } = entry;
      if (race.name === 'k-means') return { ...entry, shape: { ...shape, rounds } };
      const parts = Object.fromEntries(Object.entries(shape.parts ?? {}).map(([name, part]) => [name, half(part)]));
      return { ...entry, shape: { ...shape, rounds, iterations: Math.ceil(shape.iterations / 2), parts } };
    });
}
