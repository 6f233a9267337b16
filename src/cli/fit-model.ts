/** Fits, watched: a progress bar on a terminal, and Ctrl-C ends a fit with the best model so far. */
import { EXIT } from './errors.js';
import { type AnyModel, type FitOptions, KINDS, type KindName, type X } from './models.js';
import { type Progress, ProgressBar } from './progress.js';

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
  const { nInit = 1, maxIter, tol, threads } = options as Partial<Record<string, number>>;
  const components = options[family.size] as number;
  if (X.rows * X.columns * components * nInit <= SMALL && (threads ?? 'auto') === 'auto') {
    const { threads: _, ...others } = options;
    return { model: family.fit(X, others), interrupted: false };
  }
  const bar = process.stderr.isTTY
    ? new ProgressBar({ nInit, maxIter: maxIter ?? 1000, rise: (tol ?? 1e-6) * X.rows })
    : undefined;
  return untilInterrupted(async (stopped) => {
    try {
      return await family.fitAsync(X, {
        ...options,
        onProgress: (progress: Progress) => {
          bar?.update(progress);
          return stopped() ? 'stop' : undefined;
        },
      });
    } finally {
      bar?.close();
    }
  });
}

/** Runs `work`, which asks whether to stop; a second Ctrl-C ends the process. */
async function untilInterrupted(work: (stopped: () => boolean) => Promise<AnyModel>): Promise<Fitted> {
  let interrupted = false;
  const interrupt = () => {
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    console.error('interrupted: ending with the best model so far (once more ends at once)');
  };
  process.on('SIGINT', interrupt);
  try {
    const model = await work(() => interrupted);
    return { model, interrupted };
  } finally {
    process.off('SIGINT', interrupt);
  }
}
