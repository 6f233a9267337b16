/** The Gaussian kernels of assembly/families over one data set. */
import type { GaussianKernels, GaussianShape } from '../backend.js';
import type { Block } from '../data/dataset.js';
import { blocksOf } from '../em/blocks.js';
import type { MixtureParameters, MixtureStatistics } from '../em/model.js';
import { type GaussianComponent, logConstants, type Moments, packedLength } from '../families/gaussian.js';
import type { Engine } from './engine.js';
import { expectationsBy } from './expectations.js';
import { createFeed } from './feed.js';
import { headerOf } from './state.js';
import { createTables } from './tables.js';

type Parameters = MixtureParameters<GaussianComponent>;

/** Positions of the header fields of Gaussian (assembly/families/gaussian.ts), in 32-bit words. */
const FIELD = { stride: 2, totals: 5, logConstants: 6, means: 7, centers: 8, precisions: 9, counts: 11, output: 14 };
const HEADER_WORDS = 17;

/** Reserves everything a fit or a scoring needs; nothing grows afterwards. */
export function wasmGaussianKernels(engine: Engine, shape: GaussianShape): GaussianKernels {
  const { kernels, arena } = engine;
  const { data, covarianceType, nComponents: k, rows } = shape;
  const d = data.nFeatures;
  const matrix = covarianceType === 'full' || covarianceType === 'tied';
  const tied = covarianceType === 'tied';

  const kind = tied ? 1 : matrix ? 0 : 2;
  const stateBytes = kernels.gaussianBytes(kind, d, k);
  const own = workspace();
  const { state, panel, at } = own;
  const feed = createFeed(arena, data, Math.min(rows, data.nSamples));
  const tables = createTables(arena, Math.min(rows, data.nSamples), k);

  const stride = at('stride');
  const componentLength = 1 + d + (matrix ? packedLength(d) : d);

  let loaded: object | undefined;
  /** where the kernel takes the moments of the loaded components about */
  let centers: readonly Float64Array[] = [];

  /** One thread's state and panel. */
  function workspace() {
    const state = arena.reserve(stateBytes);
    kernels.gaussianLay(state, kind, d, k);
    const panel = arena.reserve(kernels.panelBytes(d, k));
    kernels.layPanel(panel, d, k);
    const at = headerOf(arena, state, FIELD, HEADER_WORDS);
    return { state, panel, at, pointers: [state, panel, undefined], results: [at('totals'), at('output')] };
  }

  /** Writes the parameters, once per E-step: they are immutable, so identity tells. */
  function load(parameters: Parameters): void {
    if (loaded === parameters) return;
    const { weights, components } = parameters;
    arena.f64(at('logConstants'), k).set(logConstants(weights, components, kernels.logScalar));
    const means = arena.f64(at('means'), k * stride);
    const about = arena.f64(at('centers'), k * stride);
    centers = matrix ? components.map(({ center }) => center) : components.map(cheapCenter);
    components.forEach(({ mean }, i) => {
      means.set(mean, i * stride);
      about.set(centers[i] as Float64Array, i * stride);
    });
    const length = matrix ? d * d : d;
    const precisions = arena.f64(at('precisions'), (tied ? 1 : k) * length);
    components.slice(0, tied ? 1 : k).forEach(({ precisionCholesky }, i) => {
      if (covarianceType === 'spherical') precisions.fill(precisionCholesky[0] as number, i * d, (i + 1) * d);
      else precisions.set(precisionCholesky, i * length);
    });
    kernels.gaussianLoad(state);
    loaded = parameters;
  }

  /** Copies the sums of a block out. */
  function collect(
    { components }: Parameters,
    _block: Block,
    [totals, output]: readonly number[],
  ): MixtureStatistics<Moments> {
    const [logLikelihood, weight] = arena.f64(totals as number, 2) as unknown as [number, number];
    const flat = arena.f64(output as number, k * componentLength).slice();
    return {
      logLikelihood,
      weight,
      counts: Float64Array.from(components, (_, i) => flat[i * componentLength] as number),
      components: centers.map((center, i) => ({
        center,
        values: flat.subarray(i * componentLength, (i + 1) * componentLength),
      })),
    };
  }

  return {
    ...expectationsBy(
      engine,
      {
        kernel: 'gaussianExpectation',
        data,
        rows,
        feed,
        own,
        workspace,
        headerBytes: 4 * HEADER_WORDS,
        // parameters; what comes after them is each thread's own
        stateBytes: at('counts') - state,
        resultBytes: [16, k * componentLength * 8],
      },
      load,
      collect,
    ),

    moments(parameters, responsibilities, block) {
      load(parameters);
      arena.f64(tables.table(), block.nRows * k).set(responsibilities);
      kernels.gaussianMoments(state, panel, feed(block), tables.table());
      return collect(parameters, block, own.results);
    },

    score(parameters, block, out) {
      load(parameters);
      const into = tables.reserve(out);
      kernels.gaussianScore(state, panel, feed(block), into.norms, into.labels, into.logProbs, into.responsibilities);
      tables.copyOut(out, block.nRows);
    },

    forget() {
      arena.clear(panel, panel + kernels.panelBytes(d, k));
      kernels.layPanel(panel, d, k);
      // the rows, and after them what was said of them
      arena.clear(feed.values);
    },

    mahalanobis(components) {
      load({ weights: new Float64Array(k).fill(1 / k), components });
      const out = new Float64Array(data.nSamples * k);
      for (const block of blocksOf(data, rows)) {
        kernels.gaussianMahalanobis(state, panel, feed(block), tables.table());
        out.set(arena.f64(tables.table(), block.nRows * k), block.start * k);
      }
      return out;
    },
  };
}

/**
 * Where to take the moments of a component about whose features are apart from one another: 0 for those whose mean is less than
 * one σ from the origin, and all of them 4 σ at most, so that the kernel need not subtract it from every row. Moments about a
 * point δ from the new mean lose (δ/σ)²·ε of the new σ: at most ε while σ stays, and where it shrinks until δ is 8 σ the pass is
 * repeated (`recentreMoved`). Whoever brings a centre of his own, as a repeated pass does, gets that.
 */
export function cheapCenter({ mean, center, covariance }: Pick<GaussianComponent, 'mean' | 'center' | 'covariance'>) {
  if (center !== mean) return center;
  const near = Math.min(1, 16 / mean.length);
  return mean.map((m, j) => (m * m < near * (covariance[j % covariance.length] as number) ? 0 : m));
}
