/** The progress bar of a fit, with the time that is left: on a terminal only. */
import type { SingleBar } from 'cli-progress';
import { Forecast } from './forecast.js';

/** What the library tells after an iteration. */
export interface Progress {
  readonly iteration: number;
  readonly restart: number;
  /** of mixtures */
  readonly logLikelihood?: number;
  /** of clusterings */
  readonly totalCost?: number;
}

export interface ProgressOptions {
  readonly nInit: number;
  readonly maxIter: number;
  /** the rise of the log-likelihood (total) at which the fit ends */
  readonly rise: number;
}

/** Fits shorter than this show nothing. */
const PATIENCE = 300;

export class ProgressBar {
  #bar: SingleBar | undefined;
  readonly #forecast: Forecast;
  readonly #started = performance.now();
  readonly #nInit: number;
  #loading = false;
  #closed = false;
  /** iterations of the starts before this one, and this one's number */
  #before = 0;
  #last: Progress | undefined;

  constructor(options: ProgressOptions) {
    this.#forecast = new Forecast(options);
    this.#nInit = options.nInit;
  }

  update(progress: Progress): void {
    if (this.#last !== undefined && progress.restart > this.#last.restart) this.#before += this.#last.iteration;
    this.#last = progress;
    const value = progress.logLikelihood ?? -(progress.totalCost ?? 0);
    const total = this.#forecast.total(progress.restart, progress.iteration, value);
    if (this.#closed || performance.now() - this.#started < PATIENCE) return;
    if (this.#bar === undefined) {
      void this.#open(total);
      return;
    }
    this.#bar.setTotal(total);
    this.#bar.update(this.#before + progress.iteration, this.#payload(progress));
  }

  close(): void {
    this.#closed = true;
    this.#bar?.stop();
  }

  #payload({ restart, iteration, logLikelihood, totalCost }: Progress) {
    const measure =
      logLikelihood === undefined ? `cost ${totalCost?.toPrecision(8)}` : `log-likelihood ${logLikelihood.toFixed(2)}`;
    const start = this.#nInit > 1 ? `start ${restart + 1} of ${this.#nInit}, ` : '';
    return { state: `${start}iteration ${iteration}, ${measure}` };
  }

  /** The library is loaded with the first bar. */
  async #open(total: number): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const { SingleBar } = (await import('cli-progress')).default;
    if (this.#closed) return;
    this.#bar = new SingleBar({
      format: '{bar} {percentage}% · {eta_formatted} left · {state}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      fps: 10,
      // Ctrl-C has a meaning of its own here
      gracefulExit: false,
    });
    this.#bar.start(total, 0, { state: '' });
  }
}
