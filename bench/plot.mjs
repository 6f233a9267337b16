/**
 * The pictures of results/: drawn from the kept JSON, the same text on every machine.
 *
 * usage: node bench/plot.mjs      writes them; tools/check-docs.mjs checks that they are those of the JSON
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';

/** Legible on white and on near-black: the grey of text, and colours of middling lightness that differ in hue and lightness. */
const GREY = '#7a828c';
const STYLES = {
  ours: { fill: '#e87722', symbol: 'circle' },
  more: { fill: '#c2409a', symbol: 'star' },
  js: { fill: '#2f81f7', symbol: 'square' },
  other: { fill: '#1a9e77', symbol: 'triangle' },
  last: { fill: '#8a63d2', symbol: 'diamond' },
  limit: { fill: GREY, symbol: 'times' },
};

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const kept = (name) => JSON.parse(readFileSync(at(`results/${name}.json`), 'utf8')).results;

/** What is drawn from what: by the path below bench/, a function that draws it; those without kept results are left out. */
export const PICTURES = Object.fromEntries(
  [
    ['iterations', iterations],
    ['native', native],
  ]
    .filter(([name]) => existsSync(at(`results/${name}.json`)))
    .map(([name, draw]) => [`results/${name}.svg`, draw]),
);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, draw] of Object.entries(PICTURES)) writeFileSync(at(path), draw());
}

function iterations() {
  return picture({
    title: 'Nanoseconds per point × component of an iteration: mixwasm beside plain JavaScript',
    rows: kept('iterations').map(({ name, ns }) => ({ name, ns })),
    series: [
      { who: 'threads', name: 'wasm, 2 threads', style: STYLES.more },
      { who: 'wasm', name: 'wasm', style: STYLES.ours },
      { who: 'js', name: 'JS backend', style: STYLES.js },
      { who: 'plain', name: 'plain JS', style: STYLES.other },
      { who: 'naive', name: 'naive JS', style: STYLES.last },
    ],
  });
}

function native() {
  const title = ({ n, d, k, covarianceType }) =>
    `${n}, ${d}, ${k}${covarianceType === 'full' ? '' : ` ${covarianceType}`}`;
  return picture({
    title: 'Nanoseconds per point × component of an EM iteration, one thread: mixwasm beside native code',
    rows: kept('native').map(({ shape, ns }) => ({ name: title(shape), ns })),
    series: [
      { who: 'mixwasm', name: 'mixwasm', style: STYLES.ours },
      { who: 'scikit-learn', name: 'scikit-learn', style: STYLES.js },
      { who: 'Armadillo', name: 'Armadillo', style: STYLES.other },
      { who: 'mclust', name: 'mclust', style: STYLES.last },
      { who: 'C++ sse2', name: 'same in C++, 128 bits', style: STYLES.limit },
    ].filter(({ who }) => kept('native').some(({ ns }) => ns[who] !== undefined)),
  });
}

/** Dots on a logarithmic scale, a line from the least round to the greatest; the first line is the key. */
function picture({ title, rows, series }) {
  const points = rows.flatMap(({ name, ns }) =>
    series.filter(({ who }) => ns[who] !== undefined).map(({ who, style }) => ({ name, ...ns[who], ...style })),
  );
  const low = Math.min(...points.map(({ min }) => min)) / 1.15;
  const high = Math.max(...points.map(({ max }) => max)) * 1.15;
  // as wide as their names are, in shares of the axis
  const widths = series.map(({ name }) => name.length + 4);
  const total = widths.reduce((a, b) => a + b, 0);
  const key = series.map(({ name, style }, i) => {
    const before = widths.slice(0, i).reduce((a, b) => a + b, 0);
    return { name, ...style, x: low * (high / low) ** ((before + 1) / total) };
  });
  const { document } = new JSDOM('').window;
  const svg = Plot.plot({
    document,
    width: 760,
    height: 80 + 24 * (rows.length + 1),
    marginLeft: 215,
    marginRight: 16,
    marginBottom: 44,
    style: {
      background: 'none',
      color: GREY,
      fontSize: '12px',
      fontFamily: 'system-ui, "Segoe UI", Helvetica, Arial, sans-serif',
    },
    x: {
      type: 'log',
      domain: [low, high],
      grid: true,
      label: 'ns per point × component (less is better)',
      tickFormat: (v) => String(v),
      ticks: 5,
    },
    y: { domain: ['', ...rows.map(({ name }) => name)], label: null, tickSize: 0 },
    symbol: { type: 'identity' },
    color: { type: 'identity' },
    marks: [
      Plot.ruleY(rows, { y: 'name', stroke: 'currentColor', strokeOpacity: 0.15 }),
      Plot.ruleY(points, { y: 'name', x1: 'min', x2: 'max', stroke: 'fill', strokeWidth: 2, strokeOpacity: 0.6 }),
      Plot.dot(points, { x: 'median', y: 'name', fill: 'fill', stroke: 'fill', symbol: 'symbol', r: 4.5 }),
      Plot.dot(key, { x: 'x', y: () => '', fill: 'fill', stroke: 'fill', symbol: 'symbol', r: 4.5 }),
      Plot.text(key, { x: 'x', y: () => '', text: 'name', textAnchor: 'start', dx: 9, fill: 'currentColor' }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  return `${svg.outerHTML}\n`;
}
