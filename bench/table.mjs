/** Results as Markdown. */
import { withGoals } from './goals.mjs';

export function markdown({ machine, results }) {
  const rows = withGoals(results);
  const times = [
    ['', 'wasm', 'wasm, 2 threads', 'JS backend', 'plain JS', 'naive JS'],
    ...rows.map(({ name, ns }) => [name, ...['wasm', 'threads', 'js', 'plain', 'naive'].map((who) => spread(ns[who]))]),
  ];
  const ratios = [
    ['', 'JS backend / wasm', 'plain / wasm', 'naive / wasm', 'one / two threads', 'goal here, ns', 'reached'],
    ...rows.map(({ name, ratio, goal, reached }) => [
      name,
      ...['jsToWasm', 'plainToWasm', 'naiveToWasm', 'oneToTwoThreads'].map((one) => spread(ratio[one], '×')),
      goal === undefined ? '–' : short(goal),
      goal === undefined ? '–' : reached ? 'yes' : 'no',
    ]),
  ];
  return [
    'Nanoseconds per point × component of one iteration (E + M), median of the rounds (least–greatest). Rows: N, D, K; mixtures have full covariances unless said.',
    '',
    table(times),
    '',
    'Ratios, taken round by round. The goal of a row is what was asked for on another machine, scaled by what this one takes for the same plain JavaScript.',
    '',
    table(ratios),
    '',
    `${machineLine(machine)} Same start for all, objectives checked equal; one and two threads to the bit.`,
    '',
  ].join('\n');
}

/** Rows of cells, the first the head; all but the first column are numbers. */
export function table([head, ...rows]) {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function machineLine({ cpu, microarchitecture, cores, node, date }) {
  return `${cpu}${microarchitecture === undefined ? '' : ` (${microarchitecture})`}, ${cores} cores, Node ${node}, ${date}.`;
}

/** Median with least and greatest; a dash for what was not measured. */
export function spread(values, unit = '') {
  if (values === undefined) return '–';
  return `${short(values.median)} (${short(values.min)}–${short(values.max)})${unit}`;
}

/** Three digits. */
export function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
