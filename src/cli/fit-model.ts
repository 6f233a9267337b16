/** Fits, watched: a progress bar on a terminal, and Ctrl-C ends a fit with the best model so far. */
import { busy, type Interruption } from './interrupt.js';
import { type AnyModel, type FitOptions, KINDS, type KindName, type X } from './models.js';
import { FitBar, type Progress } from './progress.js';

/** Numbers × components × starts up to which a fit takes no longer than starting a worker for it … */
const SMALL = 50_000;
/** … by so many iterations. */
const FEW = 1000;

/**
 * The best model when the fit ends, by itself or interrupted.
 *
 * @param options as the library has them
 */
export async function fitModel(
  kind: KindName,
  X: X,
  options: FitOptions,
  interruption: Interruption,
): Promise<AnyModel> {
  const family = KINDS[kind];
  const { nInit = 1, maxIter = FEW, tol = 1e-6 } = options as Partial<Record<string, number>>;
  const { threads, ...others } = options;
  const numbers = X.rows * X.columns * (options[family.size] as number) * nInit;
  if (numbers <= SMALL && maxIter <= FEW && (threads === undefined || threads === 'auto')) {
    return busy(() => family.fit(X, others));
  }
  const bar = new FitBar({ nInit, maxIter, rise: tol * X.rows });
  try {
    return await family.fitAsync(X, {
      ...options,
      onProgress: (progress: Progress) => {
        bar.update(progress);
        return interruption.interrupted ? 'stop' : undefined;
      },
    });
  } finally {
    bar.close();
  }
}
