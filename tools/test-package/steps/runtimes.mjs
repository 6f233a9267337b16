// Node, Deno, Bun: the same program, the same bits.
import { bunIn, denoIn } from '../../runtimes.mjs';
import { consistent, equal, sameFits } from '../compare.mjs';

const deno = (place) => denoIn(place.path('node_modules'));
const bun = (place) => bunIn(place.path('node_modules'));

/** A program that must say nothing on stderr. */
function quiet({ stdout, stderr }, known = /^$/) {
  const said = stderr
    .split('\n')
    .filter((line) => line !== '' && !known.test(line))
    .join('\n');
  if (said !== '') throw new Error(`it warns:\n${said}`);
  return JSON.parse(stdout);
}

export const RUNTIMES = [
  {
    name: 'Node, import',
    run({ place, facts }) {
      facts.fits = consistent(quiet(place.run(process.execPath, ['run.js'])));
    },
  },
  {
    name: 'Node, require()',
    run({ place, facts }) {
      // Node 20.19 and 22 call require() of a module experimental; later ones do not
      const known = /ExperimentalWarning: (Support for loading ES Module|CommonJS module)|node --trace-warnings/;
      sameFits(quiet(place.run(process.execPath, ['run.cjs']), known), facts.fits);
    },
  },
  {
    name: 'Node, kernels and worker from files',
    run({ place, facts }) {
      equal(quiet(place.run(process.execPath, ['run-file.js'])), facts.fits.here[0], 'log-likelihood');
    },
  },
  {
    name: 'Deno',
    run({ place, facts }) {
      const args = ['run', '--no-prompt', '--cached-only'];
      sameFits(quiet(place.run(deno(place), [...args, 'run.js'])), facts.fits);
      const read = [...args, '--allow-read', 'run-file.js'];
      equal(quiet(place.run(deno(place), read)), facts.fits.here[0], 'from files');
    },
  },
  {
    name: 'Bun',
    run({ place, facts }) {
      sameFits(quiet(place.run(bun(place), ['run.js'])), facts.fits);
      sameFits(quiet(place.run(bun(place), ['run.cjs'])), facts.fits);
      equal(quiet(place.run(bun(place), ['run-file.js'])), facts.fits.here[0], 'from files');
    },
  },
];
