/** BIC over the number of components, a line for each shape of covariances; points can be clicked. */
import * as Plot from '@observablehq/plot';
import { bestOf, type Found } from '../search.js';
import { asPicture, CHART_STYLE } from './picture.js';

/** A line style a shape, so that lines are told apart without colour. */
const DASHES: Record<string, string> = { full: 'none', tied: '7,4', diag: '2,4', spherical: '9,3,2,3' };

export function bicChart(table: readonly Found[], width: number, load: (one: Found) => void): SVGElement | HTMLElement {
  const found = table.filter((one) => one.bic !== undefined);
  const best = bestOf(table);
  const ks = [...new Set(table.map(({ k }) => k))];
  const shapes = [...new Set(table.map(({ shape }) => shape))];
  const top = topOf(found.map(({ bic }) => bic as number));
  const ends = shapes.flatMap((shape) => found.filter((one) => one.shape === shape).slice(-1));
  const chart = asPicture(
    Plot.plot({
      width,
      height: Math.max(200, Math.min(280, width * 0.5)),
      marginLeft: 58,
      marginRight: 84,
      marginBottom: 36,
      ariaLabel: 'BIC by number of components; lower is better. The table below has the same figures as buttons.',
      x: { label: 'components K', ticks: ks, tickFormat: 'd', domain: [ks[0], ks[ks.length - 1]] },
      inset: 10,
      y: {
        label: '↓ BIC, lower is better',
        grid: true,
        ticks: 5,
        domain: [best?.bic === undefined ? 0 : best.bic - 0.06 * (top - best.bic), top],
      },
      clip: true,
      color: { domain: shapes, range: ['var(--series-1)', 'var(--series-2)', 'var(--series-3)', 'var(--series-4)'] },
      marks: [
        ...shapes.map((shape) =>
          Plot.lineY(
            found.filter((one) => one.shape === shape),
            { x: 'k', y: 'bic', stroke: 'shape', strokeWidth: 2, strokeDasharray: DASHES[shape] ?? 'none' },
          ),
        ),
        Plot.dot(found, {
          x: 'k',
          y: 'bic',
          fill: 'shape',
          r: 4.5,
          stroke: 'var(--card)',
          strokeWidth: 1.5,
          className: 'bic-dots',
        }),
        best === undefined
          ? undefined
          : Plot.dot([best], { x: 'k', y: 'bic', r: 9, stroke: 'var(--ink)', strokeWidth: 2, fill: 'none' }),
        Plot.text(spread(ends, top), {
          clip: false,
          x: 'k',
          y: 'bic',
          text: 'name',
          fill: 'shape',
          dx: 9,
          textAnchor: 'start',
          fontWeight: 600,
          dy: 0,
        }),
      ],
      style: CHART_STYLE,
    }),
  );
  // Plot draws dots in the order of the data
  chart.querySelectorAll<SVGCircleElement>('.bic-dots circle').forEach((circle, i) => {
    circle.style.cursor = 'pointer';
    circle.addEventListener('click', () => load(found[i]));
  });
  return chart;
}

/** Where the axis ends: models far worse than most are cut off, so that the good ones can be told apart. */
function topOf(bics: readonly number[]): number {
  const sorted = [...bics].sort((a, b) => a - b);
  if (sorted.length === 0) return 1;
  const least = sorted[0];
  const usual = sorted[Math.floor(0.6 * (sorted.length - 1))] - least;
  return Math.min(sorted[sorted.length - 1], least + 2.5 * usual) + (usual * 0.1 || 1);
}

/** Names at the line ends, moved apart where lines end close together; those beyond the axis stand at its end. */
function spread(ends: readonly Found[], top: number): { k: number; bic: number; shape: string; name: string }[] {
  const sorted = ends
    .map(({ k, bic, shape }) => ({ k, bic: bic as number, shape, name: (bic as number) > top ? `${shape} ↑` : shape }))
    .sort((a, b) => a.bic - b.bic)
    .map((one) => ({ ...one, bic: Math.min(one.bic, top) }));
  const room = (top - (sorted[0]?.bic ?? 0)) / 9;
  for (let i = 1; i < sorted.length; i++) sorted[i].bic = Math.max(sorted[i].bic, sorted[i - 1].bic + room);
  return sorted;
}
