/** What the k-means pass reads besides the centres. */
import type { ClusterShape } from '../backend.js';
import type { Centers } from '../em/hard.js';
import type { Engine } from './engine.js';
import { allKernels } from './more-kernels.js';
import { openClusters } from './nearest-kernels.js';

/** Position of a field of Clusters (assembly/families/clusters.ts), in doubles. */
const SLACK = 6;

export function openMeans(engine: Engine, shape: ClusterShape) {
  const { arena } = engine;
  const kernels = allKernels(engine);
  const { nClusters: k, data } = shape;
  const common = openClusters(engine, shape, true, kernels.kMeansSeed);
  const { state, at } = common;
  const d = data.nFeatures;
  const rounding = (d + 4) * (Number.EPSILON / 2) + (at('indexMask') + 1) * Number.EPSILON;
  let loaded: Centers | undefined;

  /** Writes what the filter and the bounds need beside the centres, once per E-step. */
  function load(parameters: Centers): void {
    if (loaded === parameters) return;
    const { centers } = parameters;
    common.load(parameters);
    const halves = arena.f64(at('halves'), Math.ceil(k / 4) * 4).fill(Number.MAX_VALUE);
    const drifts = arena.f64(at('drifts'), k);
    let greatest = 0;
    let most = 0;
    let second = 0;
    let farthest = -1;
    for (let i = 0; i < k; i++) {
      let square = 0;
      let moved = 0;
      for (let j = i * d; j < (i + 1) * d; j++) {
        const c = centers[j] as number;
        const u = loaded === undefined ? 0 : c - (loaded.centers[j] as number);
        square += c * c;
        moved += u * u;
      }
      halves[i] = square / 2;
      greatest = Math.max(greatest, square);
      if (!(moved <= most)) [most, second, farthest] = [moved, most, i];
      else second = Math.max(second, moved);
    }
    for (let i = 0; i < k; i++) drifts[i] = roundedUp((drifts[i] as number) + way(i === farthest ? second : most, d));
    if (shape.bounds === false) drifts.fill(Infinity);
    arena.f64(state, SLACK + 2).set([16 * rounding, greatest], SLACK);
    loaded = parameters;
  }

  return { ...common, load };
}

/** A length from its square, rounded up, underflow included. */
function way(square: number, d: number): number {
  return Math.sqrt(square) * (1 + (d + 4) * Number.EPSILON) + (square > 0 ? 1e-150 : 0);
}

function roundedUp(value: number): number {
  return value * (1 + 2 * Number.EPSILON);
}
