/**
 * Workers that serve again. The library starts one for every fit by one thread, which takes tens of milliseconds each time; a
 * test with hundreds of fits can hand out the same few instead, and finds out besides whether one fit spoils the next.
 */
import type { AnyWorker, startWorker } from '../../src/threads/start-worker.js';

export function reusing(start: typeof startWorker): typeof startWorker {
  const idle: AnyWorker[] = [];
  return async (workerUrl) => {
    const worker = idle.pop() ?? (await start(workerUrl));
    let busy = false;
    worker.keepAlive(true);
    return {
      ...worker,
      post(message, transfer) {
        busy = true;
        worker.post(message, transfer);
      },
      listen(onReply, onFailure) {
        worker.listen((reply) => {
          busy = reply.type === 'progress';
          onReply(reply);
        }, onFailure);
      },
      terminate() {
        // in the middle of a fit it is of no further use
        if (busy) return worker.terminate();
        worker.listen(
          () => {},
          () => idle.splice(idle.indexOf(worker), 1),
        );
        worker.keepAlive(false);
        idle.push(worker);
      },
    };
  };
}
