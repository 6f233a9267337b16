import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Kernels, loadKernels } from '../helpers/kernels';

type Name = 'exp' | 'log' | 'log1p';

/** Triples (x, rounded, residual), see tools/generate-exp-log-fixture.py. */
const fixture: Record<Name, number[]> = JSON.parse(
  readFileSync(new URL('../fixtures/exp-log.json', import.meta.url), 'utf8'),
);

/** Largest error in ulp that the doc comments promise. */
const PROMISED: Record<Name, number> = { exp: 0.508, log: 0.504, log1p: 0.504 };
const names: Name[] = ['exp', 'log', 'log1p'];

let kernels: Kernels;
beforeEach(() => {
  kernels = loadKernels();
});

/** The array kernel from one array to another. */
function apply(name: Name, x: ArrayLike<number>): Float64Array {
  const src = kernels.doubles(x);
  const dst = kernels.doubles(x.length);
  kernels.exports[`${name}Array`]!(src.byteOffset, dst.byteOffset, x.length);
  return dst;
}

const bitsOf = (x: ArrayLike<number>): bigint[] => Array.from(new BigUint64Array(Float64Array.from(x).buffer));

/** The distance of doubles in the binade of x. */
function ulp(x: number): number {
  const [bits] = bitsOf([Math.abs(x)]);
  const exponent = Number(bits! >> 52n);
  return 2 ** (Math.max(exponent, 1) - 1075);
}

describe.each(names)('%s', (name) => {
  const triples = fixture[name];
  const count = triples.length / 3;
  const x = Float64Array.from({ length: count }, (_, i) => triples[3 * i]!);

  it(`is within ${PROMISED[name]} ulp of the true value`, () => {
    const y = apply(name, x);
    let worst = { error: 0, x: 0, y: 0 };
    for (let i = 0; i < count; i++) {
      const rounded = triples[3 * i + 1]!;
      const residual = triples[3 * i + 2]!;
      const error = Math.abs((y[i]! - rounded) / ulp(rounded) - residual);
      if (error > worst.error || Number.isNaN(error)) worst = { error: error || Infinity, x: x[i]!, y: y[i]! };
    }
    expect(worst.error, `f(${worst.x}) = ${worst.y}`).toBeLessThanOrEqual(PROMISED[name]);
  });

  it('gives a number the same bits wherever it stands, and writes nothing else', () => {
    const all = bitsOf(apply(name, x));
    for (const n of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 63, 64, 65]) {
      for (const start of [0, 1, 2, 3, 500]) {
        const dst = kernels.doubles(Array.from({ length: n + 2 }, () => -77));
        const src = kernels.doubles(x.subarray(start, start + n));
        kernels.exports[`${name}Array`]!(src.byteOffset, dst.byteOffset + 8, n);
        expect(bitsOf(dst.subarray(1, n + 1))).toEqual(all.slice(start, start + n));
        expect([dst[0], dst[n + 1]]).toEqual([-77, -77]);
      }
    }
  });

  it('works in place', () => {
    const all = bitsOf(apply(name, x));
    for (const n of [1, 5, 8, 65, count]) {
      const view = kernels.doubles(x.subarray(0, n));
      kernels.exports[`${name}Array`]!(view.byteOffset, view.byteOffset, n);
      expect(bitsOf(view)).toEqual(all.slice(0, n));
    }
  });

  it('keeps the order of neighbours to one ulp', () => {
    const sorted = Float64Array.from(x).sort();
    const y = apply(name, sorted);
    for (let i = 1; i < count; i++) expect(y[i]! - y[i - 1]!).toBeGreaterThanOrEqual(-ulp(y[i]!));
  });
});

describe('special values', () => {
  const { MAX_VALUE, MIN_VALUE } = Number;

  /** [x, f(x)]; each goes through a vector next to an ordinary number, in either lane, and alone. */
  function check(name: Name, pairs: [number, number][]): void {
    for (const [x, expected] of pairs) {
      const [plain] = apply(name, [0.75]);
      for (let place = 0; place < 5; place++) {
        const input = [0.75, 0.75, 0.75, 0.75, 0.75];
        input[place] = x;
        const wanted = input.map((_, i) => (i === place ? expected : plain!));
        expect(Array.from(apply(name, input)), `${name}(${x}) at ${place}`).toEqual(wanted);
      }
    }
  }

  it('exp', () => {
    check('exp', [
      [0, 1],
      [-0, 1],
      [Number.NaN, Number.NaN],
      [Infinity, Infinity],
      [-Infinity, 0],
      [MAX_VALUE, Infinity],
      [-MAX_VALUE, 0],
      [MIN_VALUE, 1],
      [-MIN_VALUE, 1],
      [709.782712893384, 1.7976931348622732e308],
      [709.7827128933841, Infinity],
      [-745.1332191019411, MIN_VALUE],
      [-745.1332191019412, 0],
      [-708.3964185322641, 2.2250738585072626e-308],
      [-708.3964185322642, 2.2250738585070097e-308],
      [1e10, Infinity],
      [-1e10, 0],
    ]);
  });

  it('log', () => {
    check('log', [
      [1, 0],
      [0, -Infinity],
      [-0, -Infinity],
      [-1, Number.NaN],
      [-MIN_VALUE, Number.NaN],
      [-Infinity, Number.NaN],
      [Number.NaN, Number.NaN],
      [Infinity, Infinity],
      [MAX_VALUE, 709.782712893384],
      [MIN_VALUE, -744.4400719213812],
      [2 ** -1022, -708.3964185322641],
      [1 - 2 ** -53, -(2 ** -53)],
      [1 + 2 ** -52, 2 ** -52 - 2 ** -105],
      [2, Math.LN2],
    ]);
    // Exactly +0, and powers of two symmetric.
    expect(Object.is(apply('log', [1])[0], 0)).toBe(true);
    for (let e = 1; e < 1022; e++) {
      const [up, down] = apply('log', [2 ** e, 2 ** -e]);
      expect(up).toBe(-down!);
    }
  });

  it('log1p', () => {
    check('log1p', [
      [0, 0],
      [MIN_VALUE, MIN_VALUE],
      [2 ** -1022, 2 ** -1022],
      [1e-300, 1e-300],
      [1e-17, 1e-17],
      [1, Math.LN2],
      [MAX_VALUE, 709.782712893384],
    ]);
  });

  it('NaN has always the same bits', () => {
    const odd = kernels.doubles(2);
    new BigUint64Array(odd.buffer, odd.byteOffset, 2).set([0xfff8_0000_dead_beefn, 0x7ff0_0000_0000_0001n]);
    for (const name of ['exp', 'log']) {
      const dst = kernels.doubles(2);
      kernels.exports[`${name}Array`]!(odd.byteOffset, dst.byteOffset, 2);
      expect(bitsOf(dst)).toEqual([0x7ff8_0000_0000_0000n, 0x7ff8_0000_0000_0000n]);
    }
  });
});

describe('scalar forms', () => {
  it.each(['exp', 'log', 'log1p'] as const)('%sScalar has the bits of the array kernel', (name) => {
    const scalar = kernels.exports[`${name}Scalar`];
    if (scalar === undefined) return; // not part of the ABI
    const triples = fixture[name];
    const x = Array.from({ length: triples.length / 3 }, (_, i) => triples[3 * i]!);
    expect(bitsOf(x.map((value) => scalar(value)))).toEqual(bitsOf(apply(name, x)));
  });
});

describe('expNear', () => {
  /** Largest errors that the doc comment promises: of the result in ulp, and of the argument it stands for. */
  const promised = { result: 1.04, argument: 0.83 };
  const triples = Array.from(
    { length: fixture.exp.length / 3 },
    (_, i) => fixture.exp.slice(3 * i, 3 * i + 3) as [number, number, number],
  ).filter(([x]) => x >= -708 && x <= 709);

  const near = (x: readonly number[]) => {
    const src = kernels.doubles(x);
    kernels.exports.expNearArray!(src.byteOffset, src.byteOffset, x.length);
    return Array.from(src);
  };

  it('is the exponential of a neighbour', () => {
    const even = triples.slice(0, triples.length & ~1);
    expect(even.length).toBeGreaterThan(1000);
    const y = near(even.map(([x]) => x));
    even.forEach(([x, rounded, residual], i) => {
      // in ulp of the result
      const error = Math.abs((y[i]! - rounded) / ulp(rounded) - residual);
      const ofArgument = (promised.argument * ulp(x) * rounded) / ulp(rounded);
      expect(error, `f(${x}) = ${y[i]}`).toBeLessThanOrEqual(promised.result + ofArgument);
    });
  });

  it('is 1 at 0 and the same in either lane', () => {
    expect(near([0, -0])).toEqual([1, 1]);
    const x = triples.map(([first]) => first);
    const lanes = near(x.flatMap((value) => [value, -1]));
    const others = near(x.flatMap((value) => [-1, value]));
    expect(lanes.filter((_, i) => i % 2 === 0)).toEqual(others.filter((_, i) => i % 2 === 1));
  });
});
