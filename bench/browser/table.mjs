/** The browser benchmark as Markdown. */
import { machineLine, spread, table } from '../table.mjs';

export const title = ({ n, d, k, covarianceType }) =>
  `${n}, ${d}, ${k}${covarianceType === 'full' ? '' : ` ${covarianceType}`}`;

export function browserTable({ machine, engines, results }) {
  const rows = results.flatMap(({ row, ns }) =>
    Object.entries(ns).map(([name, { wasm, threads, js }]) => [
      `${title(row)}: ${name}`,
      spread(wasm),
      spread(threads),
      spread(js),
      `${(js.median / wasm.median).toFixed(1)}×`,
      threads === undefined ? '–' : `${(wasm.median / threads.median).toFixed(2)}×`,
    ]),
  );
  return [
    'Gaussian mixtures (N, D, K), nanoseconds per point × component of one iteration: median of the rounds (least–greatest), medians in ratios.',
    '',
    table([['', 'wasm', 'wasm, 2 threads', 'JS backend', 'JS / wasm', 'one / two threads'], ...rows]),
    '',
    `${engines.map(({ name, version }) => `${name} ${version}`).join(', ')}. ${machineLine(machine)} Log-likelihoods of wasm, one thread and two, have the same bits in all of them.`,
    '',
  ].join('\n');
}
