/** Fits, watched: a progress bar on a terminal, and Ctrl-C ends a fit with the best model so far. */
import { untilInterrupted } from './interrupt.js';
import { type AnyModel, type FitOptions, KINDS, type KindName, type X } from './models.js';
import { FitBar, type Progress } from './progress.js';

export interface Fitted {
  readonly model: AnyModel;
  /** by Ctrl-C: the model is the best up to there */
  readonly interrupted: boolean;
}

/** Numbers × components × starts up to which a fit takes no longer than starting a worker for it. */
const SMALL = 50_000;

/** @param options as the library has them */
export async function fitModel(kind: KindName, X: X, options: FitOptions): Promise<Fitted> {
  const family = KINDS[kind];
  const { nInit = 1, maxIter = 1000, tol = 1e-6 } = options as Partial<Record<string, number>>;
  const { threads, ...others } = options;
  if (
    X.rows * X.columns * (options[family.size] as number) * nInit <= SMALL &&
    (threads === undefined || threads === 'auto')
  ) {
    return { model: family.fit(X, others), interrupted: false };
  }
  return untilInterrupted(async (interruption) => {
    const bar = new FitBar({ nInit, maxIter, rise: tol * X.rows });
    try {
      const model = await family.fitAsync(X, {
        ...options,
        onProgress: (progress: Progress) => {
          bar.update(progress);
          return interruption.interrupted ? 'stop' : undefined;
        },
      });
      return { model, interrupted: interruption.interrupted };
    } finally {
      bar.close();
    }
  });
}
