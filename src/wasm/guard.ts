/**
 * Kernels for debugging: every address that is handed to one is checked against the arena first. The kernels themselves check
 * nothing, for a check costs more than some of them take; tests run whole fits through these, and no bundle contains them.
 */
import { ARENA_BASE, type Arena } from './arena.js';
import type { Kernels } from './kernels.js';

/** What an argument is: an address, one or 0 for "not wanted", a block's descriptor, a block of codes', a number. */
type Kind = 'at' | 'or0' | 'block' | 'codes' | 'n';

const SCORE: readonly Kind[] = ['or0', 'or0', 'or0', 'or0'];
const SEED: readonly Kind[] = ['at', 'at', 'block', 'at', 'n', 'n'];

/** The arguments of every kernel that has addresses among them, as `Kernels` declares them. */
const ARGUMENTS: Partial<Record<keyof Kernels, readonly Kind[]>> = {
  cholesky: ['at', 'n', 'or0'],
  triangularInverse: ['at', 'at', 'n'],
  logSumExpRows: ['at', 'n', 'n', 'at', 'at', 'or0'],
  layPanel: ['at', 'n', 'n'],
  gaussianLay: ['at', 'n', 'n', 'n'],
  gaussianLoad: ['at'],
  gaussianExpectation: ['at', 'at', 'block'],
  gaussianMoments: ['at', 'at', 'block', 'at'],
  gaussianScore: ['at', 'at', 'block', ...SCORE],
  gaussianMahalanobis: ['at', 'at', 'block', 'at'],
  bernoulliLay: ['at', 'n', 'n'],
  bernoulliPack: ['at', 'n', 'n', 'at'],
  bernoulliLoad: ['at'],
  bernoulliExpectation: ['at', 'codes'],
  bernoulliMoments: ['at', 'codes', 'at'],
  bernoulliScore: ['at', 'codes', ...SCORE],
  clustersLay: ['at', 'n', 'n'],
  clustersPack: ['at', 'at', 'block', 'at'],
  meansLay: ['at', 'n', 'n'],
  kMeansExpectation: ['at', 'at', 'block', 'or0'],
  kMeansDistances: ['at', 'at', 'block', 'at'],
  kMeansSeed: SEED,
  kMeansSeedAny: SEED,
  kMeansNearest: ['at', 'at', 'block', 'at', 'or0'],
  kMediansExpectation: ['at', 'at', 'block'],
  kMediansDistances: ['at', 'at', 'block', 'at'],
  kMediansSeed: SEED,
  kMediansSelect: ['at', 'at', 'at', 'at'],
};

/** The addresses in descriptors (assembly/em/passes.ts, assembly/families/bernoulli.ts): position in 32-bit words, whether required. */
const FIELDS: Record<'block' | 'codes', readonly (readonly [name: string, field: number, required: boolean])[]> = {
  block: [
    ['rows', 0, true],
    ['weights', 3, false],
    ['origin', 4, true],
  ],
  codes: [
    ['codes', 0, true],
    ['weights', 2, false],
  ],
};

/** The same kernels; each throws a RangeError instead of being called with an address that the arena has not reserved. */
export function guardKernels(kernels: Kernels, arena: Arena): Kernels {
  const guarded: Record<string, unknown> = { ...kernels };
  for (const [name, kinds] of Object.entries(ARGUMENTS)) {
    const kernel = kernels[name as keyof Kernels] as (...args: number[]) => unknown;
    guarded[name] = (...args: number[]) => {
      for (const [i, kind] of kinds.entries()) check(kind, args[i] as number, `${name}, argument ${i}`, arena);
      return kernel(...args);
    };
  }
  return guarded as unknown as Kernels;
}

function check(kind: Kind, at: number, where: string, arena: Arena, alignment = 4): void {
  if (kind === 'n' || (kind === 'or0' && at === 0)) return;
  const end = arena.mark();
  if (!(at >= ARENA_BASE && at < end && at % alignment === 0)) {
    throw new RangeError(`${where}: ${at} is no address in the arena, ${ARENA_BASE} to ${end}`);
  }
  if (kind === 'at' || kind === 'or0') return;
  for (const [name, field, required] of FIELDS[kind]) {
    // codes of rows begin at any byte
    const aligned = name === 'codes' ? 1 : 4;
    check(required ? 'at' : 'or0', arena.u32(at, 5)[field] as number, `${where}, ${name}`, arena, aligned);
  }
}
