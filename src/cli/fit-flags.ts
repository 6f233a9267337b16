/** The flags by which commands that fit say how. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AccelerationName, BackendName, CovarianceType } from '../index.js';
import { UsageError } from './errors.js';
import { type FitOptions, KIND_NAMES, KINDS, type KindName, noLikelihood } from './models.js';
import { choiceList, integer, integerRange, nonNegative, threadCount } from './numbers.js';

export interface FitFlags {
  model: KindName;
  components?: number[];
  covariance?: CovarianceType[];
  init?: string;
  nInit?: number;
  seed?: number;
  tol?: number;
  maxIter?: number;
  regCovar?: number;
  acceleration?: AccelerationName;
  threads?: number | 'auto';
  backend?: BackendName;
  standardize?: boolean;
}

export const COVARIANCES = ['full', 'tied', 'diag', 'spherical'] as const satisfies readonly CovarianceType[];
const BACKENDS = ['wasm', 'js'] as const satisfies readonly BackendName[];
const ACCELERATIONS = ['none', 'anderson', 'squarem'] as const satisfies readonly AccelerationName[];
const INITS = ['kmeans++', 'greedyKmeans++', 'kmeans', 'random', 'randomPoints'];

/** What differs where several candidates are compared: what the help says of flags, and which models there are. */
export interface FitFlagTexts {
  readonly kinds: readonly KindName[];
  readonly components: string;
  readonly covariance: string;
  /** defaults */
  readonly nInit: string;
  readonly maxIter: string;
  readonly regCovar: string;
  readonly threads: string;
}

export function addFitFlags(
  command: Command,
  { kinds, components, covariance, nInit, maxIter, regCovar, threads }: FitFlagTexts,
): Command {
  return command
    .option('-k, --components <K>', components, integerRange)
    .addOption(
      new Option('-m, --model <kind>', 'what to fit').choices(kinds).argParser(kindOf(kinds)).default('gaussian'),
    )
    .option('--covariance <type>', covariance, choiceList(COVARIANCES))
    .addOption(new Option('--init <how>', "how to start (default: the model's own)").choices(INITS))
    .option('--n-init <n>', `starts, of which the best is kept (default: ${nInit})`, integer(1))
    .option('--seed <n>', 'seed of the random numbers (default: 0)', integer(Number.MIN_SAFE_INTEGER))
    .option('--tol <x>', 'stop when the mean log-likelihood rises by less (default: 1e-6)', nonNegative)
    .option('--max-iter <n>', `most iterations (default: ${maxIter})`, integer(0))
    .option('--reg-covar <x>', `added to every variance (default: ${regCovar})`, nonNegative)
    .addOption(
      new Option('--acceleration <how>', 'longer steps to the same ends (default: none)').choices(ACCELERATIONS),
    )
    .option('--standardize', 'fit columns of mean 0 and standard deviation 1; the model remembers which they were')
    .option('--threads <n>', `threads, or auto: as many as make it faster (default: ${threads})`, threadCount)
    .addOption(new Option('--backend <name>', 'SIMD kernels or plain JavaScript (default: wasm)').choices(BACKENDS));
}

/** A parser of kinds of model; `kinds` are those that fit. */
function kindOf(kinds: readonly KindName[]): (text: string) => KindName {
  return (text) => {
    const kind = KIND_NAMES.find((name) => name === text);
    if (kind !== undefined && kinds.includes(kind)) return kind;
    const why = kind === undefined ? '' : `: ${noLikelihood(kind)}`;
    throw new InvalidArgumentError(`It must be ${kinds.join(' or ')}${why}.`);
  };
}

/** Flags that only some kinds of model have, by the library's name. */
const OWN: Record<string, keyof FitFlags> = {
  covarianceType: 'covariance',
  regCovar: 'regCovar',
  acceleration: 'acceleration',
};

/**
 * Options for the library, only those that were given: it knows the defaults. Without the number of components and the
 * shape of the covariances, of which there may be several.
 */
export function fitOptions(flags: FitFlags): FitOptions {
  const { model: kind, init, nInit, seed, tol, maxIter, regCovar, acceleration, threads, backend } = flags;
  const known: readonly string[] = KINDS[kind].own;
  for (const [option, flag] of Object.entries(OWN)) {
    if (flags[flag] === undefined || known.includes(option)) continue;
    const kinds = KIND_NAMES.filter((name) => (KINDS[name].own as readonly string[]).includes(option));
    const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${name} is of --model ${kinds.join(' and ')}; ${kind} has no such thing`);
  }
  const given = { init, nInit, seed, tol, maxIter, regCovar, acceleration, threads, backend };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
