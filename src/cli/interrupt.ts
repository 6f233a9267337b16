/** Ctrl-C: what is being computed ends with the best that there is; a second one ends the process. */
import { EXIT } from './errors.js';

export interface Interruption {
  /** whether Ctrl-C was pressed */
  readonly interrupted: boolean;
  /** fires then */
  readonly signal: AbortSignal;
}

export async function untilInterrupted<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupt = () => {
    if (signal.aborted) process.exit(EXIT.interrupted);
    console.error('\ninterrupted: ending with the best so far (Ctrl-C once more ends at once)');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  try {
    return await work({
      signal,
      get interrupted() {
        return signal.aborted;
      },
    });
  } finally {
    process.off('SIGINT', interrupt);
  }
}
