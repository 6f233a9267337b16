/** How many iterations a fit will take: a guess for a progress bar, nothing depends on it. */
import type { ProgressOptions } from './progress.js';

/** A start of which nothing is known yet. */
const TYPICAL = 50;

export class Forecast {
  readonly #nInit: number;
  readonly #maxIter: number;
  readonly #rise: number;
  /** iterations that finished starts took */
  #finished = 0;
  #nFinished = 0;
  #restart = 0;
  #iteration = 0;
  #value = Number.NaN;
  #lastRise = Number.NaN;
  #ratio = Number.NaN;

  constructor({ nInit, maxIter, rise }: ProgressOptions) {
    this.#nInit = nInit;
    this.#maxIter = maxIter;
    this.#rise = rise;
  }

  /** Iterations of all starts together, as it looks after one of them. `value` is what the fit raises. */
  total(restart: number, iteration: number, value: number): number {
    if (restart !== this.#restart) {
      this.#finished += this.#iteration;
      this.#nFinished += restart - this.#restart;
      this.#value = this.#lastRise = this.#ratio = Number.NaN;
      this.#restart = restart;
    }
    this.#follow(iteration, value);
    this.#iteration = iteration;
    const present = iteration + this.#left();
    const typical = this.#nFinished > 0 ? this.#finished / this.#nFinished : present;
    return Math.ceil(this.#finished + present + typical * (this.#nInit - restart - 1));
  }

  /** The rise per iteration shrinks by a ratio that changes slowly: EM converges linearly. */
  #follow(iteration: number, value: number): void {
    const steps = iteration - this.#iteration;
    if (steps > 0 && !Number.isNaN(this.#value)) {
      const rise = Math.max(0, value - this.#value) / steps;
      const ratio = rise / this.#lastRise;
      if (ratio > 0 && ratio < 1) {
        // of several iterations together
        const each = steps === 1 ? ratio : 1 - (1 - ratio) / steps;
        this.#ratio = Number.isNaN(this.#ratio) ? each : 0.7 * this.#ratio + 0.3 * each;
      }
      this.#lastRise = rise;
    }
    this.#value = value;
  }

  #left(): number {
    const most = this.#maxIter - this.#iteration;
    if (Number.isNaN(this.#ratio)) return Math.min(most, Math.max(1, TYPICAL - this.#iteration));
    let rise = this.#lastRise;
    let n = 1;
    while (rise > this.#rise && n < most) {
      rise *= this.#ratio;
      n++;
    }
    return n;
  }
}
