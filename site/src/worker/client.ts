/** The page's side of the race's worker. */
import type { RaceJob, Reply } from './jobs.js';
import RaceWorker from './worker.ts?worker&inline';

/** Runs a race in a new worker; `stop` ends it at once, whatever it is doing. */
export function startRace(job: RaceJob, onReply: (reply: Reply) => void): { stop(): void } {
  const worker = new RaceWorker();
  worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
  worker.onerror = (event) => onReply({ reply: 'failed', message: event.message || 'the worker could not be started' });
  worker.postMessage(job);
  return { stop: () => worker.terminate() };
}
