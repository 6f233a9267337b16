/** The trace of EM: the log-likelihood as ceiling, the ELBO as stairs below it, the KL divergence as the gap. */
import * as Plot from '@observablehq/plot';
import type { HalfStepFrame } from '../em/half-steps.js';
import { nats } from '../ui/format.js';
import { asPicture, CHART_STYLE } from './picture.js';

export interface TraceOptions {
  readonly frames: readonly HalfStepFrame[];
  readonly cursor: number;
  readonly width: number;
  /** only so many half-steps before the last; undefined: all */
  readonly last: number | undefined;
}

/** A half-step as a stair: from its number to the next. */
interface Stair {
  readonly at: number;
  readonly ceiling: number;
  readonly elbo: number;
  readonly kind: string;
}

export function traceChart({ frames, cursor, width, last }: TraceOptions): SVGElement | HTMLElement {
  const stairs: Stair[] = frames.flatMap(({ elbo, logLikelihood, kind }, at) =>
    elbo === undefined || !Number.isFinite(elbo) ? [] : [{ at, ceiling: logLikelihood, elbo, kind }],
  );
  const from = last === undefined ? 0 : Math.max(0, frames.length - 1 - last);
  const shown = stairs.filter(({ at }) => at >= from);
  const end = shown.at(-1);
  // the last stair needs a tread
  const treads = end === undefined ? [] : [...shown, { ...end, at: end.at + 1 }];
  const now = frames[cursor];
  const floor = floorOf(shown);
  return asPicture(
    Plot.plot({
      width,
      height: Math.max(210, Math.min(300, width * 0.52)),
      marginLeft: frames.some(({ logLikelihood }) => Math.abs(logLikelihood) >= 1e5) ? 84 : 62,
      marginRight: 64,
      marginBottom: 36,
      ariaLabel: 'Log-likelihood and ELBO by half-step',
      ariaDescription: describe(now),
      x: {
        label: 'half-step',
        ticks: Math.min(Math.round(width / 60), frames.length),
        tickFormat: 'd',
        domain: [from, Math.max(from + 4, frames.length)],
      },
      y: {
        label: 'nats',
        grid: true,
        ticks: 5,
        ...(floor === undefined ? { nice: true } : { domain: [floor.below, floor.top] }),
      },
      clip: true,
      marks: [
        Plot.areaY(treads, {
          x: 'at',
          y1: 'elbo',
          y2: 'ceiling',
          curve: 'step-after',
          fill: 'var(--gap)',
        }),
        Plot.lineY(treads, { x: 'at', y: 'ceiling', curve: 'step-after', stroke: 'var(--ceiling)', strokeWidth: 2.5 }),
        Plot.lineY(treads, { x: 'at', y: 'elbo', curve: 'step-after', stroke: 'var(--elbo)', strokeWidth: 2.5 }),
        Plot.ruleX([cursor + 0.5], { stroke: 'var(--ink)', strokeDasharray: '2,3', strokeOpacity: 0.6 }),
        now?.elbo === undefined
          ? undefined
          : Plot.dot([now], {
              x: cursor + 0.5,
              y: 'elbo',
              fill: 'var(--elbo)',
              stroke: 'var(--card)',
              strokeWidth: 2,
              r: 6,
            }),
        now === undefined
          ? undefined
          : Plot.dot([now], {
              x: cursor + 0.5,
              y: 'logLikelihood',
              fill: 'var(--ceiling)',
              stroke: 'var(--card)',
              strokeWidth: 2,
              r: 4,
            }),
        ...labels(end),
        gapLabel(now, cursor, floor, shown),
        floor === undefined
          ? undefined
          : Plot.text([`↓ from ${nats(shown[0].ceiling, 1)}`], {
              frameAnchor: 'bottom-left',
              dx: 34,
              dy: -6,
              fill: 'var(--muted)',
              clip: false,
            }),
      ],
      style: CHART_STYLE,
    }),
  );
}

/**
 * The first steps may climb so far that all others look flat: then the axis begins where they end. Undefined where it can
 * begin with the first.
 */
function floorOf(stairs: readonly Stair[]): { below: number; top: number } | undefined {
  if (stairs.length < 5) return undefined;
  const top = Math.max(...stairs.map(({ ceiling }) => ceiling));
  // ELBO after the first M-step
  const second = stairs[1].elbo;
  if (top - second > 0.45 * (top - stairs[0].elbo)) return undefined;
  // a mean moved by hand may lower it again, and that has to be seen
  if (stairs.slice(1).some(({ elbo }) => elbo < second)) return undefined;
  const room = (top - second) * 0.12 || 1;
  return { below: second - room, top: top + room };
}

/** 'KL' inside the gap, where it is tall enough to hold the name. */
function gapLabel(
  now: HalfStepFrame | undefined,
  cursor: number,
  floor: { below: number; top: number } | undefined,
  stairs: readonly Stair[],
): Plot.Markish {
  if (now?.elbo === undefined || now.kl === undefined) return undefined;
  const range =
    floor === undefined
      ? Math.max(...stairs.map(({ ceiling }) => ceiling)) - Math.min(...stairs.map(({ elbo }) => elbo))
      : floor.top - floor.below;
  if (now.kl < 0.1 * range) return undefined;
  return Plot.text(['KL'], {
    x: cursor + 0.5,
    y: now.elbo + now.kl / 2,
    dx: -14,
    fill: 'var(--elbo)',
    fontWeight: 600,
  });
}

/** Names at the right end of the lines; one above, one below where they meet. */
function labels(end: Stair | undefined): Plot.Markish[] {
  if (end === undefined) return [];
  const common = { clip: false, x: end.at + 1, dx: 6, textAnchor: 'start', fontWeight: 600 } as const;
  return [
    Plot.text(['log p(X)'], { ...common, y: end.ceiling, dy: -8, fill: 'var(--ceiling)' }),
    Plot.text(['ELBO'], { ...common, y: end.elbo, dy: 9, fill: 'var(--elbo)' }),
  ];
}

function describe(frame: HalfStepFrame | undefined): string {
  if (frame === undefined) return '';
  const { logLikelihood, elbo, kl } = frame;
  if (elbo === undefined) return `log-likelihood ${nats(logLikelihood)}; no responsibilities yet`;
  return `log-likelihood ${nats(logLikelihood)} = ELBO ${nats(elbo)} + KL ${nats(kl)}`;
}
