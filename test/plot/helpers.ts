/** Reading pictures back. */
import { createRequire } from 'node:module';
import * as Plot from '@observablehq/plot';
import { load, type ReferenceCase } from '../helpers/reference.js';

export { Plot };

export const { JSDOM } = createRequire(import.meta.url)('jsdom');

/** The picture as a DOM that checks its syntax. */
export function parse(svg: string): Element {
  return new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document.documentElement;
}

export function newDocument(): Document {
  return new JSDOM('').window.document;
}

/** Vertices of a path of straight lines; Z and H, V are understood. */
export function vertices(path: Element): [number, number][] {
  const points: [number, number][] = [];
  for (const [, command, numbers] of path.getAttribute('d')!.matchAll(/([MLHVZ])([^MLHVZ]*)/g)) {
    const values = numbers!.split(',').map(Number);
    const [x, y] = points.at(-1) ?? [0, 0];
    if (command === 'H') points.push([values[0]!, y]);
    else if (command === 'V') points.push([x, values[0]!]);
    else if (command !== 'Z') points.push([values[0]!, values[1]!]);
  }
  return points;
}

/** Pixels → data along an axis, from two of its tick labels. */
export function scaleOf(panel: Element, axis: 'x' | 'y'): (pixel: number) => number {
  const texts = [...panel.querySelectorAll(`[aria-label="${axis}-axis tick label"] text`)];
  const ticks = texts.map((text) => {
    const [x, y] = /translate\(([^)]*)\)/.exec(text.getAttribute('transform')!)![1]!.split(',').map(Number);
    return { pixel: axis === 'x' ? x! : y!, value: Number(text.textContent!.replaceAll(',', '').replace('−', '-')) };
  });
  const [a, b] = [ticks[0]!, ticks.at(-1)!];
  return (pixel) => a.value + ((pixel - a.pixel) / (b.pixel - a.pixel)) * (b.value - a.value);
}

export const rowsOf = (name: string): number[][] => load<ReferenceCase>(`${name}.json`).dataset.rows;
