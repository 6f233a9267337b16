/** How jobs under way are told to end with what they have. */
import { canShare } from '../data/shared.js';

/** A word that workers look at after every iteration; undefined where memory cannot be shared. */
export function stopWord(): Int32Array | undefined {
  return canShare() ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
}

/** One wish for many jobs: those under way end with what they have, no other begins. */
export class Halt {
  /** of all of them. Without it nothing can be said to a job: it is broken off */
  readonly word = stopWord();
  readonly #controller = new AbortController();

  /** fires when the wish is uttered */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get requested(): boolean {
    return this.signal.aborted;
  }

  request(): void {
    if (this.word !== undefined) Atomics.store(this.word, 0, 1);
    this.#controller.abort();
  }
}
