/** Progress bars with the time that is left: on a terminal only. */
import type { SingleBar } from 'cli-progress';
import { Forecast, type ForecastOptions } from './forecast.js';

/** What the library tells after an iteration. */
export interface Progress {
  readonly iteration: number;
  readonly restart: number;
  /** of mixtures */
  readonly logLikelihood?: number;
  /** of clusterings */
  readonly totalCost?: number;
}

/** What takes less shows nothing; milliseconds. */
const PATIENCE = 300;

/** A bar on standard error; nothing where that is no terminal. */
export class Bar {
  readonly #started = performance.now();
  #bar: SingleBar | undefined;
  #closed = !process.stderr.isTTY;
  #loading = false;
  /** the cursor comes back however the process ends */
  readonly #close = () => this.close();
  #done = 0;
  #total = 1;
  #state = '';

  /** Whether there is anything to show it on. */
  get open(): boolean {
    return !this.#closed;
  }

  update(done: number, total: number, state: string): void {
    if (this.#closed || performance.now() - this.#started < PATIENCE) return;
    this.#done = done;
    this.#total = total;
    this.#state = state;
    if (this.#bar === undefined) {
      void this.#open();
      return;
    }
    this.#bar.setTotal(total);
    this.#bar.update(done, this.#words());
  }

  /** What stands beside the bar. Its own forecast starts with the bar, which is later than the work. */
  #words(): { left: string; state: string } {
    const elapsed = (performance.now() - this.#started) / 1000;
    const left = this.#done > 0 ? `${timeLeft((elapsed * (this.#total - this.#done)) / this.#done)} left · ` : '';
    return { left, state: this.#state };
  }

  close(): void {
    this.#closed = true;
    this.#bar?.stop();
    process.off('exit', this.#close);
  }

  /** The library is loaded with the first bar. */
  async #open(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const { SingleBar } = (await import('cli-progress')).default;
    if (this.#closed) return;
    this.#bar = new SingleBar({
      format: '{bar} {percentage}% · {left}{state}',
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
    process.on('exit', this.#close);
    this.#bar.start(this.#total, this.#done, this.#words());
  }
}

/** `8s`, `3m20s`, `2h05m`. */
export function timeLeft(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const [large, small, units] = whole < 3600 ? [60, 1, 'ms'] : [3600, 60, 'hm'];
  const rest = Math.floor((whole % large) / small);
  return `${Math.floor(whole / large)}${units[0]}${String(rest).padStart(2, '0')}${units[1]}`;
}

/** The bar of a fit. */
export class FitBar {
  readonly #bar = new Bar();
  readonly #forecast: Forecast;
  readonly #nInit: number;

  constructor(options: ForecastOptions) {
    this.#forecast = new Forecast(options);
    this.#nInit = options.nInit;
  }

  update({ restart, iteration, logLikelihood, totalCost = 0 }: Progress): void {
    if (!this.#bar.open) return;
    const { done, total } = this.#forecast.after(restart, iteration, logLikelihood ?? -totalCost);
    const start = this.#nInit > 1 ? `start ${restart + 1} of ${this.#nInit}, ` : '';
    const reached =
      logLikelihood === undefined ? `cost ${totalCost.toPrecision(8)}` : `log-likelihood ${logLikelihood.toFixed(2)}`;
    this.#bar.update(done, total, `${start}iteration ${iteration}, ${reached}`);
  }

  close(): void {
    this.#bar.close();
  }
}

/** What a row of a selection is called. */
interface Named {
  readonly nComponents: number;
  readonly covarianceType?: string | undefined;
}

/** The bar of a selection: how many candidates are done, and where one of those under way is. */
export class SelectionBar {
  readonly #bar = new Bar();
  readonly #nInit: number | undefined;
  #done = 0;
  #total = 1;

  constructor(nInit: number | undefined) {
    this.#nInit = nInit;
  }

  settled({ done, total, candidate }: { done: number; total: number; candidate: Named }): void {
    this.#done = done;
    this.#total = total;
    this.#bar.update(done, total, named(candidate));
  }

  iterated({ restart, iteration, ...candidate }: Named & { restart: number; iteration: number }): void {
    const start = this.#nInit === 1 ? '' : `start ${restart + 1}, `;
    this.#bar.update(this.#done, this.#total, `${named(candidate)}, ${start}iteration ${iteration}`);
  }

  close(): void {
    this.#bar.close();
  }
}

function named({ covarianceType, nComponents }: Named): string {
  return `${covarianceType === undefined ? '' : `${covarianceType}, `}${nComponents} components`;
}
