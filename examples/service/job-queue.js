/** Thrown for a job that would have to wait behind too many others. */
export class QueueFullError extends Error {
  name = 'QueueFullError';
}

/** Runs at most `most` jobs at a time; at most `waiting` others wait, in the order in which they came. */
export class JobQueue {
  #running = 0;
  #waiting = [];
  #limits;

  /** @param {{ most: number, waiting: number }} limits */
  constructor(limits) {
    this.#limits = limits;
  }

  get length() {
    return this.#running + this.#waiting.length;
  }

  /**
   * @template T
   * @param {() => Promise<T>} job
   * @param {AbortSignal} signal ends the waiting; the job itself has to heed it too
   * @returns {Promise<T>}
   */
  async run(job, signal) {
    signal.throwIfAborted();
    if (this.#running < this.#limits.most) this.#running++;
    else await this.#turn(signal);
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      // who waits takes the place over
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #turn(signal) {
    if (this.#waiting.length >= this.#limits.waiting) {
      throw new QueueFullError(`${this.#waiting.length} fits are waiting already; try again later`);
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(start);
    });
  }
}
