/**
 * exp and log to about 31 digits, as unevaluated sums of two doubles (Dekker 1971; Hida, Li & Bailey 2001): what the kernels
 * are measured against where mpmath would take days. Functions return the high part; the low part is `low()` until the next
 * call, so that ten million evaluations allocate nothing.
 */
let lo = 0;
export const low = () => lo;

const SPLITTER = 2 ** 27 + 1;

export function multiply(ah, al, bh, bl) {
  const p = ah * bh;
  const ca = SPLITTER * ah;
  const cb = SPLITTER * bh;
  const a1 = ca - (ca - ah);
  const b1 = cb - (cb - bh);
  const a2 = ah - a1;
  const b2 = bh - b1;
  const e = a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2 + (ah * bl + al * bh);
  const h = p + e;
  lo = e - (h - p);
  return h;
}

/** Accurate also where the high parts cancel. */
export function add(ah, al, bh, bl) {
  const s = ah + bh;
  const sb = s - ah;
  let e = ah - (s - sb) + (bh - sb);
  const t = al + bl;
  const tb = t - al;
  const f = al - (t - tb) + (bl - tb);
  e += t;
  const u = s + e;
  e = e - (u - s) + f;
  const h = u + e;
  lo = e - (h - u);
  return h;
}

/** log 2 in pieces of 40 bits, so that a piece times an exponent is exact. */
const LN2 = (() => {
  const digits = '693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326996418687';
  let rest = (BigInt(digits) << 240n) / 10n ** BigInt(digits.length);
  return [40, 80, 120].map((bits) => {
    const shift = BigInt(240 - bits);
    const piece = rest >> shift;
    rest -= piece << shift;
    return Number(piece) * 2 ** -bits;
  });
})();

/** 1/n! as pairs. */
const INVERSE_FACTORIALS = (() => {
  let factorial = 1;
  return Array.from({ length: 11 }, (_, n) => {
    factorial *= Math.max(1, n);
    const hi = 1 / factorial;
    const product = multiply(hi, 0, factorial, 0);
    return [hi, (1 - product - lo) / factorial];
  });
})();

/** exp(r) − 1 for |r| ≤ 0.36 with a small relative error: Taylor of r/256, then eight times (1 + m)² − 1. */
export function expm1(rh, rl) {
  const h = rh / 256;
  const l = rl / 256;
  let s = INVERSE_FACTORIALS[10][0];
  // what follows is below 2⁻⁵⁶ of the sum: its own rounding does not matter
  for (let n = 9; n >= 6; n--) s = s * h + INVERSE_FACTORIALS[n][0];
  let sl = 0;
  for (let n = 5; n >= 1; n--) {
    s = multiply(s, sl, h, l);
    s = add(s, lo, INVERSE_FACTORIALS[n][0], INVERSE_FACTORIALS[n][1]);
    sl = lo;
  }
  let m = multiply(s, sl, h, l);
  let ml = lo;
  for (let i = 0; i < 8; i++) {
    const t = add(m, ml, 2, 0);
    m = multiply(m, ml, t, lo);
    ml = lo;
  }
  return m;
}

/** Of exp(x) = 2^k·(h + l): k; see `expReduced`. */
export const exponentOf = (x) => Math.round(x / Math.LN2);

/** h of exp(x) = 2^k·(h + l), h between 0.7 and 1.42. */
export function expReduced(x, k) {
  let h = add(x, 0, -k * LN2[0], 0);
  h = add(h, lo, -k * LN2[1], 0);
  h = add(h, lo, -k * LN2[2], 0);
  const m = expm1(h, lo);
  return add(1, 0, m, lo);
}

const view = new DataView(new ArrayBuffer(8));

/** log(x) of a positive normal double: a host's logarithm, and one Newton step that leaves its cube of an error. */
export function log(x) {
  view.setFloat64(0, x);
  const top = view.getUint32(0);
  let j = (top >>> 20) - 1023;
  view.setUint32(0, (top & 0xfffff) | 0x3ff00000);
  let f = view.getFloat64(0);
  if (f > Math.SQRT2) {
    f /= 2;
    j++;
  }
  const y = Math.log(f);
  // f·exp(−y) − 1 = (f − 1) + f·expm1(−y), which keeps its digits where f is near 1
  let e = expm1(-y, 0);
  e = multiply(e, lo, f, 0);
  e = add(e, lo, f - 1, 0);
  e = add(e, lo, -e * e * 0.5, 0);
  let h = add(y, 0, e, lo);
  for (const piece of LN2) h = add(h, lo, j * piece, 0);
  return h;
}
