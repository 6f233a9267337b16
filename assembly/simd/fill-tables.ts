/**
 * Computes the tables of exp and log once per instance, in pairs of doubles (about 100 bits): 8 kB that need not be
 * downloaded. Plain IEEE arithmetic, so the same bits on every host. Dekker 1971, "A floating-point technique for extending
 * the available precision".
 */
import { EXP_ROOTS, EXP_TABLE, LOG_TABLE, NEAR_TABLE } from "./tables";

const ENTRIES = 128;

// the result of the last operation on pairs
let high: f64 = 0;
let low: f64 = 0;

/** a + b exactly, for |a| ≥ |b|. */
@inline
function normalize(a: f64, b: f64): void {
  high = a + b;
  low = b - (high - a);
}

/** The rounding error of a·b. */
function productError(a: f64, b: f64): f64 {
  const p = a * b;
  const sa = a * 134217729; // 2^27 + 1 cuts a double in halves whose products are exact
  const ah = sa - (sa - a);
  const al = a - ah;
  const sb = b * 134217729;
  const bh = sb - (sb - b);
  const bl = b - bh;
  return ah * bh - p + ah * bl + al * bh + al * bl;
}

/** (a + b)·(c + d) */
function multiply(a: f64, b: f64, c: f64, d: f64): void {
  normalize(a * c, productError(a, c) + (a * d + b * c));
}

/** (a + b) + (c + d), for |a| ≥ |c|. */
function add(a: f64, b: f64, c: f64, d: f64): void {
  const sum = a + c;
  normalize(sum, c - (sum - a) + (b + d));
}

/** 2^(j/256) as a product of the roots in j's binary digits; every other one is in both tables. */
function fillExp(): void {
  for (let j = 0; j < 2 * ENTRIES; j++) {
    high = 1;
    low = 0;
    for (let i = 0; i < 8; i++) {
      if ((j >> i) & 1) {
        const root = EXP_ROOTS + (<usize>i << 4);
        multiply(high, low, load<f64>(root), load<f64>(root, 8));
      }
    }
    store<i64>(NEAR_TABLE + (<usize>j << 3), reinterpret<i64>(high) - (<i64>j << 44));
    if (j & 1) continue;
    const at = EXP_TABLE + (<usize>j << 3);
    store<f64>(at, low / high);
    store<f64>(at, high, 8);
  }
}

/**
 * 1/c = m/2^14 with m the integer next to 2^14/(1 + i/128), and log c by steps from one m to the next:
 * log(m₀/m₁) = 2·artanh s, s = (m₀ − m₁)/(m₀ + m₁) < 2^-7.
 */
function fillLog(): void {
  let before: f64 = 16384;
  let logHigh: f64 = 0;
  let logLow: f64 = 0;
  for (let i = 0; i < ENTRIES; i++) {
    const m = nearest<f64>(2097152 / <f64>(128 + i));
    if (i > 0) {
      logRatio(before - m, before + m);
      // the first step is the larger term, later ones the smaller
      if (i == 1) add(high, low, logHigh, logLow);
      else add(logHigh, logLow, high, low);
      logHigh = high;
      logLow = low;
    }
    before = m;
    const grid = nearest<f64>(logHigh * 4398046511104) / 4398046511104; // a multiple of 2^-42
    const at = LOG_TABLE + (<usize>i << 5);
    store<f64>(at, m / 16384);
    store<f64>(at, grid, 8);
    store<f64>(at, logHigh - grid + logLow, 16);
  }
}

/** 2·artanh(p/q) = 2·(s + s³/3 + s⁵/5 + …) for integers p < q/128. */
function logRatio(p: f64, q: f64): void {
  const sHigh = p / q;
  const sLow = (p - sHigh * q - productError(sHigh, q)) / q;
  multiply(sHigh, sLow, sHigh, sLow);
  const squareHigh = high;
  const squareLow = low;
  // Horner's rule from the s^14 on: what follows is below 2^-110
  let sumHigh: f64 = 1.0 / 15;
  let sumLow: f64 = 0;
  for (let n = 13; n > 0; n -= 2) {
    multiply(sumHigh, sumLow, squareHigh, squareLow);
    const oneHigh = 1.0 / <f64>n;
    const oneLow = (1 - oneHigh * <f64>n - productError(oneHigh, <f64>n)) / <f64>n;
    add(oneHigh, oneLow, high, low);
    sumHigh = high;
    sumLow = low;
  }
  multiply(sumHigh, sumLow, 2 * sHigh, 2 * sLow);
}

/** Must be called once after instantiation, before anything that needs exp or log. */
export function fillTables(): void {
  fillExp();
  fillLog();
}
