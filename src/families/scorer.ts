/**
 * Scoring of a few rows, as a service does it: one at a time, under the same models over and over. Leasing memory, writing
 * the parameters and zeroing it all again takes ten times as long as such a row, so the models that were scored last keep
 * their kernels open, with the parameters in place. What is left of the rows is zeroed as soon as the caller's own code has
 * ended, in a microtask: once for many calls in a loop, and before any other request can be looked at.
 */
import type { Backend, BackendName } from '../backend.js';
import type { Rows } from '../data/dataset.js';
import type { BlockKernels, MixtureParameters, ScoreOutput } from '../em/model.js';
import { expectedBytes, leaseBackend } from '../lease.js';

/** What a scorer needs of a model. */
export interface ScorerParts<C> {
  readonly backend: BackendName;
  readonly nComponents: number;
  components(backend: Backend): MixtureParameters<C>;
  /** kernels for blocks of at most `rows` rows in double precision, read from each block when it is scored */
  streaming?(backend: Backend, data: Rows, rows: number): Pick<BlockKernels<C, unknown>, 'score' | 'forget'>;
}

interface Scorer {
  readonly owner: unknown;
  score(rows: Rows, out: ScoreOutput): void;
  release(failure?: unknown): void;
}

/** Most rows of a call that a scorer takes; more are worth a lease of their own. */
const ROWS = 64;
/** How many stay open, and how much memory each may take: what is kept is bounded, however many models there are. */
const OPEN = 4;
const BYTES = 4 * 2 ** 20;

/** The last used first. */
const scorers: Scorer[] = [];

/** Scores `rows` if they are few and the model is small; false, and nothing done, if not. */
export function scoreFew<C>(parts: ScorerParts<C>, rows: Rows, out: ScoreOutput): boolean {
  if (rows.nSamples > ROWS || parts.streaming === undefined) return false;
  let scorer: Scorer | undefined = scorers[0];
  if (scorer?.owner !== parts) {
    scorer = find(parts, rows);
    if (scorer === undefined) return false;
  }
  try {
    scorer.score(rows, out);
  } catch (error) {
    scorers.shift();
    scorer.release(error);
    throw error;
  }
  return true;
}

/** The model's scorer, moved to the front; opened if it has none, in place of the one used longest ago. */
function find<C>(parts: ScorerParts<C>, rows: Rows): Scorer | undefined {
  const at = scorers.findIndex(({ owner }) => owner === parts);
  const scorer = at < 0 ? open(parts, rows) : scorers.splice(at, 1)[0];
  if (scorer === undefined) return undefined;
  scorers.unshift(scorer);
  if (scorers.length > OPEN) scorers.pop()?.release();
  return scorer;
}

function open<C>(parts: ScorerParts<C>, { nFeatures, origin }: Rows): Scorer | undefined {
  const x = new Float64Array(ROWS * nFeatures);
  const data: Rows = { x, nSamples: ROWS, nFeatures, origin, sampleWeights: undefined, refilled: true };
  const bytes = expectedBytes(data, parts.nComponents);
  if (bytes > BYTES) return undefined;
  const backend = leaseBackend(parts.backend, bytes);
  try {
    const kernels = parts.streaming?.(backend, data, ROWS);
    const parameters = parts.components(backend);
    let [used, released] = [false, false];
    const forget = () => {
      used = false;
      // memory given back is zero already, and may be another's
      if (!released) kernels?.forget?.();
    };
    return {
      owner: parts,
      score(rows, out) {
        if (!used) queueMicrotask(forget);
        used = true;
        const exact = rows.x.BYTES_PER_ELEMENT === 8 ? rows : { ...rows, x: Float64Array.from(rows.x) };
        kernels?.score(parameters, { data: exact, start: 0, nRows: rows.nSamples }, out);
      },
      release(failure) {
        released = true;
        backend.release(failure);
      },
    };
  } catch (error) {
    backend.release(error);
    throw error;
  }
}
