/** `tracePicture`: how a fit climbed. */
import type { ElboTrace } from '../em/elbo-trace.js';
import { InvalidDataError } from '../errors.js';
import { checkKnown } from '../options.js';
import { type Mark, type PlotLibrary, requirePlot } from './library.js';
import { PICTURE_OPTIONS, type PictureOptions, widthOption } from './options.js';
import { padded } from './rows.js';
import { componentColour } from './scene.js';
import { axes, drawSheet, type LegendEntry, panel } from './sheet.js';

/** What a fit recorded: of mixtures the log-likelihood, and the half-steps if it was asked to; of hard clusters the cost. */
export interface TraceLike {
  readonly logLikelihood?: ArrayLike<number>;
  readonly elbo?: ElboTrace;
  readonly cost?: ArrayLike<number>;
}

/** Options of `tracePicture`. */
export type TracePictureOptions = PictureOptions;

interface Step {
  /** iterations done */
  readonly t: number;
  readonly ceiling: number;
  readonly elbo: number;
}

interface Drawing {
  readonly title: string;
  readonly description: string;
  readonly note: string;
  readonly legend: readonly LegendEntry[];
  readonly values: readonly number[];
  readonly last: number;
  readonly yLabel: string;
  readonly marks: readonly Mark[];
}

const [CEILING, STAIRS, GAP] = [componentColour(0), componentColour(1), componentColour(3)];

/**
 * How a fit climbed, iteration by iteration. After a fit with `trace: 'elbo'`: the log-likelihood as ceiling, the ELBO as
 * stairs below it, and the gap between them, KL(q ‖ posterior), which M-steps open and E-steps close; below, the gaps and what
 * is left to climb on a logarithmic axis. Otherwise the log-likelihood, or the cost of k-means and k-medians.
 *
 * @param source a fitted model, or its `trace`
 * @throws {InvalidDataError} a trace without numbers
 * @throws {InvalidOptionError} no `Plot`
 * @example
 * const model = GaussianMixture.fit(X, { nComponents: 2, trace: 'elbo' });
 * const svg = tracePicture(model, { Plot });
 */
export function tracePicture(source: TraceLike | { readonly trace: TraceLike }, options: TracePictureOptions): string {
  checkKnown(options, PICTURE_OPTIONS, 'tracePicture');
  const Plot = requirePlot(options?.Plot);
  const width = widthOption(options.width);
  const trace = 'trace' in source ? source.trace : source;
  const drawing = trace.elbo === undefined ? plainTrace(Plot, trace) : halfSteps(Plot, trace.elbo);
  const { title, description, note, legend, values, last, yLabel, marks } = drawing;
  if (values.length === 0 || !values.every(Number.isFinite)) {
    throw new InvalidDataError('the trace must hold at least one finite number, as that of a fitted model does');
  }
  const height = Math.round(width * 0.5);
  const frame = { x: 0, y: 0, width, height, marginLeft: 84, marginBottom: 48 };
  const end = Math.max(last, 1);
  const along = { domain: [-0.02 * end, 1.02 * end] };
  const iterations = { label: 'iterations', ticks: wholeTicks(end) };
  const element = panel(Plot, frame, {
    x: along,
    y: { domain: padded(Math.min(...values), Math.max(...values), 0.06) },
    marks: [...axes(Plot, iterations, { label: yLabel, offset: 68 }), ...marks],
  });
  const sheet = { title: options.title ?? title, description, legend, note, width };
  const left = trace.elbo === undefined ? undefined : whatIsLeft(trace.elbo);
  if (left === undefined) return drawSheet({ ...sheet, height, panels: [element] });
  const lower = Math.round(width * 0.28);
  const below = panel(
    Plot,
    { ...frame, y: height, height: lower },
    {
      x: along,
      y: { type: 'log', domain: left.domain },
      marks: [
        ...axes(Plot, iterations, { label: 'nats', offset: 68, ticks: left.powers, tickFormat: powerOfTen }),
        Plot.line(left.climb, {
          x: 't',
          y: 'value',
          stroke: CEILING,
          strokeWidth: 2,
          strokeDasharray: '7 3',
          className: 'climb',
        }),
        Plot.dot(left.gaps, { x: 't', y: 'value', fill: GAP, r: left.gaps.length > 60 ? 1.5 : 3, className: 'gap' }),
      ],
    },
  );
  return drawSheet({ ...sheet, height: height + lower, panels: [element, below] });
}

interface Left {
  readonly climb: readonly { readonly t: number; readonly value: number }[];
  readonly gaps: readonly { readonly t: number; readonly value: number }[];
  readonly domain: readonly [number, number];
  readonly powers: readonly number[];
}

/**
 * Linear convergence is a straight line on a logarithmic axis: what the log-likelihood still has to climb to its last value,
 * and every gap. Values 10¹⁰ below the largest are rounding, and left out. Undefined if nothing is left to show.
 */
function whatIsLeft({ afterE, kl }: ElboTrace): Left | undefined {
  const end = afterE.at(-1) as number;
  const all = {
    climb: Array.from(afterE, (value, t) => ({ t, value: end - value })),
    // the gap is open between the M-step, at t, and the E-step half an iteration later
    gaps: Array.from(kl, (value, t) => ({ t: t + 0.25, value })),
  };
  const largest = [...all.climb, ...all.gaps].reduce((most, { value }) => Math.max(most, value), 0);
  if (!(largest > 0 && largest < Infinity)) return undefined;
  const sound = ({ value }: { value: number }) => value >= largest * 1e-10;
  const [climb, gaps] = [all.climb.filter(sound), all.gaps.filter(sound)];
  const least = [...climb, ...gaps].reduce((low, { value }) => Math.min(low, value), largest);
  const domain = [least / 2, largest * 2] as const;
  const powers = Array.from({ length: 633 }, (_, i) => Number(`1e${i - 324}`)).filter(
    (p) => p >= domain[0] && p <= domain[1],
  );
  const step = Math.ceil(powers.length / 6);
  return { climb, gaps, domain, powers: powers.filter((_, i) => (powers.length - 1 - i) % Math.max(step, 1) === 0) };
}

function powerOfTen(value: number): string {
  return value >= 0.01 && value <= 1e4 ? String(value) : value.toExponential(0).replace('e+', 'e');
}

/** At most 13 whole numbers from 0. */
function wholeTicks(last: number): number[] {
  let step = 1;
  for (const factors = [2, 2.5, 2]; last / step > 12; ) {
    const factor = factors.shift() as number;
    factors.push(factor);
    step *= factor;
  }
  const whole = Math.round(step);
  return Array.from({ length: Math.floor(last / whole) + 1 }, (_, i) => i * whole);
}

function plainTrace(Plot: PlotLibrary, { logLikelihood, cost }: TraceLike): Drawing {
  const values = Array.from(logLikelihood ?? cost ?? []);
  const name = logLikelihood === undefined ? 'cost' : 'log-likelihood';
  const points = values.map((value, t) => ({ t, value }));
  const place = { x: 't', y: 'value' };
  const ends = `from ${plain(values[0])} to ${plain(values.at(-1))}`;
  return {
    title: `${name === 'cost' ? 'Cost' : 'Log-likelihood'} by iteration`,
    description: `The ${name} in ${values.length - 1} iterations: ${ends}.`,
    note: `${values.length - 1} iterations: ${ends}`,
    legend: [],
    values,
    last: values.length - 1,
    yLabel: name === 'cost' ? 'total cost' : 'log-likelihood, nats',
    marks: [
      Plot.line(points, { ...place, stroke: CEILING, strokeWidth: 2, className: name }),
      Plot.dot(points, { ...place, fill: CEILING, r: values.length > 60 ? 1.5 : 3, className: name }),
    ],
  };
}

/**
 * The half-steps as levels: iteration t is an M-step, which lifts ceiling and ELBO and leaves a gap, from t − 1 to t − ½, and an
 * E-step, which closes it, from t − ½ to t.
 */
export function stairs({ afterE, afterM }: Pick<ElboTrace, 'afterE' | 'afterM'>): Step[] {
  const start = afterE[0] as number;
  const steps: Step[] = [{ t: 0, ceiling: start, elbo: start }];
  for (let i = 0; i < afterM.length; i++) {
    const [ceiling, low] = [afterE[i + 1] as number, afterM[i] as number];
    const level = (from: number, elbo: number) => [
      { t: from, ceiling, elbo },
      { t: from + 0.5, ceiling, elbo },
    ];
    steps.push(...level(i, low), ...level(i + 0.5, ceiling));
  }
  return steps;
}

function halfSteps(Plot: PlotLibrary, elbo: ElboTrace): Drawing {
  const steps = stairs(elbo);
  const values = steps.flatMap(({ ceiling, elbo: low }) => [ceiling, low]);
  const [first, last] = [elbo.afterE[0], elbo.afterE.at(-1)];
  const nIter = elbo.afterM.length;
  const largest = plain(elbo.kl.reduce((a, b) => Math.max(a, b), 0));
  return {
    title: 'Log-likelihood = ELBO + KL, by half-steps',
    description: `The log-likelihood in ${nIter} iterations, from ${plain(first)} to ${plain(last)}; the ELBO reaches it after every E-step, and lies up to ${largest} nats below it after an M-step.`,
    note: `iteration t: the M-step lifts both and opens the gap, the E-step closes it; log-likelihood from ${plain(first)} to ${plain(last)}, largest gap ${largest} nats`,
    legend: [
      { label: 'log-likelihood', colour: CEILING, line: true },
      { label: 'ELBO', colour: STAIRS, line: true },
      { label: 'KL: the gap', colour: GAP },
      { label: 'left to climb (below)', colour: CEILING, line: true, dash: '5 2' },
    ],
    values,
    last: nIter,
    yLabel: 'nats',
    marks: [
      Plot.areaY(steps, { x: 't', y1: 'elbo', y2: 'ceiling', fill: GAP, fillOpacity: 0.45, className: 'KL' }),
      Plot.line(steps, { x: 't', y: 'ceiling', stroke: CEILING, strokeWidth: 3, className: 'log-likelihood' }),
      Plot.line(steps, { x: 't', y: 'elbo', stroke: STAIRS, strokeWidth: 1.8, className: 'ELBO' }),
    ],
  };
}

function plain(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(8)));
}
