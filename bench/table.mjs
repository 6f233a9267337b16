/** Results as Markdown. */

const HEAD = ['N, D, K', 'wasm', 'JS backend', 'naive arrays', 'JS / wasm', 'naive / wasm', 'JS, later fits'];

export function markdown({ machine, results }) {
  const lines = [HEAD, HEAD.map((_, column) => (column === 0 ? '---' : '---:')), ...results.map(row)];
  const { cpu, microarchitecture, cores, node, date } = machine;
  const kind = microarchitecture === undefined ? '' : ` (${microarchitecture})`;
  return [
    'Nanoseconds per point × component of one EM iteration, one thread; median of the rounds (least–greatest). Ratios are taken round by round, against the faster of a first and a later fit; the last column is a second fit in the same process.',
    '',
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `${cpu}${kind}, ${cores} cores, Node ${node}, ${date}. Same start for all, log-likelihoods checked equal.`,
    '',
  ].join('\n');
}

function row({ shape, nsPerPointComponent: ns, ratio }) {
  const { n, d, k, covarianceType, naiveRows } = shape;
  const sampled = naiveRows < n ? ` on ${naiveRows} rows` : '';
  return [
    `${n}, ${d}, ${k}${covarianceType === 'full' ? '' : ` ${covarianceType}`}`,
    cell(ns.wasm),
    cell(ns.js),
    cell(ns.naive) + sampled,
    `${cell(ratio.jsToWasm)}×`,
    `${cell(ratio.naiveToWasm)}×`,
    cell(ns.jsLaterFit),
  ];
}

function cell({ median, min, max }) {
  return `${short(median)} (${short(min)}–${short(max)})`;
}

/** Three digits. */
function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
