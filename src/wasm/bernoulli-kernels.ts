/** The Bernoulli kernels of assembly/families/bernoulli.ts over one data set. */
import type { BernoulliShape } from '../backend.js';
import type { Block } from '../data/dataset.js';
import type { BlockKernels, MixtureParameters, MixtureStatistics } from '../em/model.js';
import type { BernoulliComponent, BernoulliSums } from '../families/bernoulli.js';
import type { Arena } from './arena.js';
import type { Engine } from './engine.js';
import { expectationsBy } from './expectations.js';
import { allKernels } from './more-kernels.js';
import { headerOf } from './state.js';
import { createTables } from './tables.js';

type Parameters = MixtureParameters<BernoulliComponent>;

/** Positions of BernoulliState's fields, in 32-bit words. */
const FIELD = { stride: 2, nGroups: 3, totals: 4, logWeights: 5, logProbs: 6, output: 9 };
const HEADER_WORDS = 13;

/** Rows are turned into codes of four features once, through a staging buffer of this many bytes. */
const STAGING_BYTES = 2 ** 20;

export function wasmBernoulliKernels(
  engine: Engine,
  { data, nComponents: k, rows }: BernoulliShape,
): BlockKernels<BernoulliComponent, BernoulliSums> {
  const { arena } = engine;
  const kernels = allKernels(engine);
  const d = data.nFeatures;
  const stateBytes = kernels.bernoulliBytes(d, k);
  const componentLength = 1 + 2 * d;
  const own = workspace();
  const { state, at } = own;
  const feed = createFeed(arena, kernels.bernoulliPack, data, at('nGroups'));
  const tables = createTables(arena, Math.min(rows, data.nSamples), k);
  const stride = at('stride');
  let loaded: object | undefined;

  /** One thread's state. */
  function workspace() {
    const state = arena.reserve(stateBytes);
    kernels.bernoulliLay(state, d, k);
    const at = headerOf(arena, state, FIELD, HEADER_WORDS);
    return { state, at, pointers: [state, undefined], results: [at('totals'), at('output')] };
  }

  function load(parameters: Parameters): void {
    if (loaded === parameters) return;
    const { weights, components } = parameters;
    const logWeights = arena.f64(at('logWeights'), stride);
    logWeights.fill(-Infinity);
    weights.forEach((weight, i) => {
      logWeights[i] = kernels.logScalar(weight);
    });
    const logProbs = arena.f64(at('logProbs'), 2 * k * d);
    components.forEach(({ probs, complements }, i) => {
      for (let j = 0; j < d; j++) {
        logProbs[i * d + j] = kernels.logScalar(probs[j] as number);
        logProbs[(k + i) * d + j] = kernels.logScalar(complements[j] as number);
      }
    });
    kernels.bernoulliLoad(state);
    loaded = parameters;
  }

  /** Copies the sums of a block out. */
  function collect(
    _parameters: Parameters,
    _block: Block,
    [totals, output]: readonly number[],
  ): MixtureStatistics<BernoulliSums> {
    const [logLikelihood, weight] = arena.f64(totals as number, 2) as unknown as [number, number];
    const length = componentLength;
    const flat = arena.f64(output as number, k * length).slice();
    return {
      logLikelihood,
      weight,
      counts: Float64Array.from({ length: k }, (_, i) => flat[i * length] as number),
      components: Array.from({ length: k }, (_, i) => flat.subarray(i * length, (i + 1) * length)),
    };
  }

  return {
    ...expectationsBy(
      engine,
      {
        kernel: 'bernoulliExpectation',
        data,
        rows,
        feed,
        own,
        workspace,
        headerBytes: 4 * HEADER_WORDS,
        stateBytes,
        resultBytes: [16, k * componentLength * 8],
      },
      load,
      collect,
    ),
    moments(parameters, responsibilities, block) {
      arena.f64(tables.table(), block.nRows * k).set(responsibilities);
      kernels.bernoulliMoments(state, feed(block), tables.table());
      return collect(parameters, block, own.results);
    },
    score(parameters, block, out) {
      load(parameters);
      const into = tables.reserve(out);
      kernels.bernoulliScore(state, feed(block), into.norms, into.labels, into.logProbs, into.responsibilities);
      tables.copyOut(out, block.nRows);
    },
  };
}

type Pack = (x: number, n: number, d: number, codes: number) => void;

/**
 * Codes of all rows stay in memory, an eighth of a byte per value rounded up to half bytes; blocks point into them. Rows of a
 * buffer that is filled anew for every block are turned into codes every time.
 */
function createFeed(
  arena: Arena,
  pack: Pack,
  { x, nSamples, nFeatures: d, sampleWeights, refilled = false }: BernoulliShape['data'],
  nGroups: number,
): (block: Block) => number {
  const descriptor = arena.reserve(64);
  const weights = sampleWeights === undefined ? 0 : arena.reserve(nSamples * 8);
  const codes = arena.reserve(nSamples * nGroups);
  const chunk = Math.min(nSamples, Math.max(1, Math.floor(STAGING_BYTES / d)));
  const staging = arena.reserve(chunk * d);

  function take(first: number, nRows: number): void {
    for (let done = 0; done < nRows; done += chunk) {
      const n = Math.min(chunk, nRows - done);
      arena.u8(staging, n * d).set(x.subarray((first + done) * d, (first + done + n) * d));
      pack(staging, n, d, codes + done * nGroups);
    }
    if (sampleWeights !== undefined) arena.f64(weights, nRows).set(sampleWeights.subarray(first, first + nRows));
  }

  if (!refilled) take(0, nSamples);
  return ({ start, nRows }) => {
    if (refilled) take(start, nRows);
    const at = refilled ? 0 : start;
    // the fields of CodedBlock
    arena.u32(descriptor, 3).set([codes + at * nGroups, nRows, weights === 0 ? 0 : weights + at * 8]);
    return descriptor;
  };
}
