/** Families as users write them: plain functions, no kernels. */
import type { Family } from '../../src/index.js';

export interface PoissonComponent {
  rate: number;
}

/** Poisson counts in one feature. */
export const poisson: Family<PoissonComponent, { weight: number; sum: number }> = {
  logDensity({ rate }, x) {
    let value = x[0] * Math.log(rate) - rate;
    for (let i = 2; i <= x[0]; i++) value -= Math.log(i);
    return value;
  },
  emptyStatistics: () => ({ weight: 0, sum: 0 }),
  accumulate(statistics, x, weight) {
    statistics.weight += weight;
    statistics.sum += weight * x[0];
  },
  merge(into, from) {
    into.weight += from.weight;
    into.sum += from.sum;
  },
  maximize: ({ weight, sum }) => ({ rate: sum / weight }),
  nParameters: () => 1,
  sample({ rate }, random) {
    let count = 0;
    for (let product = random.uniform(); product > Math.exp(-rate); product *= random.uniform()) count++;
    return Float64Array.of(count);
  },
};

export interface PlaneComponent {
  mean: [number, number];
  /** [xx, xy, yy] */
  covariance: [number, number, number];
}

/** log N(x | mean, covariance) in the plane, by the formula of the 2 × 2 inverse. */
export function planeLogDensity({ mean, covariance: [a, b, c] }: PlaneComponent, x: ArrayLike<number>): number {
  const determinant = a * c - b * b;
  const [u, v] = [x[0] - mean[0], x[1] - mean[1]];
  return (
    -Math.log(2 * Math.PI) - Math.log(determinant) / 2 - (c * u * u - 2 * b * u * v + a * v * v) / (2 * determinant)
  );
}

/** Gaussians in the plane: Σr, Σr·x, Σr·xxᵀ, as a textbook has it. */
export const plane: Family<PlaneComponent, Float64Array> = {
  logDensity: planeLogDensity,
  emptyStatistics: () => new Float64Array(6),
  accumulate(s, [u, v], weight) {
    [1, u, v, u * u, u * v, v * v].forEach((value, i) => {
      s[i] += weight * value;
    });
  },
  merge(into, from) {
    from.forEach((value, i) => {
      into[i] += value;
    });
  },
  maximize(s) {
    const [u, v, uu, uv, vv] = Array.from(s.subarray(1), (value) => value / s[0]);
    return { mean: [u, v], covariance: [uu - u * u, uv - u * v, vv - v * v] };
  },
  nParameters: () => 5,
  sample({ mean, covariance: [a, b, c] }, random) {
    const z = random.normal();
    const l = Math.sqrt(a);
    return Float64Array.of(mean[0] + l * z, mean[1] + (b / l) * z + Math.sqrt(c - (b * b) / a) * random.normal());
  },
};
