import { expBoundedV, expIsBounded, expNearV, expV, nearConstant } from "./exp";
import { log1pNonNegativeV, logIsNormal, logPositiveV, logV } from "./log";

// exp, log and log1p of n ≥ 0 doubles from src to dst, at any alignment. dst may be src; otherwise they do not overlap.
//
// Two vectors a round, both done before the first is stored, under one test for special cases. The last one to three
// numbers go through the same functions, so that a number has the same bits wherever it stands.

/** dst[i] = e^src[i], for every double. Accuracy: {@link expV}. */
export function expArray(src: usize, dst: usize, n: i32): void {
  const end = src + (<usize>(n & ~3) << 3);
  for (; src < end; src += 32, dst += 32) {
    const a = v128.load(src);
    const b = v128.load(src, 16);
    if (i64x2.bitmask(v128.and(expIsBounded(a), expIsBounded(b))) != 3) {
      v128.store(dst, expV(a));
      v128.store(dst, expV(b), 16);
      continue;
    }
    const expA = expBoundedV(a);
    const expB = expBoundedV(b);
    v128.store(dst, expA);
    v128.store(dst, expB, 16);
  }
  for (n &= 3; n > 0; n--, src += 8, dst += 8) v128.store64_lane(dst, expV(v128.load64_splat(src)), 0);
}

/** dst[i] = e^src[i] for an even n, nothing smaller than -708 and nothing greater than 709. Accuracy: {@link expNearV}. */
export function expNearArray(src: usize, dst: usize, n: i32): void {
  const scale = nearConstant(0);
  const shift = nearConstant(1);
  const a1 = nearConstant(2);
  const a2 = nearConstant(3);
  const a3 = nearConstant(4);
  const a4 = nearConstant(5);
  for (const end = src + (<usize>n << 3); src < end; src += 16, dst += 16) {
    v128.store(dst, expNearV(v128.load(src), dst, scale, shift, a1, a2, a3, a4));
  }
}

/** dst[i] = log(src[i]), for every double. Accuracy: {@link logV}. */
export function logArray(src: usize, dst: usize, n: i32): void {
  const end = src + (<usize>(n & ~3) << 3);
  for (; src < end; src += 32, dst += 32) {
    const a = v128.load(src);
    const b = v128.load(src, 16);
    if (i64x2.bitmask(v128.and(logIsNormal(a), logIsNormal(b))) != 3) {
      v128.store(dst, logV(a));
      v128.store(dst, logV(b), 16);
      continue;
    }
    const logA = logPositiveV(a);
    const logB = logPositiveV(b);
    v128.store(dst, logA);
    v128.store(dst, logB, 16);
  }
  for (n &= 3; n > 0; n--, src += 8, dst += 8) v128.store64_lane(dst, logV(v128.load64_splat(src)), 0);
}

/** dst[i] = log(1 + src[i]), for src[i] finite and ≥ 0. Accuracy: {@link log1pNonNegativeV}. */
export function log1pArray(src: usize, dst: usize, n: i32): void {
  const end = src + (<usize>(n & ~3) << 3);
  for (; src < end; src += 32, dst += 32) {
    const a = log1pNonNegativeV(v128.load(src));
    const b = log1pNonNegativeV(v128.load(src, 16));
    v128.store(dst, a);
    v128.store(dst, b, 16);
  }
  for (n &= 3; n > 0; n--, src += 8, dst += 8) {
    v128.store64_lane(dst, log1pNonNegativeV(v128.load64_splat(src)), 0);
  }
}
