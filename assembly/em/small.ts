/**
 * Terms and moments for few features, where the general forms would spend their time on packing and loop ends: everything
 * between the loads and the sums stays in registers. Lanes are points, two vectors a round.
 *
 * Each d has loops of its own, made of one text: with `d` tested inside the loop V8 keeps the sums of all d alive and spills
 * seven of ten, so of the six of d = 2 three. An iteration at D = 2 takes 9 % less (bench/roofline).
 */
import { sumLanes } from "../simd/horizontal";
import { Panel } from "./panel";
import { termOf } from "./quadratic";

/** As `termsFull` for d ≤ 4: `w` is the corner of a packed factor, by rows of 1, 2, 3 and 4. */
export function termsSmall(panel: Panel, mean: usize, w: usize, out: usize): void {
  const d = panel.nFeatures;
  if (d == 1) terms(panel, mean, w, out, 1);
  else if (d == 2) terms(panel, mean, w, out, 2);
  else if (d == 3) terms(panel, mean, w, out, 3);
  else terms(panel, mean, w, out, 4);
}

@inline
function terms(panel: Panel, mean: usize, w: usize, out: usize, d: i32): void {
  const line = <usize>panel.size << 3;
  const end = panel.columns + (<usize>panel.count << 3);
  for (let x = panel.columns; x < end; x += 32) {
    let m = v128.load64_splat(mean, 0);
    const u0 = f64x2.sub(v128.load(x), m);
    const v0 = f64x2.sub(v128.load(x, 16), m);
    let a = v128.load64_splat(w, 0);
    let y = f64x2.mul(a, u0);
    let z = f64x2.mul(a, v0);
    let q = f64x2.mul(y, y);
    let r = f64x2.mul(z, z);
    if (d > 1) {
      m = v128.load64_splat(mean, 8);
      const u1 = f64x2.sub(v128.load(x + line), m);
      const v1 = f64x2.sub(v128.load(x + line, 16), m);
      a = v128.load64_splat(w, 8);
      y = f64x2.mul(a, u0);
      z = f64x2.mul(a, v0);
      a = v128.load64_splat(w, 16);
      y = f64x2.add(y, f64x2.mul(a, u1));
      z = f64x2.add(z, f64x2.mul(a, v1));
      q = f64x2.add(q, f64x2.mul(y, y));
      r = f64x2.add(r, f64x2.mul(z, z));
      if (d > 2) {
        // or V8 loads everything first: see addSquares
        v128.store(out, q);
        v128.store(out, r, 16);
        m = v128.load64_splat(mean, 16);
        const u2 = f64x2.sub(v128.load(x + 2 * line), m);
        const v2 = f64x2.sub(v128.load(x + 2 * line, 16), m);
        a = v128.load64_splat(w, 24);
        y = f64x2.mul(a, u0);
        z = f64x2.mul(a, v0);
        a = v128.load64_splat(w, 32);
        y = f64x2.add(y, f64x2.mul(a, u1));
        z = f64x2.add(z, f64x2.mul(a, v1));
        a = v128.load64_splat(w, 40);
        y = f64x2.add(y, f64x2.mul(a, u2));
        z = f64x2.add(z, f64x2.mul(a, v2));
        q = f64x2.add(q, f64x2.mul(y, y));
        r = f64x2.add(r, f64x2.mul(z, z));
        if (d > 3) {
          v128.store(out, q);
          v128.store(out, r, 16);
          m = v128.load64_splat(mean, 24);
          const u3 = f64x2.sub(v128.load(x + 3 * line), m);
          const v3 = f64x2.sub(v128.load(x + 3 * line, 16), m);
          a = v128.load64_splat(w, 48);
          y = f64x2.mul(a, u0);
          z = f64x2.mul(a, v0);
          a = v128.load64_splat(w, 56);
          y = f64x2.add(y, f64x2.mul(a, u1));
          z = f64x2.add(z, f64x2.mul(a, v1));
          a = v128.load64_splat(w, 64);
          y = f64x2.add(y, f64x2.mul(a, u2));
          z = f64x2.add(z, f64x2.mul(a, v2));
          a = v128.load64_splat(w, 72);
          y = f64x2.add(y, f64x2.mul(a, u3));
          z = f64x2.add(z, f64x2.mul(a, v3));
          q = f64x2.add(q, f64x2.mul(y, y));
          r = f64x2.add(r, f64x2.mul(z, z));
        }
      }
    }
    v128.store(out, termOf(panel, q));
    v128.store(out, termOf(panel, r), 16);
    out += 32;
  }
}

/**
 * Adds count, first and second moments of a component for d ≤ 3, from all points of the panel, those without
 * responsibility too: up to 10 sums stay in registers. `second` is 4 × 4.
 */
export function momentsSmall(panel: Panel, terms: usize, center: usize, count: usize, first: usize, second: usize): void {
  const d = panel.nFeatures;
  if (d == 1) moments(panel, terms, center, count, first, second, 1);
  else if (d == 2) moments(panel, terms, center, count, first, second, 2);
  else moments(panel, terms, center, count, first, second, 3);
}

@inline
function moments(panel: Panel, terms: usize, center: usize, count: usize, first: usize, second: usize, d: i32): void {
  const line = <usize>panel.size << 3;
  const least = f64x2.splat(panel.least);
  const zero = f64x2.splat(0);
  let n = zero;
  let f0 = zero;
  let f1 = zero;
  let f2 = zero;
  let s00 = zero;
  let s10 = zero;
  let s11 = zero;
  let s20 = zero;
  let s21 = zero;
  let s22 = zero;
  let x = panel.columns;
  let scales = panel.scales;
  let weights = panel.weights;
  // without weights of their own points past `count` have a scale of 0
  const weighted = panel.weighted;
  const end = terms + (<usize>panel.count << 3);
  while (terms < end) {
    let r = f64x2.mul(v128.load(terms), v128.load(scales));
    let s = f64x2.mul(v128.load(terms, 16), v128.load(scales, 16));
    r = v128.and(r, f64x2.ge(r, least));
    s = v128.and(s, f64x2.ge(s, least));
    if (weighted) {
      r = f64x2.mul(r, v128.load(weights));
      s = f64x2.mul(s, v128.load(weights, 16));
    }
    n = f64x2.add(n, f64x2.add(r, s));
    let c = v128.load64_splat(center);
    const u0 = f64x2.sub(v128.load(x), c);
    const v0 = f64x2.sub(v128.load(x, 16), c);
    let t = f64x2.mul(r, u0);
    let w = f64x2.mul(s, v0);
    f0 = f64x2.add(f0, f64x2.add(t, w));
    s00 = f64x2.add(s00, f64x2.add(f64x2.mul(t, u0), f64x2.mul(w, v0)));
    if (d > 1) {
      const x1 = x + line;
      c = v128.load64_splat(center, 8);
      const u1 = f64x2.sub(v128.load(x1), c);
      const v1 = f64x2.sub(v128.load(x1, 16), c);
      t = f64x2.mul(r, u1);
      w = f64x2.mul(s, v1);
      f1 = f64x2.add(f1, f64x2.add(t, w));
      s10 = f64x2.add(s10, f64x2.add(f64x2.mul(t, u0), f64x2.mul(w, v0)));
      s11 = f64x2.add(s11, f64x2.add(f64x2.mul(t, u1), f64x2.mul(w, v1)));
      if (d > 2) {
        const x2 = x1 + line;
        c = v128.load64_splat(center, 16);
        const u2 = f64x2.sub(v128.load(x2), c);
        const v2 = f64x2.sub(v128.load(x2, 16), c);
        t = f64x2.mul(r, u2);
        w = f64x2.mul(s, v2);
        f2 = f64x2.add(f2, f64x2.add(t, w));
        s20 = f64x2.add(s20, f64x2.add(f64x2.mul(t, u0), f64x2.mul(w, v0)));
        s21 = f64x2.add(s21, f64x2.add(f64x2.mul(t, u1), f64x2.mul(w, v1)));
        s22 = f64x2.add(s22, f64x2.add(f64x2.mul(t, u2), f64x2.mul(w, v2)));
      }
    }
    x += 32;
    terms += 32;
    scales += 32;
    weights += 32;
  }
  addTo(count, n);
  addTo(first, f0);
  if (d > 1) addTo(first + 8, f1);
  if (d > 2) addTo(first + 16, f2);
  addTo(second, s00);
  if (d > 1) {
    addTo(second + 32, s10);
    addTo(second + 40, s11);
    if (d > 2) {
      addTo(second + 64, s20);
      addTo(second + 72, s21);
      addTo(second + 80, s22);
    }
  }
}

@inline
function addTo(at: usize, sum: v128): void {
  store<f64>(at, load<f64>(at) + sumLanes(sum));
}
