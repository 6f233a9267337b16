/** How far the rows of a panel are from the centres of their clusters, by the definition: what k-means costs. */
import { Panel } from "../em/panel";
import { Means } from "./means";

/** Squared distances to the centres of the labels (in fours), into `panel.logProb`, features added in their order. */
export function ownDistances(means: Means, panel: Panel, labels: usize): void {
  const line = <usize>panel.size << 3;
  const pairs = panel.nFeatures >> 1;
  const stride = <usize>means.stride << 3;
  for (let p: usize = 0; p < <usize>panel.count; p += 4) {
    const label = labels + (p << 2);
    let c0 = means.lines + <usize>load<i32>(label) * stride;
    let c1 = means.lines + <usize>load<i32>(label, 4) * stride;
    let c2 = means.lines + <usize>load<i32>(label, 8) * stride;
    let c3 = means.lines + <usize>load<i32>(label, 12) * stride;
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let x = panel.columns + (p << 3);
    for (let j = 0; j < pairs; j++) {
      const v0 = v128.load(c0);
      const v1 = v128.load(c1);
      const v2 = v128.load(c2);
      const v3 = v128.load(c3);
      a = addSquare(a, x, v128.shuffle<f64>(v0, v1, 0, 2));
      b = addSquare(b, x + 16, v128.shuffle<f64>(v2, v3, 0, 2));
      x += line;
      a = addSquare(a, x, v128.shuffle<f64>(v0, v1, 1, 3));
      b = addSquare(b, x + 16, v128.shuffle<f64>(v2, v3, 1, 3));
      x += line;
      c0 += 16;
      c1 += 16;
      c2 += 16;
      c3 += 16;
    }
    if (panel.nFeatures & 1) {
      a = addSquare(a, x, v128.load64_lane(c1, v128.load64_zero(c0), 1));
      b = addSquare(b, x + 16, v128.load64_lane(c3, v128.load64_zero(c2), 1));
    }
    v128.store(panel.logProb + (p << 3), a);
    v128.store(panel.logProb + (p << 3), b, 16);
  }
}

@inline
function addSquare(sum: v128, x: usize, center: v128): v128 {
  const u = f64x2.sub(v128.load(x), center);
  return f64x2.add(sum, f64x2.mul(u, u));
}
