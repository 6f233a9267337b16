/** Outlines of Gaussians: all points of one Mahalanobis distance from the mean. */
import { symmetricEigen } from '../numeric/symmetric-eigen.js';

export type Point = readonly [x: number, y: number];

/** A covariance of two features. */
export interface PlaneCovariance {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** Doublings of the square's four corners: 4·2⁴ points, at most 0.12 % inside the ellipse. */
const DOUBLINGS = 4;

/** Points on the unit circle by halving angles, in order: no sine, the same digits everywhere. */
const CIRCLE: readonly Point[] = unitCircle();

function unitCircle(): Point[] {
  let points: Point[] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ];
  for (let round = 0; round < DOUBLINGS; round++) {
    points = points.flatMap((from, i) => {
      const to = points[(i + 1) % points.length] as Point;
      const [x, y] = [from[0] + to[0], from[1] + to[1]];
      const length = Math.sqrt(x * x + y * y);
      return [from, [x / length, y / length]];
    });
  }
  return points;
}

/**
 * The ellipse (x − mean)ᵀ Σ⁻¹ (x − mean) = deviations², closed by the caller: it starts at the end of the first half axis and
 * meets the ends of both, which are √λ·deviations along the eigenvectors of Σ.
 */
export function ellipse(mean: Point, { xx, xy, yy }: PlaneCovariance, deviations: number): Point[] {
  const { values, vectors } = symmetricEigen([Float64Array.of(xx, xy), Float64Array.of(xy, yy)]);
  const [u, v] = vectors as [Float64Array, Float64Array];
  const a = deviations * Math.sqrt(Math.max(values[0] as number, 0));
  const b = deviations * Math.sqrt(Math.max(values[1] as number, 0));
  const at = (c: number, s: number, j: number) => c * a * (u[j] as number) + s * b * (v[j] as number);
  return CIRCLE.map(([c, s]) => [mean[0] + at(c, s, 0), mean[1] + at(c, s, 1)]);
}
