/** The promises of src/plot/palette.ts, computed. */
import { describe, expect, it } from 'vitest';
import { type Colour, hex, INK, PALETTE, PAPER } from '../../src/plot/palette.js';

type Triple = readonly number[];

const linear = (part: number) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
const times = (rows: readonly Triple[], v: Triple) => rows.map((row) => row.reduce((sum, a, i) => sum + a * v[i]!, 0));
const fromHex = (text: string) => [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));

/** WCAG 2 */
function contrast(a: Triple, b: Triple): number {
  const [low, high] = [a, b]
    .map((colour) => times([[0.2126, 0.7152, 0.0722]], colour.map(linear))[0]! + 0.05)
    .sort((x, y) => x - y);
  return high! / low!;
}

/** Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB. */
const EYES: Record<string, readonly Triple[]> = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}; // biome-ignore format: matrices

/** Ottosson 2020 */
function okLab(rgb: Triple): number[] {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((part) => Math.max(part, 0)),
  ).map(Math.cbrt);
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  );
}

describe('the palette', () => {
  it.each(PALETTE.map((colour) => [hex(colour), colour] as const))('%s stands out on both papers', (_, colour) => {
    for (const paper of Object.values(PAPER)) expect(contrast(colour, fromHex(paper))).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(EYES))('any two differ: %s', (eyes) => {
    const seen = PALETTE.map((colour: Colour) => okLab(times(EYES[eyes]!, colour.map(linear))));
    seen.forEach((a, i) => {
      for (const b of seen.slice(i + 1)) expect(Math.hypot(...a.map((v, c) => v - b[c]!))).toBeGreaterThan(0.075);
    });
  });

  it('text is easy to read', () => {
    expect(contrast(fromHex(INK.light), fromHex(PAPER.light))).toBeGreaterThan(7);
    expect(contrast(fromHex(INK.dark), fromHex(PAPER.dark))).toBeGreaterThan(7);
  });
});
