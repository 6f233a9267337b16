/** A histogram as densities. */
import { extent } from '../data/dataset.js';

/** Bars [x0, x1, density], about √n of them. */
export function histogram(values: Float64Array): [number, number, number][] {
  const [low, high] = extent(values);
  if (low === high) return [[low - 0.5, low + 0.5, 1]];
  const n = Math.max(5, Math.min(60, Math.ceil(Math.sqrt(values.length))));
  const width = (high - low) / n;
  const counts = new Array<number>(n).fill(0);
  for (const value of values) counts[Math.min(n - 1, Math.floor((value - low) / width))]++;
  return counts.map((count, i) => [low + i * width, low + (i + 1) * width, count / (values.length * width)]);
}
