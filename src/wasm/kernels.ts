/** Compiles the kernels once, on first use, and instantiates them with @assemblyscript/loader. */
import { instantiateSync } from '@assemblyscript/loader';
import { BackendUnavailableError, InvalidOptionError, OutOfMemoryError, show } from '../errors.js';
import { checkKnown } from '../options.js';
import { kernelBytes } from './binaries.js';

/** The functions assembly/index.ts exports, by their ABI: every argument and result is a number. */
export interface Kernels {
  abiVersion(): number;
  heapBase(): number;
  fillTables(): void;
  expScalar(x: number): number;
  logScalar(x: number): number;
  cholesky(a: number, d: number, least: number): number;
  triangularInverse(l: number, w: number, d: number): void;
  logSumExpBytes(k: number): number;
  logSumExpRows(x: number, nRows: number, k: number, work: number, norms: number, responsibilities: number): void;
  panelBytes(d: number, k: number): number;
  layPanel(at: number, d: number, k: number): void;
  gaussianBytes(kind: number, d: number, k: number): number;
  gaussianLay(at: number, kind: number, d: number, k: number): void;
  gaussianLoad(state: number): void;
  gaussianExpectation(state: number, panel: number, block: number): void;
  gaussianMoments(state: number, panel: number, block: number, responsibilities: number): void;
  gaussianScore: ScoreKernel;
  gaussianMahalanobis(state: number, panel: number, block: number, out: number): void;
  bernoulliBytes(d: number, k: number): number;
  bernoulliLay(at: number, d: number, k: number): void;
  bernoulliPack(x: number, n: number, d: number, codes: number): void;
  bernoulliLoad(state: number): void;
  bernoulliExpectation(state: number, block: number): void;
  bernoulliMoments(state: number, block: number, responsibilities: number): void;
  bernoulliScore: BernoulliScore;
  clustersBytes(d: number, k: number): number;
  clustersLay(at: number, d: number, k: number): void;
  clustersPack(state: number, panel: number, block: number, out: number): void;
  clusterSumsBytes(d: number, k: number): number;
  meansBytes(d: number, k: number): number;
  meansLay(at: number, d: number, k: number): void;
  kMeansExpectation(state: number, panel: number, block: number, scratch: number, list: number): void;
  kMeansDistances(state: number, panel: number, block: number, out: number): void;
  kMeansSeed: SeedKernel;
  kMeansNearest(state: number, panel: number, block: number, labels: number, sums: number): void;
  kMediansExpectation(state: number, panel: number, block: number): void;
  kMediansDistances(state: number, panel: number, block: number, out: number): void;
  kMediansSeed: SeedKernel;
  kMediansSelect(scratch: number, ends: number, medians: number, column: number): void;
}

export type SeedKernel = (
  state: number,
  panel: number,
  block: number,
  costs: number,
  candidates: number,
  keep: number,
) => void;

type BernoulliScore = (
  state: number,
  block: number,
  norms: number,
  labels: number,
  logProbs: number,
  responsibilities: number,
) => void;

type ScoreKernel = (
  state: number,
  panel: number,
  block: number,
  norms: number,
  labels: number,
  logProbs: number,
  responsibilities: number,
) => void;

let compiled: WebAssembly.Module | undefined;

/** Where the kernels come from when they may not be compiled from the bytes inside the package. */
export interface KernelSource {
  /** a module compiled elsewhere: `import module from 'mixwasm/kernels.wasm'` on edge runtimes */
  module?: WebAssembly.Module;
  /** where `mixwasm/kernels.wasm` is served; fetched and compiled */
  url?: string | URL;
}

/**
 * Supplies the compiled kernels before the first fit. Not needed in general: without it the bytes inside the package are
 * compiled on first use. Edge runtimes forbid compiling at run time and pass `{ module }`; pages that prefer a cached file
 * pass `{ url }`.
 *
 * @example
 * await loadKernels({ url: '/assets/kernels.wasm' });
 * @throws {InvalidOptionError} neither or both of `module` and `url`, or a module that is not mixwasm's
 * @throws {BackendUnavailableError} the file cannot be fetched or compiled
 */
export async function loadKernels(source: KernelSource = {}): Promise<void> {
  checkKnown(source, ['module', 'url'], 'loadKernels');
  const { module, url } = source;
  if (module !== undefined && url !== undefined) {
    throw new InvalidOptionError('module', 'loadKernels takes either module or url; got both');
  }
  if (module !== undefined) {
    compiled = checkModule(module, 'module');
  } else if (url !== undefined) {
    compiled = checkModule(await fetchModule(url), 'url');
  } else {
    compileKernels();
  }
}

/** Takes over a module that mixwasm itself compiled, in another thread. */
export function adoptModule(module: WebAssembly.Module): void {
  compiled = module;
}

async function fetchModule(url: string | URL): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = readLocal(url) ?? (await download(url));
    // servers of single-page applications answer any address with their page
    if (!isWasm(bytes)) throw new Error('what is there is no WebAssembly binary');
  } catch (cause) {
    throw new BackendUnavailableError(
      `the kernels could not be loaded from ${url}: ${(cause as Error).message}; serve mixwasm/kernels.wasm there, or leave loadKernels out`,
      { cause },
    );
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw cannotCompile(cause);
  }
}

function isWasm(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && String.fromCharCode(...bytes.subarray(1, 4)) === 'asm';
}

/** compileStreaming insists on the MIME type; bytes work with any server. */
async function download(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A file: URL under Node, whose fetch does not read files. */
function readLocal(url: string | URL): Uint8Array<ArrayBuffer> | undefined {
  const text = String(url);
  const fs = text.startsWith('file:') ? globalThis.process?.getBuiltinModule?.('node:fs') : undefined;
  return fs === undefined ? undefined : new Uint8Array(fs.readFileSync(new URL(text)));
}

/** Of assembly/index.ts. */
const ABI_VERSION = 6;

function abiOf(module: WebAssembly.Module): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return (exports as unknown as Kernels).abiVersion();
}

function checkModule(module: WebAssembly.Module, option: string): WebAssembly.Module {
  let names: string[];
  try {
    names = WebAssembly.Module.exports(module).map(({ name }) => name);
  } catch {
    throw new InvalidOptionError(option, `${option} must be a compiled WebAssembly.Module; got ${show(module)}`);
  }
  if (!names.includes('bernoulliExpectation')) {
    throw new InvalidOptionError(option, `${option} is not mixwasm's kernels.wasm: it exports no bernoulliExpectation`);
  }
  const version = names.includes('abiVersion') ? abiOf(module) : undefined;
  if (version !== ABI_VERSION) {
    throw new BackendUnavailableError(
      `${option} is the kernels.wasm of another release of mixwasm (interface ${version}, this one needs ${ABI_VERSION}); serve the file of this package, and mind caches`,
    );
  }
  return module;
}

/** The compiled module; compiles the inlined bytes if nobody supplied another. */
export function compileKernels(): WebAssembly.Module {
  if (compiled === undefined) {
    compiled = compile(kernelBytes());
  }
  return compiled;
}

/** Whether a module has the kernels of all models: the file kernels.wasm, not what is inside the package. */
export function isWhole(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === 'bernoulliExpectation');
}

export function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw cannotCompile(cause);
  }
}

function cannotCompile(cause: unknown): BackendUnavailableError {
  return new BackendUnavailableError(
    "the SIMD WebAssembly kernels cannot be compiled here (an old engine, or a Content-Security-Policy without 'wasm-unsafe-eval'); pass backend: 'js', or await loadKernels({ module }) with a module compiled beforehand",
    { cause },
  );
}

const PAGE = 65536;
/** Enough for small fits and scorings, so that most instances can serve again */
const MIN_PAGES = 16;

function createMemory(initial: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial, maximum: 65536 });
  } catch (cause) {
    throw new OutOfMemoryError(
      initial * PAGE,
      `the host refused ${((initial * PAGE) / 2 ** 20).toFixed(1)} MB of WebAssembly memory; free memory, or fit fewer rows at a time`,
      { cause },
    );
  }
}

/** A new instance of the kernels on a memory of its own, of at least `bytes` (as far as a module can address). */
export function instantiateKernels(bytes = 0): { kernels: Kernels; memory: WebAssembly.Memory } {
  const memory = createMemory(Math.min(Math.max(Math.ceil(bytes / PAGE), MIN_PAGES), 65536));
  const { instance } = instantiateSync(compileKernels(), { env: { memory } });
  // the raw exports: a call through the loader's wrappers costs 5 ns, theirs 2
  const kernels = instance.exports as unknown as Kernels;
  kernels.fillTables();
  return { kernels, memory };
}
