/** Errors of exp and log in units of the last place, over millions of arguments. */
import { readFileSync } from 'node:fs';
import { exponentOf, expReduced, log, low } from './double-double.mjs';

const CHUNK = 100_000;
const root = new URL('../../', import.meta.url);

/** xoshiro128**, of which pairs make 53 bits: a linear generator would fall on planes among ten million arguments. */
function uniforms(seed) {
  const s = Uint32Array.of(seed, 0x9e3779b9, 0x243f6a88, 0xb7e15162);
  const rotate = (x, k) => (x << k) | (x >>> (32 - k));
  const next = () => {
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result;
  };
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** Each draws from all of a range of arguments that EM can meet; results are normal numbers. */
const RANGES = {
  exp: {
    'all of −708 to 709': (u) => -708 + 1417 * u(),
    '−40 to 0, responsibilities': (u) => -40 * u(),
    '±2⁻⁶⁰ to ±1, every binade alike': (u) => (u() < 0.5 ? -1 : 1) * (1 + u()) * 2 ** -(1 + Math.floor(60 * u())),
  },
  log: {
    'all normal doubles, every binade alike': (u) => (1 + u()) * 2 ** (Math.floor(2046 * u()) - 1022),
    '0.5 to 2': (u) => 0.5 + 1.5 * u(),
    '1 ± 2⁻² to 2⁻⁵⁰': (u) => 1 + (u() < 0.5 ? -1 : 1) * (1 + u()) * 2 ** -(3 + Math.floor(47 * u())),
  },
};

const view = new DataView(new ArrayBuffer(8));

/** The distance of doubles in the binade of a normal number. */
function ulp(x) {
  view.setFloat64(0, Math.abs(x));
  return 2 ** ((view.getUint32(0) >>> 20) - 1075);
}

/** (y − f(x)) in ulp of f(x). */
export const ERRORS = {
  exp(x, y) {
    const k = exponentOf(x);
    const h = expReduced(x, k);
    // two steps: 2^-k itself can overflow where y is small
    const half = Math.trunc(k / 2);
    return (y * 2 ** -half * 2 ** (half - k) - h - low()) / ulp(h);
  },
  log(x, y) {
    const h = log(x);
    return h === 0 ? y : (y - h - low()) / ulp(h);
  },
};

/**
 * @param {number} count arguments per function
 * @returns rows of { f, range, count, wasm, host }: largest errors in ulp, of the kernels and of this engine's Math
 */
export function expLog(count = 1e7) {
  const kernels = loadKernels();
  return Object.entries(RANGES).flatMap(([f, ranges]) =>
    Object.entries(ranges).map(([range, draw], i) => {
      const share = Math.round(i === 0 ? count / 2 : count / 4);
      const uniform = uniforms(1 + i);
      const worst = { wasm: 0, host: 0, at: 0 };
      for (let done = 0; done < share; done += CHUNK) {
        const x = Float64Array.from({ length: Math.min(CHUNK, share - done) }, () => draw(uniform));
        const y = kernels[f](x);
        for (let j = 0; j < x.length; j++) {
          const error = Math.abs(ERRORS[f](x[j], y[j]));
          if (!(error <= worst.wasm)) Object.assign(worst, { wasm: error, at: x[j] });
          worst.host = Math.max(worst.host, Math.abs(ERRORS[f](x[j], Math[f](x[j]))));
        }
      }
      return { f, range, count: share, ...worst };
    }),
  );
}

/** The largest distance of the double-double answers from those of mpmath (test/fixtures/exp-log.json), in ulp. */
export function distanceFromMpmath() {
  const fixture = JSON.parse(readFileSync(new URL('test/fixtures/exp-log.json', root), 'utf8'));
  return Object.fromEntries(
    Object.keys(ERRORS).map((f) => {
      let worst = 0;
      for (let i = 0; i < fixture[f].length; i += 3) {
        const [x, rounded, residual] = fixture[f].slice(i, i + 3);
        const normal =
          Math.abs(rounded) >= 2 ** -1022 && Number.isFinite(rounded) && x >= (f === 'log' ? 2 ** -1022 : -708);
        // `rounded` is off by the residual, to four decimals; at a power of two the two may mean ulps of different binades
        if (normal) worst = Math.max(worst, Math.abs(ERRORS[f](x, rounded) + residual));
      }
      return [f, worst];
    }),
  );
}

/** exp and log over arrays, of the module that tests use. */
function loadKernels() {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const bytes = readFileSync(new URL('build/kernels.testing.wasm', root));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  exports.fillTables();
  const from = Math.ceil(exports.heapBase() / 64) * 64;
  const to = from + 8 * CHUNK;
  const missing = Math.ceil((to + 8 * CHUNK - memory.buffer.byteLength) / 65536);
  if (missing > 0) memory.grow(missing);
  const apply = (name) => (x) => {
    new Float64Array(memory.buffer, from, x.length).set(x);
    exports[name](from, to, x.length);
    return new Float64Array(memory.buffer, to, x.length);
  };
  return { exp: apply('expArray'), log: apply('logArray') };
}
