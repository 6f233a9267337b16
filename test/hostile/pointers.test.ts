/**
 * The debug build of the kernels (assembly/debug.ts): every export refuses addresses and sizes that do not fit the arena, with
 * a message and before it writes anything; calls that are right have the results of the build that is shipped.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARENA_BASE, Arena } from '../../src/wasm/arena.js';
import { type Engine, offerEngine } from '../../src/wasm/engine.js';
import type { Kernels } from '../../src/wasm/kernels.js';
import { DEBUG_MODULE, debugKernels } from '../helpers/debug-kernels.js';
import { thrownBy } from '../helpers/numbers.js';
import { FAMILIES, fingerprint } from './families.js';

const shipped = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));
const exportsOf = (module: WebAssembly.Module) =>
  WebAssembly.Module.exports(module)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name);

/** A small case: rows, features, components. */
const [N, D, K] = [5, 3, 2];
/** Points of a panel of so few features. */
const PANEL = 64;

/** Arguments: what is reserved as a whole, doubles, floats, labels, bytes, one label; with ?, 0 if it is not wanted; sizes; other numbers. */
type Kind =
  | 'reserved'
  | 'reserved?'
  | 'doubles'
  | 'doubles?'
  | 'floats'
  | 'floats?'
  | 'labels'
  | 'labels?'
  | 'bytes'
  | 'flag'
  | 'size'
  | 'feature'
  | 'rows'
  | 'number';
const ALIGNMENT: Partial<Record<string, number>> = {
  reserved: 64,
  doubles: 8,
  floats: 4,
  labels: 4,
  bytes: 1,
  flag: 4,
};

/** A descriptor that an argument leads to: its fields by name, with their positions in 32-bit words. */
type Fields = readonly (readonly [name: string, kind: Kind, word: number])[];
const BLOCK: Fields = [
  ['x', 'doubles', 0],
  ['isFloat32', 'number', 1],
  ['nRows', 'rows', 2],
  ['weights', 'doubles?', 3],
  ['origin', 'doubles', 4],
];
const ANY: Fields = [...BLOCK, ['packed', 'number', 9]];
const LABELLED: Fields = [...ANY, ['labels', 'labels', 5]];
const COLUMN: Fields = [
  ['x', 'doubles', 0],
  ['j', 'feature', 1],
  ['nRows', 'rows', 2],
  ['labels', 'labels', 3],
  ['nFeatures', 'size', 4],
  ['nClusters', 'size', 5],
  ['size', 'size', 6],
  ['lower', 'number', 7],
];
const KEPT: Fields = [
  ...BLOCK,
  ['labels', 'labels', 5],
  ['until', 'floats', 6],
  ['sums', 'reserved?', 7],
  ['summed', 'flag', 8],
  ['floats', 'floats?', 10],
  ['norms', 'floats', 11],
  ['floated', 'flag', 12],
];
const CODED: Fields = [
  ['codes', 'bytes', 0],
  ['nRows', 'rows', 1],
  ['weights', 'doubles?', 2],
];

interface Argument {
  readonly name: string;
  readonly kind: Kind;
  /** one that is right, in a new arena */
  readonly make: (on: Sound) => number;
  readonly fields?: Fields;
  /** of a header: how many words of it are fixed once it is laid out */
  readonly fixed?: readonly number[];
}

/** An arena with what kernels are handed: states, panels and blocks of the small case. */
class Sound {
  readonly arena: Arena;
  readonly kernels: Kernels;
  private readonly made = new Map<string, number>();

  constructor(make: (memory: WebAssembly.Memory, end: () => number) => Kernels) {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
    this.arena = new Arena(memory);
    this.kernels = make(memory, () => this.arena.mark());
  }

  private once(name: string, make: () => number): number {
    const at = this.made.get(name) ?? make();
    this.made.set(name, at);
    return at;
  }

  doubles(values: readonly number[]): number {
    const at = this.arena.reserve(values.length * 8);
    this.arena.f64(at, values.length).set(values);
    return at;
  }

  empty(bytes: number): number {
    return this.arena.reserve(bytes);
  }

  gaussian = () =>
    this.once('gaussian', () => {
      const at = this.empty(this.kernels.gaussianBytes(0, D, K));
      this.kernels.gaussianLay(at, 0, D, K);
      return at;
    });

  bernoulli = () =>
    this.once('bernoulli', () => {
      const at = this.empty(this.kernels.bernoulliBytes(D, K));
      this.kernels.bernoulliLay(at, D, K);
      return at;
    });

  clusters = () =>
    this.once('clusters', () => {
      const at = this.empty(this.kernels.clustersBytes(D, K));
      this.kernels.clustersLay(at, D, K);
      return at;
    });

  means = () =>
    this.once('means', () => {
      const at = this.empty(this.kernels.meansBytes(D, K));
      this.kernels.meansLay(at, D, K);
      return at;
    });

  panel(k: number): number {
    const at = this.empty(this.kernels.panelBytes(D, k));
    this.kernels.layPanel(at, D, k);
    return at;
  }

  words(values: readonly number[]): number {
    const at = this.empty(4 * values.length);
    this.arena.u32(at, values.length).set(values);
    return at;
  }

  rows(): number[] {
    const x = this.doubles(Array.from({ length: N * D }, (_, i) => Math.fround(i * 0.7) % 3));
    return [x, 0, N, this.doubles([1, 2, 0, 1, 1]), this.doubles([0.5, 0.25, 0.125, 0])];
  }

  block = () => this.words(this.rows());
  any = () => this.words([...this.rows(), 0, 0, 0, 0, 0]);
  labelled = () => this.words([...this.rows(), this.empty(4 * N + 12), 0, 0, 0, 0]);
  kept = () =>
    this.words([
      ...this.rows(),
      this.empty(4 * N + 12),
      this.empty(4 * N),
      this.empty(this.kernels.clusterSumsBytes(D, K)),
      this.empty(4),
      0,
      this.empty(4 * N * D),
      this.empty(4 * N),
      this.empty(4),
    ]);
  column = () => this.words([this.packed(), 1, N, this.words([0, 1, 1, 0, 1]), D, K, PANEL, 0]);
  private packed = () => this.doubles(Array.from({ length: PANEL * D }, (_, i) => (i * 0.7) % 3));
  coded = () => {
    const codes = this.empty(N);
    this.arena.u8(codes, N).set([1, 7, 0, 5, 2]);
    return this.words([codes, N, this.doubles([1, 2, 0, 1, 1])]);
  };
}

const number = (name: string, value: number, kind: Kind = 'number'): Argument => ({ name, kind, make: () => value });
const size = (name: string, value: number) => number(name, value, 'size');
const at = (name: string, kind: Kind, bytes: number | ((on: Sound) => number)): Argument => ({
  name,
  kind,
  make: (on) => on.empty(typeof bytes === 'number' ? bytes : bytes(on)),
});
const matrix = (name: string): Argument => ({
  name,
  kind: 'doubles',
  make: (on) => on.doubles([4, 0, 0, 1, 4, 0, 1, 1, 4]),
});
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

const GAUSSIAN: Argument = { name: 'state', kind: 'reserved', make: (on) => on.gaussian(), fixed: upTo(16) };
const BERNOULLI: Argument = { name: 'state', kind: 'reserved', make: (on) => on.bernoulli(), fixed: upTo(13) };
const CLUSTERS: Argument = { name: 'state', kind: 'reserved', make: (on) => on.clusters(), fixed: upTo(7) };
const MEANS: Argument = { name: 'state', kind: 'reserved', make: (on) => on.means(), fixed: upTo(14) };
/** size, sizes and pointers; between and behind them is what changes with the points */
const PANEL_FIXED = [0, ...upTo(10).map((i) => i + 9), 26, 27, 29, 30];
const panel = (k: number): Argument => ({
  name: 'panel',
  kind: 'reserved',
  make: (on) => on.panel(k),
  fixed: PANEL_FIXED,
});
/** One whose columns may lie anywhere: rows that were packed once. */
const MOVING: Argument = { ...panel(1), fixed: PANEL_FIXED.filter((word) => word !== 12) };
const block = (make: (on: Sound) => number, fields: Fields): Argument => ({
  name: 'block',
  kind: 'labels',
  make,
  fields,
});
const ROWS = block((on) => on.block(), BLOCK);
const ANY_ROWS = block((on) => on.any(), ANY);
const CODES = block((on) => on.coded(), CODED);

const SCORES = [
  at('norms', 'doubles?', 8 * N),
  at('labels', 'labels?', 4 * N),
  at('logProbs', 'doubles?', 8 * N * K),
  at('responsibilities', 'doubles?', 8 * N * K),
];
const RESPONSIBILITIES: Argument = {
  name: 'responsibilities',
  kind: 'doubles',
  make: (on) => on.doubles(Array.from({ length: N * K }, () => 1 / K)),
};
const COSTS = [at('costs', 'doubles', 8 * N), size('candidates', K), number('keep', 1)];
const SEED_ANY = [CLUSTERS, MOVING, ANY_ROWS, ...COSTS];
const DISTANCES = [CLUSTERS, MOVING, ANY_ROWS, at('out', 'doubles', 8 * N * K)];

/** Every kernel that addresses memory, with arguments that are right. */
const KERNELS: Partial<Record<keyof Kernels, readonly Argument[]>> = {
  cholesky: [matrix('a'), size('d', D), at('minPivots', 'doubles?', 8 * D)],
  triangularInverse: [matrix('l'), at('w', 'doubles', 8 * D * D), size('d', D)],
  logSumExpRows: [
    { name: 'x', kind: 'doubles', make: (on) => on.doubles(Array.from({ length: N * K }, (_, i) => -i)) },
    number('nRows', N, 'rows'),
    size('k', K),
    at('work', 'reserved', ({ kernels }) => kernels.logSumExpBytes(K)),
    at('norms', 'doubles', 8 * N),
    at('responsibilities', 'doubles?', 8 * N * K),
  ],
  layPanel: [at('at', 'reserved', ({ kernels }) => kernels.panelBytes(D, K)), size('d', D), size('k', K)],
  gaussianLay: [
    at('at', 'reserved', ({ kernels }) => kernels.gaussianBytes(1, D, K)),
    number('kind', 1),
    size('d', D),
    size('k', K),
  ],
  gaussianLoad: [GAUSSIAN],
  gaussianExpectation: [GAUSSIAN, panel(K), ROWS],
  gaussianMoments: [GAUSSIAN, panel(K), ROWS, RESPONSIBILITIES],
  gaussianScore: [GAUSSIAN, panel(K), ROWS, ...SCORES],
  gaussianMahalanobis: [GAUSSIAN, panel(K), ROWS, at('out', 'doubles', 8 * N * K)],
  bernoulliLay: [at('at', 'reserved', ({ kernels }) => kernels.bernoulliBytes(D, K)), size('d', D), size('k', K)],
  bernoulliPack: [at('x', 'bytes', N * D), number('n', N, 'rows'), size('d', D), at('codes', 'bytes', N)],
  bernoulliLoad: [BERNOULLI],
  bernoulliExpectation: [BERNOULLI, CODES],
  bernoulliMoments: [BERNOULLI, CODES, RESPONSIBILITIES],
  bernoulliScore: [BERNOULLI, CODES, ...SCORES],
  clustersLay: [at('at', 'reserved', ({ kernels }) => kernels.clustersBytes(D, K)), size('d', D), size('k', K)],
  clustersPack: [CLUSTERS, MOVING, ROWS, at('out', 'doubles', 8 * PANEL * D)],
  meansLay: [at('at', 'reserved', ({ kernels }) => kernels.meansBytes(D, K)), size('d', D), size('k', K)],
  kMeansExpectation: [
    MEANS,
    panel(1),
    block((on) => on.kept(), KEPT),
    at('scratch', 'reserved?', ({ kernels }) => kernels.clusterSumsBytes(D, K)),
    at('list', 'doubles', 8 * (4 + Math.ceil(N / 2))),
  ],
  kMeansDistances: [CLUSTERS, panel(1), ROWS, at('out', 'doubles', 8 * N * K)],
  kMeansSeed: [CLUSTERS, panel(1), ROWS, ...COSTS],
  kMeansNearest: [CLUSTERS, panel(1), ROWS, at('labels', 'labels', 4 * N + 12), at('sums', 'doubles?', 8 * K * 4)],
  kMediansExpectation: [CLUSTERS, MOVING, block((on) => on.labelled(), LABELLED)],
  kMediansDistances: DISTANCES,
  kMediansSeed: SEED_ANY,
  kMediansSelect: [
    at('scratch', 'doubles', 8 * N),
    at('ends', 'labels', 4 * K),
    at('medians', 'doubles', 8 * K),
    { name: 'column', kind: 'labels', make: (on) => on.column(), fields: COLUMN },
  ],
};

/** Those that get no address: numbers in, a number out, and the tables below the arena. */
const WITHOUT_ADDRESSES = [
  ...['abiVersion', 'heapBase', 'fillTables', 'expScalar', 'logScalar'],
  ...['logSumExpBytes', 'panelBytes', 'gaussianBytes', 'bernoulliBytes', 'clustersBytes'],
  ...['clusterSumsBytes', 'meansBytes'],
];

/** What may not stand for an argument of a kind whose right value is `good`, in an arena that ends at `end`. */
function wrongFor(kind: Kind, good: number, end: number): number[] {
  if (kind === 'number') return [-1, 1000].slice(0, good > 1 ? 2 : 0);
  if (kind === 'size') return [0, -1, 2 ** 31 - 1, Number.NaN];
  if (kind === 'feature') return [-1, D];
  if (kind === 'rows') return [-1, 2 ** 31 - 1];
  const step = ALIGNMENT[kind.replace('?', '')] as number;
  const last = kind === 'flag' ? end : end - step;
  const outside = [64, ARENA_BASE - 64, last, end, end + 2 ** 20, 2 ** 31, 2 ** 32 - 64, -64];
  const unaligned = [1, 4, 32].filter((by) => by < step).map((by) => good + by);
  return [...outside, ...unaligned, ...(kind.endsWith('?') ? [] : [0, Number.NaN])];
}

const onDebug = () => new Sound(debugKernels);
const onShipped = () =>
  new Sound((memory) => {
    const kernels = new WebAssembly.Instance(shipped, { env: { memory } }).exports as unknown as Kernels;
    kernels.fillTables();
    return kernels;
  });

/** A right call, ready. */
function prepared(name: keyof Kernels, on: Sound) {
  const takes = KERNELS[name] as readonly Argument[];
  const args = takes.map(({ make }) => make(on));
  const kernel = on.kernels[name] as (...args: number[]) => unknown;
  const end = on.arena.mark();
  const bytes = () => Buffer.from(on.arena.u8(ARENA_BASE, end - ARENA_BASE)).toString('base64');
  return { takes, args, kernel, end, bytes, arena: on.arena };
}

describe('the debug build', () => {
  it('exports what is shipped, and is tested with wrong addresses whole', () => {
    expect(exportsOf(DEBUG_MODULE).sort()).toEqual([...exportsOf(shipped), 'setArenaEnd'].sort());
    expect([...Object.keys(KERNELS), ...WITHOUT_ADDRESSES].sort()).toEqual(exportsOf(shipped).sort());
    const { kernels } = onDebug();
    // the loader's memory.data must end below what the arena hands out
    expect(kernels.heapBase()).toBeLessThanOrEqual(ARENA_BASE);
  });

  it.each(Object.keys(KERNELS) as (keyof Kernels)[])('%s: a right call does what the shipped one does', (name) => {
    const [debug, plain] = [onDebug(), onShipped()].map((on) => {
      const { args, kernel, bytes } = prepared(name, on);
      expect(kernel.length === 0 || kernel.length === args.length).toBe(true);
      return { result: kernel(...args), bytes: bytes() };
    });
    expect(debug).toEqual(plain);
  });

  it.each(Object.keys(KERNELS) as (keyof Kernels)[])('%s refuses what is wrong, and writes nothing', (name) => {
    const { takes, args, kernel, end, bytes, arena } = prepared(name, onDebug());
    const before = bytes();
    const expectRefusal = (call: readonly number[], what: string) => {
      const changed = bytes();
      const { message } = thrownBy(() => kernel(...call)) ?? {};
      // a size that is too great shows in what it is the size of
      expect(message, `${what} of ${name}`).toMatch(new RegExp(`^abort: ${name}: \\S.* at assembly/debug.ts`));
      expect(bytes()).toBe(changed);
      return message;
    };
    takes.forEach(({ name: argument, kind, fields, fixed }, i) => {
      for (const wrong of wrongFor(kind, args[i]!, end)) {
        const message = expectRefusal(args.with(i, wrong), `${argument} = ${wrong}`);
        if (kind !== 'size' && kind !== 'rows') expect(message).toContain(`${name}: ${argument}`);
      }
      if (fields === undefined && fixed === undefined) return;
      const words = arena.u32(args[i]!, 32);
      const withWord = (word: number, value: number, what: string) => {
        const good = words[word]!;
        words[word] = value;
        const message = expectRefusal(args, what);
        words[word] = good;
        return message;
      };
      for (const [field, fieldKind, word] of fields ?? []) {
        for (const wrong of ['isFloat32', 'packed', 'lower'].includes(field)
          ? [2, -1]
          : wrongFor(fieldKind, words[word]!, end)) {
          const message = withWord(word, wrong, `${field} = ${wrong}`);
          if (fieldKind !== 'rows') expect(message).toContain(`${name}: ${argument}.${field}`);
        }
      }
      for (const word of fixed ?? []) {
        expect(withWord(word, words[word]! + 64, `word ${word} of ${argument}`)).toMatch(
          /was not laid out|lies outside the arena/,
        );
      }
    });
    expect(bytes()).toBe(before);
    // and the instance is sound afterwards
    kernel(...args);
  });

  it('refuses labels that are no clusters and codes that are none', () => {
    for (const [name, word, wrongs, message] of [
      ['kMeansExpectation', 5, [2, -1], /a label in block\.labels of (2|-1) is no cluster/],
      ['bernoulliExpectation', 0, [16, 255], /a code in block\.codes of (16|255) is above 15/],
    ] as const) {
      const { takes, args, kernel, arena } = prepared(name, onDebug());
      const descriptor = args[takes.findIndex(({ fields }) => fields !== undefined)]!;
      const values = arena.u32(descriptor, 9)[word]!;
      for (const wrong of wrongs) {
        if (name === 'kMeansExpectation') arena.i32(values, N)[4] = wrong;
        else arena.u8(values, N)[4] = wrong;
        expect(() => kernel(...args)).toThrow(message);
      }
    }
  });

  it('refuses an inverse over its own matrix', () => {
    const { args, kernel } = prepared('triangularInverse', onDebug());
    for (const w of [args[0]!, args[0]! + 8, args[0]! + 64]) {
      expect(() => kernel(...args.with(1, w))).toThrow('triangularInverse: w overlaps l');
    }
  });
});

/** An engine of its own, on the debug build, and how often each kernel was called. */
function countedEngine(): { engine: Engine; calls: Map<string, number> } {
  const { arena, kernels } = onDebug();
  const calls = new Map<string, number>();
  const counted = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...args: number[]) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return (kernel as (...args: number[]) => unknown)(...args);
    },
  ]);
  return { engine: { kernels: Object.fromEntries(counted), arena, module: DEBUG_MODULE }, calls };
}

describe.each(FAMILIES)('$name', (family) => {
  it.each(['rows', 'weighted rows'])('fits %s on the debug build to the same bits', (what) => {
    const sampleWeights = what === 'rows' ? undefined : family.rows.map((_, i) => i % 3);
    const options = { [family.count]: 3, ...family.own, maxIter: 5, ...(sampleWeights && { sampleWeights }) };
    const want = fingerprint(family.fit(family.rows, options));
    const { engine, calls } = countedEngine();
    offerEngine(engine);
    const got = fingerprint(family.fit(family.rows, options));
    expect(got).toEqual(want);
    const [kernel] = [...calls.keys()].filter((name) => name.endsWith('Expectation'));
    expect(calls.get(kernel!)).toBeGreaterThan(1);
  });
});
