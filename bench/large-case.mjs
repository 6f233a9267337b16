/**
 * One case of large.mjs, in a process of its own, so that its peak memory is its own.
 *
 * usage: node bench/large-case.mjs '{"kind": …, "directory": …, "library": …, …}'; prints one line of JSON
 */
import { openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from './data.mjs';
import { median } from './statistics.mjs';

export const D = 8;
export const K = 8;

const CASES = { write, fit, fitAsync, fitStream, linear };

/** Rows and start that all cases share: `data.mjs` with D = K = 8. */
async function write({ directory, rows }) {
  const { X, initialParameters } = generate({ n: rows, d: D, k: K });
  const bytes = new Uint8Array(X.data.buffer);
  const file = openSync(join(directory, 'x.f64'), 'w');
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(2 ** 26, bytes.length - at));
  const plain = Object.entries(initialParameters).map(([name, values]) => [name, Array.from(values)]);
  writeFileSync(join(directory, 'start.json'), JSON.stringify(Object.fromEntries(plain)));
  return {};
}

async function fit({ directory, library, rows, iterations, storage = 'Float64Array', init }) {
  const X = readRows(directory, rows, storage);
  const { GaussianMixture } = await import(library);
  const clock = stopwatch();
  const { logLikelihood } = GaussianMixture.fit(X, options(directory, iterations, init, clock));
  return { ...clock.report(rows), logLikelihood };
}

async function fitAsync({ directory, library, rows, iterations }) {
  const X = readRows(directory, rows, 'Float64Array', SharedArrayBuffer);
  const { GaussianMixture } = await import(library);
  const clock = stopwatch();
  const { logLikelihood } = await GaussianMixture.fitAsync(X, options(directory, iterations, undefined, clock));
  return { ...clock.report(rows), logLikelihood };
}

async function fitStream({ directory, library, rows, iterations, init }) {
  const mixwasm = await import(library);
  const clock = stopwatch();
  const { logLikelihood } = await mixwasm.fitStream(mixwasm.GaussianMixture, fromDisk(directory, rows), {
    ...options(directory, iterations, init, clock),
    nFeatures: D,
  });
  return { ...clock.report(rows), logLikelihood };
}

/** Time of an iteration against N, all in one process, in turns: what the machine does meanwhile meets all alike. */
async function linear({ directory, library, sizes, rounds }) {
  const { GaussianMixture, fitStream } = await import(library);
  const largest = sizes.at(-1);
  const { data } = readRows(directory, largest, 'Float64Array');
  const best = { memory: {}, stream: {} };
  const keep = (how, n, clock) => {
    const { cpuNs } = clock.report(n);
    best[how][n] = Math.min(cpuNs, best[how][n] ?? Number.POSITIVE_INFINITY);
  };
  for (let round = 0; round < rounds; round++) {
    for (const n of sizes) {
      const iterations = Math.max(2, Math.min(200, Math.round(largest / n / 5)));
      const memory = stopwatch();
      GaussianMixture.fit(
        { data: data.subarray(0, n * D), rows: n, columns: D },
        options(directory, iterations, undefined, memory),
      );
      keep('memory', n, memory);
      const stream = stopwatch();
      const given = { ...options(directory, iterations, undefined, stream), nFeatures: D };
      await fitStream(GaussianMixture, fromDisk(directory, n), given);
      keep('stream', n, stream);
    }
  }
  return { ns: best };
}

function options(directory, maxIter, init, clock) {
  const start =
    init === undefined
      ? { initialParameters: JSON.parse(readFileSync(join(directory, 'start.json'), 'utf8')) }
      : { init };
  return { nComponents: K, maxIter, tol: 0, regCovar: 0, onProgress: clock.tick, ...start };
}

/** The first rows, read straight into the array that is fitted. */
function readRows(directory, rows, storage, Buffer = ArrayBuffer) {
  const file = openSync(join(directory, 'x.f64'));
  const Storage = globalThis[storage];
  const data = new Storage(new Buffer(rows * D * Storage.BYTES_PER_ELEMENT));
  const chunk = new Float64Array(2 ** 17);
  const bytes = new Uint8Array(chunk.buffer);
  for (let at = 0; at < data.length; ) {
    const n = readSync(file, bytes, 0, Math.min(bytes.length, (data.length - at) * 8), at * 8) / 8;
    data.set(chunk.subarray(0, n), at);
    at += n;
  }
  return { data, rows, columns: D };
}

/** A source of chunks of a megabyte; one buffer serves all, because a chunk is used up before the next is asked for. */
function fromDisk(directory, rows) {
  return async function* () {
    const file = await open(join(directory, 'x.f64'));
    try {
      const chunk = new Float64Array(2 ** 17);
      const bytes = new Uint8Array(chunk.buffer);
      const end = rows * D * 8;
      for (let at = 0; at < end; ) {
        const { bytesRead } = await file.read(bytes, 0, Math.min(bytes.length, end - at), at);
        at += bytesRead;
        yield chunk.subarray(0, bytesRead / 8);
      }
    } finally {
      await file.close();
    }
  };
}

/**
 * Times between E-steps, by the clock and of the processor: the latter does not count what other processes of a busy
 * machine take.
 */
function stopwatch() {
  const begun = performance.now();
  const times = [];
  let last;
  return {
    tick() {
      const now = { wall: performance.now() * 1e6, cpu: cpuNanoseconds() };
      if (last !== undefined) times.push({ wall: now.wall - last.wall, cpu: now.cpu - last.cpu });
      last = now;
    },
    /** the fastest iteration (ns per row and component), and the whole fit (s) */
    report: (rows) => ({
      ns: Math.min(...times.map(({ wall }) => wall)) / rows / K,
      cpuNs: median(times.map(({ cpu }) => cpu)) / rows / K,
      seconds: (performance.now() - begun) / 1000,
    }),
  };
}

function cpuNanoseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

const job = JSON.parse(process.argv[2]);
const result = await CASES[job.kind](job);
// Linux gives kilobytes
console.log(JSON.stringify({ ...result, peakMB: process.resourceUsage().maxRSS / 1024 }));
