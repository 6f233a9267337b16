/** The comparison as Markdown. */
export function nativeTable({ machine, results }, contestants, { separation, threads }) {
  const names = contestants.map(({ name }) => name);
  const head = ['N, D, K', ...names, 'fastest peer / mixwasm'];
  const { cpu, microarchitecture, cores, node, date } = machine;
  const versions = [...new Set(results.flatMap((result) => Object.values(result.versions)))].filter(Boolean);
  return [
    separation !== undefined
      ? `The same of clusters that lie apart (centers ${separation}·√2 standard deviations from one another).`
      : threads > 1
        ? `The same with ${threads} threads each.`
        : 'Nanoseconds per point × component of one EM iteration, one thread, medians; peers are scikit-learn, Armadillo and mclust, the C++ columns are the same fused pass with vectors of 128, 256 and 512 bits.',
    '',
    ...[
      head,
      head.map((_, column) => (column === 0 ? '---' : '---:')),
      ...results.map((result) => row(result, names)),
    ].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `${cpu}${microarchitecture === undefined ? '' : ` (${microarchitecture})`}, ${cores} cores, Node ${node}, ${versions.join(', ')}, ${date}.`,
    '',
  ].join('\n');
}

const PEERS = ['scikit-learn', 'Armadillo', 'mclust'];

function row({ shape, ns }, names) {
  const { n, d, k, covarianceType } = shape;
  const peers = PEERS.flatMap((name) => ns[name]?.median ?? []);
  return [
    `${n}, ${d}, ${k}${covarianceType === 'full' ? '' : ` ${covarianceType}`}`,
    ...names.map((name) => (ns[name] === undefined ? '–' : short(ns[name].median))),
    peers.length === 0 ? '–' : `${short(Math.min(...peers) / ns.mixwasm.median)}×`,
  ];
}

/** Three digits. */
function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
