/** The search over K: `select`, once for every seed, so that the winner's fit can be played from its start. */
import { BernoulliMixture, type CovarianceType, SelectionError, select } from 'mixwasm';
import type { Matrix } from './data/dataset.js';

/** A shape of components: a covariance type, or the one shape that Bernoulli components have. */
export type Shape = CovarianceType | 'bernoulli';

/** One model of the search. */
export interface Found {
  readonly k: number;
  readonly shape: Shape;
  /** of the best seed; undefined where no seed gave a model */
  readonly bic: number | undefined;
  readonly logLikelihood: number | undefined;
  readonly seed: number;
  /** why there is no model */
  readonly failure: string | undefined;
}

export interface SearchJob {
  readonly matrix: Matrix | { readonly data: Uint8Array; readonly rows: number; readonly columns: number };
  readonly ks: readonly number[];
  readonly shapes: readonly Shape[];
  readonly seeds: number;
}

/** What both kinds of row of `select` have. */
interface Row {
  readonly nComponents: number;
  readonly covarianceType?: CovarianceType;
  readonly bic: number | undefined;
  readonly logLikelihood: number | undefined;
  readonly error: Error | undefined;
}

/**
 * Fits every candidate from every seed, in workers, and keeps the best seed of each. Without regularisation, as BIC compares
 * maxima of the likelihood itself: starts that collapse are no models.
 *
 * @param onFound called with the table as it is, whenever it changes
 */
export async function search(
  job: SearchJob,
  signal: AbortSignal,
  onFound: (table: readonly Found[], done: number) => void,
) {
  const { matrix, ks, shapes, seeds } = job;
  const table: Found[] = shapes.flatMap((shape) =>
    ks.map((k) => ({ k, shape, bic: undefined, logLikelihood: undefined, seed: 0, failure: undefined })),
  );
  let done = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const onProgress = ({ candidate }: { candidate: Row }) => {
      done++;
      const at = table.findIndex(
        ({ k, shape }) => k === candidate.nComponents && shape === (candidate.covarianceType ?? 'bernoulli'),
      );
      table[at] = better(table[at], candidate, seed);
      onFound(table, done);
    };
    const common = { nComponents: ks, criterion: 'bic', nInit: 1, seed, signal, onProgress } as const;
    try {
      if (matrix.data instanceof Uint8Array) {
        await select({ ...matrix, data: matrix.data }, { ...common, mixture: BernoulliMixture, init: 'random' });
      } else await select(matrix, { ...common, covarianceTypes: shapes as CovarianceType[] });
    } catch (error) {
      // a seed whose starts all collapse says so in the table
      if (!(error instanceof SelectionError)) throw error;
    }
  }
  return table;
}

function better(old: Found, { bic, logLikelihood, error }: Row, seed: number): Found {
  if (bic === undefined || logLikelihood === undefined) {
    return old.bic === undefined ? { ...old, failure: error?.message } : old;
  }
  if (old.logLikelihood !== undefined && old.logLikelihood >= logLikelihood) return old;
  return { ...old, bic, logLikelihood, seed, failure: undefined };
}

/** The model of lowest BIC. */
export function bestOf(table: readonly Found[]): Found | undefined {
  return table.reduce<Found | undefined>(
    (least, one) => (one.bic !== undefined && (least?.bic === undefined || one.bic < least.bic) ? one : least),
    undefined,
  );
}
