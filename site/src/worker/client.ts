/** The page's side of its workers. */

import type { RaceJob, Reply, SearchJob } from './jobs.js';
import JobWorker from './worker.ts?worker&inline';

/** Runs one job in a new worker; `stop` ends it at once, whatever it is doing. */
export function runJob(job: SearchJob | RaceJob, onReply: (reply: Reply) => void): { stop(): void } {
  const worker = new JobWorker();
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    onReply(data);
    if (data.reply === 'done' || data.reply === 'failed') worker.terminate();
  };
  worker.onerror = (event) => onReply({ reply: 'failed', message: event.message || 'the worker could not be started' });
  worker.postMessage(job);
  return { stop: () => worker.terminate() };
}

/** Spreads a search over several workers, small models first in each. */
export function runSearch(job: SearchJob, onReply: (reply: Reply) => void): { stop(): void } {
  const n = Math.max(1, Math.min(4, navigator.hardwareConcurrency || 2, job.candidates.length));
  let left = n;
  const workers = Array.from({ length: n }, (_, w) =>
    runJob({ ...job, candidates: job.candidates.filter((_, i) => i % n === w) }, (reply) => {
      if (reply.reply === 'done' && --left > 0) return;
      onReply(reply);
    }),
  );
  return {
    stop() {
      for (const worker of workers) worker.stop();
    },
  };
}
