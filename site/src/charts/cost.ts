/** Costs of two clusterings by half-step, each as a share of what it began with: the two are in different units. */
import * as Plot from '@observablehq/plot';
import { asPicture, CHART_STYLE } from './picture.js';

export interface CostSeries {
  readonly name: string;
  readonly colour: string;
  readonly dash: string;
  readonly costs: readonly number[];
}

export function costChart(series: readonly CostSeries[], cursor: number, width: number): SVGElement | HTMLElement {
  const points = series.flatMap(({ name, costs }) =>
    costs.map((cost, at) => ({ at, name, share: (100 * cost) / costs[0] })),
  );
  const n = Math.max(...series.map(({ costs }) => costs.length));
  return asPicture(
    Plot.plot({
      width,
      height: Math.max(200, Math.min(280, width * 0.5)),
      marginLeft: 50,
      marginRight: 78,
      marginBottom: 36,
      ariaLabel: 'Cost of k-means and of k-medians by half-step, each as a share of its first',
      x: { label: 'half-step', ticks: Math.min(8, n), tickFormat: 'd', domain: [0, Math.max(4, n)] },
      y: { label: '% of the first cost', grid: true, ticks: 5, nice: true },
      marks: [
        ...series.map(({ name, colour, dash }) => {
          const own = points.filter((point) => point.name === name);
          return Plot.lineY([...own, ...own.slice(-1).map((point) => ({ ...point, at: point.at + 1 }))], {
            x: 'at',
            y: 'share',
            curve: 'step-after',
            stroke: colour,
            strokeWidth: 2.5,
            strokeDasharray: dash,
          });
        }),
        Plot.ruleX([cursor + 0.5], { stroke: 'var(--ink)', strokeDasharray: '2,3', strokeOpacity: 0.6 }),
        ...series.map(({ name, colour }, i) => {
          const last = points.filter((point) => point.name === name).slice(-1);
          return Plot.text(last, {
            x: ({ at }: { at: number }) => at + 1,
            y: 'share',
            text: 'name',
            fill: colour,
            dx: 6,
            dy: i === 0 ? -8 : 8,
            textAnchor: 'start',
            fontWeight: 600,
          });
        }),
      ],
      style: CHART_STYLE,
    }),
  );
}
