/** The basics of a generator of random numbers; not a test battery, but what a slip in the seeding would break. */
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../src/data/random.js';
import { sum } from './helpers/numbers.js';

const SIZE = 100_000;
const SEEDS = [0, 1, 2, 3, 42, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

const draws = (n: number, next: () => number) => Float64Array.from({ length: n }, next);
const stream = (seed: number): Random => createRandom(seed, Math.log);
const mean = (x: ArrayLike<number>) => sum(x) / x.length;

function correlation(a: Float64Array, b: Float64Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  const [sa, sb] = [a, b].map((x, i) => Math.sqrt(mean(x.map((v) => (v - [ma, mb][i]!) ** 2))));
  return mean(a.map((v, i) => (v - ma) * (b[i]! - mb))) / (sa! * sb!);
}

/** χ² of counts that should be equal, in standard deviations from its mean. */
function chiSquareDeviation(counts: readonly number[]): number {
  const expected = sum(counts) / counts.length;
  const freedom = counts.length - 1;
  return (sum(counts.map((c) => (c - expected) ** 2 / expected)) - freedom) / Math.sqrt(2 * freedom);
}

function histogram(x: ArrayLike<number>, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < x.length; i++) counts[Math.floor(x[i]! * bins)]!++;
  return counts;
}

describe('seeds', () => {
  it('every one has a stream of its own', () => {
    const starts = [...SEEDS, ...Array.from({ length: 200 }, (_, i) => i + 100)].map((seed) => stream(seed).uniform());
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('the same one has the same stream', () => {
    for (const seed of SEEDS) {
      const [a, b] = [stream(seed), stream(seed)];
      for (let i = 0; i < 50; i++)
        expect([a.uniform(), a.normal(), a.integer(9)]).toEqual([b.uniform(), b.normal(), b.integer(9)]);
    }
  });

  it('neighbours are independent: first numbers over seeds are uniform, streams uncorrelated', () => {
    const firsts = draws(20_000, () => 0).map((_, seed) => stream(seed).uniform());
    expect(Math.abs(chiSquareDeviation(histogram(firsts, 50)))).toBeLessThan(5);
    expect(Math.abs(correlation(firsts.slice(1), firsts.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(20_000));
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [1, 2 ** 32 + 1],
      [5, -5],
    ] as const) {
      const [x, y] = [a, b].map((seed) => {
        const random = stream(seed);
        return draws(20_000, () => random.uniform());
      });
      expect(Math.abs(correlation(x!, y!)), `${a}, ${b}`).toBeLessThan(5 / Math.sqrt(20_000));
    }
  });
});

describe.each(SEEDS)('the stream of %d', (seed) => {
  const random = stream(seed);
  const x = draws(SIZE, () => random.uniform());

  it('is uniform in [0, 1)', () => {
    expect(Math.min(...x.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(x.every((v) => v < 1)).toBe(true);
    expect(Math.abs(mean(x) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * SIZE));
    expect(Math.abs(chiSquareDeviation(histogram(x, 100)))).toBeLessThan(5);
    // 53 bits: the last one is used, and as often set as not
    const last = mean(x.map((v) => (v * 2 ** 53) % 2));
    expect(Math.abs(last - 0.5)).toBeLessThan(5 / (2 * Math.sqrt(SIZE)));
  });

  it('has no memory of its last numbers', () => {
    for (const lag of [1, 2, 3, 7]) {
      expect(Math.abs(correlation(x.slice(lag), x.slice(0, -lag))), `lag ${lag}`).toBeLessThan(5 / Math.sqrt(SIZE));
    }
    const pairs = new Array<number>(400).fill(0);
    for (let i = 0; i + 1 < SIZE; i += 2) pairs[Math.floor(x[i]! * 20) * 20 + Math.floor(x[i + 1]! * 20)]!++;
    expect(Math.abs(chiSquareDeviation(pairs))).toBeLessThan(5);
  });

  it('has standard normals', () => {
    const z = draws(SIZE, () => random.normal());
    const moment = (p: number) => mean(z.map((v) => v ** p));
    // variances of z^p: 1, 2, 15, 96
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(SIZE));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / SIZE));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / SIZE));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / SIZE));
    const tail = z.filter((v) => Math.abs(v) > 2).length / SIZE;
    expect(Math.abs(tail - 0.0455003)).toBeLessThan(5 * Math.sqrt(0.0455 / SIZE));
    expect(Math.abs(correlation(z.slice(1), z.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(SIZE));
  });

  it('has integers that are equally likely', () => {
    for (const n of [1, 2, 7, 100]) {
      const counts = new Array<number>(n).fill(0);
      for (let i = 0; i < 20_000; i++) counts[random.integer(n)]!++;
      expect(counts.length).toBe(n);
      if (n > 1) expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(5);
    }
  });

  it('splits into streams that are independent of it and of each other', () => {
    const parent = stream(seed);
    const children = [parent.split(), parent.split(), parent.split()];
    const streams = [parent, ...children].map((r) => draws(20_000, () => r.uniform()));
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < a; b++)
        expect(Math.abs(correlation(streams[a]!, streams[b]!))).toBeLessThan(5 / Math.sqrt(20_000));
    }
    const again = stream(seed);
    expect(again.split().uniform()).toBe(streams[1]![0]);
    expect(again.split().uniform()).toBe(streams[2]![0]);
  });
});
