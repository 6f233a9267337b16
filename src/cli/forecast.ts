/** How many iterations a fit will take: a guess for a progress bar, nothing depends on it. */

export interface ForecastOptions {
  readonly nInit: number;
  readonly maxIter: number;
  /** the rise of the log-likelihood (total) at which a start ends */
  readonly rise: number;
}

/** A start of which nothing is known yet. */
const TYPICAL = 50;

/** Nobody waits to see the end of more. */
const MOST = 10_000;

export class Forecast {
  readonly #options: ForecastOptions;
  /** iterations that finished starts took, and how many starts these were */
  #finished = 0;
  #nFinished = 0;
  #restart = 0;
  #iteration = 0;
  #value = Number.NaN;
  #rise = Number.NaN;
  #ratio = Number.NaN;

  constructor(options: ForecastOptions) {
    this.#options = options;
  }

  /** Iterations done, and those of all starts together as it looks now. `value` is what the fit raises. */
  after(restart: number, iteration: number, value: number): { done: number; total: number } {
    if (restart !== this.#restart) {
      this.#finished += this.#iteration;
      this.#nFinished += restart - this.#restart;
      this.#value = this.#rise = this.#ratio = Number.NaN;
      this.#restart = restart;
      this.#iteration = 0;
    }
    this.#follow(iteration, value);
    const present = iteration + this.#left();
    const typical = this.#nFinished > 0 ? this.#finished / this.#nFinished : present;
    const total = this.#finished + present + typical * (this.#options.nInit - restart - 1);
    return { done: this.#finished + iteration, total: Math.ceil(total) };
  }

  /** The rise per iteration shrinks by a ratio that changes slowly, for EM converges linearly. */
  #follow(iteration: number, value: number): void {
    const steps = iteration - this.#iteration;
    if (steps > 0) {
      const rise = Math.max(0, value - this.#value) / steps;
      const ratio = rise / this.#rise;
      if (ratio > 0 && ratio < 1) {
        // of several iterations together: what each had, roughly
        const each = 1 - (1 - ratio) / steps;
        this.#ratio = Number.isNaN(this.#ratio) ? each : 0.7 * this.#ratio + 0.3 * each;
      }
      this.#rise = rise;
    }
    this.#iteration = iteration;
    this.#value = value;
  }

  /** Iterations until the rise is small enough. */
  #left(): number {
    const { maxIter, rise: least } = this.#options;
    const most = Math.min(MOST, Math.max(0, maxIter - this.#iteration));
    if (Number.isNaN(this.#ratio)) return Math.min(most, Math.max(1, TYPICAL - this.#iteration));
    let n = 0;
    for (let rise = this.#rise; rise > least && n < most; n++) rise *= this.#ratio;
    return n;
  }
}
