/** The report as Markdown, of what run.mjs measured. */
import { digits } from './digits.mjs';

const table = (head, rows) => {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
};
const largest = (errors, names) => Math.max(...names.flatMap((name) => errors[name] ?? []));
const PARAMETERS = ['weights', 'means', 'covariances'];
const QUANTITIES = ['logLikelihood', ...PARAMETERS, 'posteriors', 'bic'];

/** Peers that took part, and how each did on the case `at` of the whole list. */
function peersOf({ peers }, show) {
  const names = Object.keys(peers).filter((name) => peers[name].errors !== undefined);
  return { names, cells: (at) => names.map((name) => cell(peers[name].errors[at], show)) };
}

function cell(errors, show) {
  if (errors === null || errors === undefined) return '–';
  return errors.failed === undefined ? show(errors) : 'error';
}

const both = (errors) => `${digits(errors.logLikelihood)}, ${digits(largest(errors, PARAMETERS))}`;

function besideOthers(report) {
  const { names, cells } = peersOf(report, both);
  const rows = report.gaussian.map(({ title, iterations, wasm, js }, at) => [
    title,
    iterations,
    both(wasm),
    both(js),
    ...cells(at),
  ]);
  return table(['data and model', 'iterations', 'mixwasm', 'JS backend', ...names], rows);
}

function byQuantity({ gaussian }) {
  const rows = gaussian.map(({ title, wasm }) => [title, ...QUANTITIES.map((name) => digits(wasm[name]))]);
  return table(['data and model', 'log-likelihood', 'weights', 'means', 'covariances', 'posteriors', 'BIC'], rows);
}

function bernoulli({ bernoulli: cases }) {
  const names = ['logLikelihood', 'weights', 'probs', 'posteriors', 'bic'];
  const rows = cases.map(({ title, wasm, js }) => [
    title,
    ...names.map((name) => digits(wasm[name])),
    digits(largest(js, ['logLikelihood', 'weights', 'probs'])),
  ]);
  return table(['data', 'log-likelihood', 'weights', 'probs', 'posteriors', 'BIC', 'JS backend, least'], rows);
}

function clusters(report) {
  const show = (errors) => `${digits(errors.cost)}, ${digits(errors.centers)}`;
  const at = Object.keys(report.peers).indexOf('scikit-learn');
  const peer = Object.values(report.peers)[at]?.errors;
  const rows = report.clusters.map(({ title, wasm, js }, i) => [
    title,
    digits(wasm.cost),
    digits(wasm.centers),
    wasm.otherLabels,
    show(js),
    ...(peer === undefined ? [] : [cell(peer[report.gaussian.length + i], show)]),
  ]);
  const head = ['data', 'cost of every assignment', 'centers of every assignment', 'other labels', 'JS backend'];
  return table([...head, ...(peer === undefined ? [] : ['scikit-learn, at the end'])], rows);
}

function values({ values: rows }) {
  return table(
    ['quantity', 'cases', 'mixwasm', 'JS backend'],
    rows.map(({ what, cases, wasm, js }) => [what, cases, digits(wasm), digits(js)]),
  );
}

function nist(report) {
  // of a variance, whose relative error is twice that of its root
  const { names, cells } = peersOf(report, (errors) => `${digits(errors.means)}, ${digits(errors.covariances / 2)}`);
  const offset = report.gaussian.length + report.clusters.length;
  const rows = report.nist.map((set, i) => [
    `${set.name} (${set.difficulty}, n = ${set.n})`,
    digits(set.mean),
    digits(set.deviation),
    `${digits(set.certified)} of ${digits(set.certifiedLimit)}`,
    ...cells(offset + i),
  ]);
  return table(['data set', 'mean', 'standard deviation', 'its certified value', ...names], rows);
}

function logDensity({ logDensity: rows }) {
  return table(
    ['Gaussian', 'condition', 'points', '`gaussian`', '`GaussianMixture`', 'JS backend'],
    rows.map(({ kind, condition, points, wasm, js }) => [
      kind,
      condition === null ? '–' : condition.toExponential(0),
      points,
      digits(wasm.distribution),
      digits(wasm.mixture),
      digits(js.mixture),
    ]),
  );
}

function cholesky({ cholesky: rows, sizes }) {
  const show = ({ ratio, rejected, sizes: n }) =>
    ratio === undefined ? `${rejected} of ${n} rejected` : ratio.toFixed(2);
  return `Sizes ${sizes.join(', ')}; the singular ones from 3.\n\n${table(
    ['type of matrix', 'mixwasm', 'JS backend'],
    rows.map(({ type, wasm, js }) => [type, show(wasm), show(js)]),
  )}`;
}

function expLog({ expLog: rows, expLogReference, node }) {
  const text = table(
    ['function', 'arguments', 'how many', 'largest error, ulp', 'Math of Node, ulp'],
    rows.map(({ f, range, count, wasm, host }) => [
      f,
      range,
      count.toLocaleString('en'),
      wasm.toFixed(4),
      host.toFixed(3),
    ]),
  );
  const apart = Math.max(...Object.values(expLogReference));
  return `${text}\n\nThe double-double reference is within ${apart.toExponential(0)} ulp of 1500 values each by mpmath (which are kept to four decimals of an ulp). Node ${node}.`;
}

/** By name, what the marked sections of docs/accuracy.md hold. */
export function tablesOf(report) {
  return {
    'accuracy-beside': besideOthers(report),
    'accuracy-gaussian': byQuantity(report),
    'accuracy-bernoulli': bernoulli(report),
    'accuracy-clusters': clusters(report),
    'accuracy-values': values(report),
    'accuracy-nist': nist(report),
    'accuracy-log-density': logDensity(report),
    'accuracy-cholesky': cholesky(report),
    'accuracy-exp-log': expLog(report),
    'accuracy-versions': versions(report),
  };
}

function versions({ node, peers }) {
  const others = Object.entries(peers).map(
    ([name, { version, absent }]) => version ?? `${name} was not there (${absent})`,
  );
  return `Measured with Node ${node}; beside ${others.join('; ')}.`;
}
