/** The page's worker: searches over K, and races. Everything heavy happens here, so that the page stays free. */
import { fitCandidate } from './fit-candidate.js';
import type { RaceJob, Reply, SearchJob } from './jobs.js';
import { race } from './race.js';

const scope = self as unknown as { postMessage(reply: Reply): void; onmessage: ((event: MessageEvent) => void) | null };
const tell = (reply: Reply) => scope.postMessage(reply);

scope.onmessage = async ({ data: job }: MessageEvent<SearchJob | RaceJob>) => {
  try {
    if (job.job === 'race') await race(job, tell);
    else for (const candidate of job.candidates) tell({ reply: 'candidate', candidate: fitCandidate(job, candidate) });
    tell({ reply: 'done' });
  } catch (error) {
    tell({ reply: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
};
