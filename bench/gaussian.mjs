/**
 * The Gaussian mixture benchmark: nanoseconds per point × component of one EM iteration (E + M), every contestant from
 * the same start. Round by round the contestants take turns, in reversed order every other round, and ratios are taken
 * within a round, so that a slow spell of the machine hits both sides.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { largestDifference, summary } from './statistics.mjs';

const NAMES = ['wasm', 'js', 'naive'];
/** Relative differences of log-likelihoods that are rounding; more is a bug, and no time of it is worth printing. */
const AGREEMENT = { js: 1e-12, naive: 1e-9 };

/** Measures one shape (shapes.mjs); throws if the log-likelihoods of the contestants disagree. */
export function measure(shape, rounds, library) {
  const records = Object.fromEntries(NAMES.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) records[name].push(run(name, shape, library));
  }
  const last = Object.fromEntries(NAMES.map((name) => [name, records[name].at(-1)]));
  const disagreement = {
    js: largestDifference(last.js.trace, last.wasm.trace),
    naive: largestDifference(last.naive.partTrace, last.wasm.partTrace),
  };
  for (const [name, limit] of Object.entries(AGREEMENT)) {
    if (disagreement[name] <= limit) continue;
    throw new Error(`log-likelihoods of ${name} and wasm differ by ${disagreement[name]} (relative; at most ${limit})`);
  }
  const times = (name, fit) => records[name].map(({ ns }) => ns[fit]);
  const best = (name) => records[name].map(({ ns }) => Math.min(...Object.values(ns)));
  const ratio = (name) => summary(best(name).map((t, round) => t / best('wasm')[round]));
  const outside = (name, fit) => summary(records[name].map(({ outsideMs }) => outsideMs[fit]));
  return {
    shape,
    rounds,
    logLikelihood: last.wasm.trace.at(-1),
    disagreement,
    nsPerPointComponent: {
      wasm: summary(best('wasm')),
      js: summary(best('js')),
      jsFirstFit: summary(times('js', 'first')),
      jsLaterFit: summary(times('js', 'later')),
      naive: summary(best('naive')),
    },
    ratio: { jsToWasm: ratio('js'), naiveToWasm: ratio('naive') },
    // of a first fit and of one in a warm process: loading X, its summary, the first E-step, labels, compiling
    outsideMs: {
      wasmFirstFit: outside('wasm', 'first'),
      wasmLaterFit: outside('wasm', 'later'),
      jsFirstFit: outside('js', 'first'),
      jsLaterFit: outside('js', 'later'),
    },
  };
}

function run(name, shape, library) {
  const script = fileURLToPath(new URL('contestant.mjs', import.meta.url));
  const output = execFileSync(process.execPath, [script, name, JSON.stringify(shape), library], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}
