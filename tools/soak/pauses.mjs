// Who held a request up: the collector, the library, or neither of them, which leaves the machine.
import { readFileSync } from 'node:fs';

/** Milliseconds of [from, to] that intervals cover; they may overlap one another. */
export function overlap(intervals, [from, to]) {
  let [covered, until] = [0, from];
  for (const [start, end] of intervals) {
    const [a, b] = [Math.max(start, until), Math.min(end, to)];
    if (b > a) {
      covered += b - a;
      until = b;
    }
  }
  return covered;
}

/** Of the slowest requests: how many were held up mostly by what, and how much of their time each took. */
export function explain(slow, { gc, fit, score }, waits) {
  const sorted = (list) => [...list].sort((a, b) => a[0] - b[0]);
  const causes = { collector: sorted(gc), fits: sorted(fit), scoring: sorted(score), machine: sorted(waits) };
  const counts = Object.fromEntries([...Object.keys(causes), 'other'].map((name) => [name, 0]));
  const milliseconds = { ...counts };
  for (const { sent, received } of slow) {
    const interval = [sent, received];
    let rest = received - sent;
    let [most, cause] = [0.5 * rest, 'other'];
    for (const [name, intervals] of Object.entries(causes)) {
      const time = Math.min(rest, overlap(intervals, interval));
      rest -= time;
      milliseconds[name] += time;
      if (time > most) [most, cause] = [time, name];
    }
    milliseconds.other += rest;
    counts[cause]++;
  }
  return { counts, milliseconds };
}

/** Nanoseconds that a process's main thread has been ready to run and was not running (Linux; undefined elsewhere). */
export function waitedForProcessor(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]);
  } catch {
    return undefined;
  }
}
