/** Lets other tasks run during long work on the calling thread. */

/** What a slice of work may take before other tasks get their turn: less than a frame. */
const SLICE_MILLISECONDS = 12;

/** `due()` says whether a slice is over; `pause()` lets other tasks run and starts the next. */
export class Pauses {
  #since = performance.now();

  due(): boolean {
    return performance.now() - this.#since >= SLICE_MILLISECONDS;
  }

  async pause(): Promise<void> {
    await nextTask();
    this.#since = performance.now();
  }
}

/** Comes back in a task of its own, but at once: nested timers wait a millisecond in Node and four in browsers. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
