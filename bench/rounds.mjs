/**
 * Rounds: every contestant of every round runs in a process of its own (contestant.mjs), in turns, in reversed order every
 * other round. Ratios are taken within a round, so that a slow spell of the machine hits both sides.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { largestDifference, summary } from './statistics.mjs';

/** Measures one entry (races.mjs); throws if the objectives of the contestants disagree. */
export function measure({ race, shape, name }, rounds, library) {
  const folder = mkdtempSync(join(tmpdir(), 'mixwasm-bench-'));
  try {
    const file = join(folder, 'given.bin');
    writeFileSync(file, serialize({ shape, ...race.generate(shape) }));
    const own = { wasm: {}, threads: { agreement: 0 }, js: race.js };
    const contestants = Object.entries({ ...own, ...race.others }).filter(
      ([, { part }]) => part === undefined || part in shape.parts,
    );
    const records = new Map(contestants.map(([who]) => [who, []]));
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? contestants : contestants.toReversed();
      for (const [who] of order) records.get(who).push(run(race, who, file, library));
    }
    const absent = records.get('threads')[0].absent;
    if (absent !== undefined) records.delete('threads');
    const disagreement = {};
    for (const [who, { part, agreement }] of contestants) {
      if (who === 'wasm' || !records.has(who)) continue;
      disagreement[who] = disagree(who, part, agreement, records);
    }
    return {
      name,
      family: race.name,
      shape,
      rounds,
      ...timesOf(records, Object.keys(race.others)),
      disagreement,
      absent,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Largest relative difference of the objectives of two contestants. */
function disagree(who, part, agreement, records) {
  const [{ trace, partTraces }] = records.get('wasm');
  const difference = largestDifference(records.get(who)[0].trace, part === undefined ? trace : partTraces[part]);
  if (difference <= agreement) return difference;
  throw new Error(`objectives of ${who} and wasm differ by ${difference} (relative; at most ${agreement})`);
}

/** The times of a round are those of the faster fit; of plain forms (but the naive one) the faster counts. */
function timesOf(records, others) {
  const best = new Map([...records].map(([who, rounds]) => [who, rounds.map(({ ns }) => Math.min(...ns))]));
  const plain = others.filter((who) => who !== 'naive').map((who) => best.get(who));
  best.set(
    'plain',
    plain[0].map((_, round) => Math.min(...plain.map((times) => times[round]))),
  );
  const ratio = (who, other) => {
    if (!best.has(who) || !best.has(other)) return undefined;
    return summary(best.get(who).map((time, round) => time / best.get(other)[round]));
  };
  return {
    objective: records.get('wasm')[0].trace.at(-1),
    ns: Object.fromEntries([...best].map(([who, times]) => [who, summary(times)])),
    ratio: {
      jsToWasm: ratio('js', 'wasm'),
      plainToWasm: ratio('plain', 'wasm'),
      naiveToWasm: ratio('naive', 'wasm'),
      oneToTwoThreads: ratio('wasm', 'threads'),
    },
  };
}

function run(race, who, file, library) {
  const script = fileURLToPath(new URL('contestant.mjs', import.meta.url));
  const args = [script, race.name, who, file, ...(library === undefined ? [] : [library])];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}
