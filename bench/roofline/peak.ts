/**
 * What the machine can do with vectors of 128 bits, in loops like those of the kernels (AssemblyScript; compiled by run.mjs).
 */

/** `n` rounds of 8 products and 8 sums of vectors in independent chains, all in registers: 32 flops a round. */
export function mulAdd(n: i32, factor: f64): f64 {
  const m = f64x2.splat(factor);
  let a = f64x2.splat(1);
  let b = f64x2.splat(2);
  let c = f64x2.splat(3);
  let d = f64x2.splat(4);
  let e = f64x2.splat(5);
  let f = f64x2.splat(6);
  let g = f64x2.splat(7);
  let h = f64x2.splat(8);
  for (let i = 0; i < n; i++) {
    a = f64x2.add(f64x2.mul(a, m), m);
    b = f64x2.add(f64x2.mul(b, m), m);
    c = f64x2.add(f64x2.mul(c, m), m);
    d = f64x2.add(f64x2.mul(d, m), m);
    e = f64x2.add(f64x2.mul(e, m), m);
    f = f64x2.add(f64x2.mul(f, m), m);
    g = f64x2.add(f64x2.mul(g, m), m);
    h = f64x2.add(f64x2.mul(h, m), m);
  }
  a = f64x2.add(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)), f64x2.add(f64x2.add(e, f), f64x2.add(g, h)));
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** `n` rounds of a tile of 4 × 2 vectors as the kernels have it: 6 loads from `x` and `w`, 8 products, 8 sums, 32 flops. */
export function tile(x: usize, w: usize, n: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let e = f64x2.splat(0);
  let f = f64x2.splat(0);
  let g = f64x2.splat(0);
  let h = f64x2.splat(0);
  const end = x + ((<usize>n) << 5);
  while (x < end) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const w0 = v128.load64_splat(w);
    a = f64x2.add(a, f64x2.mul(w0, x0));
    b = f64x2.add(b, f64x2.mul(w0, x1));
    const w1 = v128.load64_splat(w, 8);
    c = f64x2.add(c, f64x2.mul(w1, x0));
    d = f64x2.add(d, f64x2.mul(w1, x1));
    const w2 = v128.load64_splat(w, 16);
    e = f64x2.add(e, f64x2.mul(w2, x0));
    f = f64x2.add(f, f64x2.mul(w2, x1));
    const w3 = v128.load64_splat(w, 24);
    g = f64x2.add(g, f64x2.mul(w3, x0));
    h = f64x2.add(h, f64x2.mul(w3, x1));
    x += 32;
    w += 32;
  }
  a = f64x2.add(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)), f64x2.add(f64x2.add(e, f), f64x2.add(g, h)));
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** Reads `bytes` (a multiple of 64) from `x`. */
export function read(x: usize, bytes: usize): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  for (const end = x + bytes; x < end; x += 64) {
    a = f64x2.add(a, v128.load(x));
    b = f64x2.add(b, v128.load(x, 16));
    c = f64x2.add(c, v128.load(x, 32));
    d = f64x2.add(d, v128.load(x, 48));
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}
