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
  kMeansExpectation: ['at', 'at', 'block', 'or0'],
  kMeansDistances: ['at', 'at', 'block', 'at'],
  kMeansSeed: SEED,
  kMeansNearest: ['at', 'at', 'block', 'at', 'or0'],
  kMediansExpectation: ['at', 'at', 'block'],
  kMediansDistances: ['at', 'at', 'block', 'at'],
  kMediansSeed: SEED,
};

/** Positions of the addresses in the descriptors (assembly/em/passes.ts, assembly/families/bernoulli.ts), in 32-bit words. */
const FIELDS = { block: { at: [0, 4], or0: [3] }, codes: { at: [0], or0: [2] } };

/** The same kernels; each throws a RangeError instead of being called with an address that the arena has not reserved. */
export function guardKernels(kernels: Kernels, arena: Arena): Kernels {
  const guarded: Record<string, unknown> = { ...kernels };
  for (const [name, kinds] of Object.entries(ARGUMENTS)) {
    const kernel = kernels[name as keyof Kernels] as (...args: number[]) => unknown;
    guarded[name] = (...args: number[]) => {
      kinds.forEach((kind, i) => check(kind, args[i] as number, `${name}, argument ${i}`, arena));
      return kernel(...args);
    };
  }
  return guarded as unknown as Kernels;
}

function check(kind: Kind, at: number, where: string, arena: Arena): void {
  if (kind === 'n' || (kind === 'or0' && at === 0)) return;
  const end = arena.mark();
  if (!(Number.isInteger(at) && at >= ARENA_BASE && at < end && at % 4 === 0)) {
    // rows of codes begin at any byte
    const bytes = where.endsWith('codes') && Number.isInteger(at) && at >= ARENA_BASE && at < end;
    if (!bytes) throw new RangeError(`${where}: ${at} is no address in the arena, ${ARENA_BASE} to ${end}`);
  }
  if (kind !== 'block' && kind !== 'codes') return;
  const words = arena.u32(at, 5);
  const what = kind === 'codes' ? 'codes' : 'rows';
  for (const field of FIELDS[kind].at)
    check('at', words[field] as number, `${where}, ${field === 0 ? what : 'origin'}`, arena);
  for (const field of FIELDS[kind].or0) check('or0', words[field] as number, `${where}, weights`, arena);
}
