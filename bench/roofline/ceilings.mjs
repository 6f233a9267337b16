/** What this machine can do at most, by loops of one kind each: flops, exponentials, bytes from memory. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PAGE = 65536;
/** Larger than any cache of a core, and than most that cores share. */
const LARGE = 256 * 2 ** 20;

/**
 * Three runs to repeat among the measurements of the rows (run.mjs), since the machine's clock changes: each gives
 * nanoseconds: of a flop in the faster of two loops, of an exponential, of a byte read.
 *
 * @param {WebAssembly.Exports} kernels with expNearArray, on `memory`
 */
export function ceilings(kernels, memory) {
  const large = new WebAssembly.Memory({ initial: LARGE / PAGE + 1, maximum: 65536 });
  const { mulAdd, tile, read } = new WebAssembly.Instance(compilePeak(), { env: { memory: large } }).exports;
  // numbers, not the zero page that every fresh page is; and exponents as in a fit
  new Float64Array(large.buffer).fill(1.5);
  const { buffer } = memory;
  const at = Math.ceil(kernels.heapBase() / 64) * 64;
  const N = 1024;
  new Float64Array(buffer, at, N).forEach((_, i, xs) => {
    xs[i] = -(i % 41) - 0.37;
  });
  return {
    // half an L1: one line of x and w, gone through again and again
    flop: () =>
      Math.min(time(() => mulAdd(20000, 0.999)) / (32 * 20000), time(() => tile(1024, 9216, 256), 200) / (32 * 256)),
    exp: () => time(() => kernels.expNearArray(at, at + 8 * N, N), 50) / N,
    byte: () => time(() => read(1024, LARGE - 64), 1) / (LARGE - 64),
  };
}

/** Nanoseconds of a call: the least of a few, each of many calls. */
function time(run, repeats = 5) {
  let least = Infinity;
  for (let round = 0; round < 7; round++) {
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) run();
    least = Math.min(least, ((performance.now() - begin) * 1e6) / repeats);
  }
  return least;
}

function compilePeak() {
  const folder = mkdtempSync(join(tmpdir(), 'mixwasm-peak-'));
  try {
    const out = join(folder, 'peak.wasm');
    const asc = here('../../node_modules/assemblyscript/bin/asc.js');
    const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];
    const limits = ['--initialMemory', '1', '--maximumMemory', '65536'];
    execFileSync(process.execPath, [asc, here('peak.ts'), '-o', out, ...flags, ...limits], { stdio: 'inherit' });
    return new WebAssembly.Module(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
