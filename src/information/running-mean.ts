/** Mean and variance of a stream in one pass (Welford 1962): no sum of squares that cancels. */
export class RunningMean {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count++;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.#squares += delta * (value - this.mean);
  }

  /** Estimated standard deviation of the mean: √(Σ(x − mean)²/(n − 1)/n). NaN for one value. */
  get standardError(): number {
    return Math.sqrt(this.#squares / (this.count - 1) / this.count);
  }
}
