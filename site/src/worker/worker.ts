/** The worker of the race: it draws a million points and times the fits, so that the page stays free. */
import type { RaceJob, Reply } from './jobs.js';
import { race } from './race.js';

const scope = self as unknown as { postMessage(reply: Reply): void; onmessage: ((event: MessageEvent) => void) | null };
const tell = (reply: Reply) => scope.postMessage(reply);

scope.onmessage = async ({ data }: MessageEvent<RaceJob>) => {
  try {
    await race(data, tell);
    tell({ reply: 'done' });
  } catch (error) {
    tell({ reply: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
};
