/** Rows of the catalogue: what happens around a fit while it runs. */
import { expect } from 'vitest';
import { InvalidOptionError, OutOfMemoryError } from '../../src/index.js';
import { type Backend, type Family, fingerprint, type Model } from './families.js';
import { by, type CallRow, refused } from './row.js';

/** Runs `use` in a host that has only so many pages for a new memory, and none to make one larger. */
function withMemoryFor<T>(pages: number, use: () => T): T {
  const Original = WebAssembly.Memory;
  WebAssembly.Memory = class extends Original {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.initial > pages) throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      super(descriptor);
    }
    override grow(): number {
      throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
    }
  };
  try {
    return use();
  } finally {
    WebAssembly.Memory = Original;
  }
}

/** Too many rows for what other fits left behind. */
const many = ({ rows }: Family) => Array.from({ length: 20_000 }, (_, i) => rows[i % rows.length]!);

/** More fits at a time than memories are kept for. */
function openMany(family: Family, backend: Backend): void {
  const open: Iterator<unknown>[] = [];
  try {
    for (let i = 0; i < 8; i++) {
      const steps = family.steps(family.rows, settings(family, backend));
      open.push(steps);
      steps.next();
    }
  } finally {
    for (const steps of open) steps.return?.();
  }
}

const settings = (family: Family, backend: Backend) => ({ [family.count]: 2, ...family.own, backend, maxIter: 3 });

/** Fits in a worker while `spoil` changes what was passed, right after the call. */
async function mutated(family: Family, backend: Backend, spoil: (X: Float64Array, weights: number[]) => void) {
  const values = family.rows.flat();
  const bytes = family.kind === 'bernoulli';
  const X = (bytes ? Uint8Array : Float64Array).from(values) as Float64Array;
  const weights = values.slice(0, 60).map((_, i) => 1 + (i % 3));
  const want = family.fit(
    { data: X.slice(), rows: 60, columns: 3 },
    { ...settings(family, backend), sampleWeights: [...weights] },
  );
  const fitting = family.fitAsync(
    { data: X, rows: 60, columns: 3 },
    { ...settings(family, backend), sampleWeights: weights },
  );
  spoil(X, weights);
  return { got: fingerprint(await fitting), want: fingerprint(want) };
}

export const SURROUNDINGS_ROWS: CallRow[] = [
  {
    what: 'memory that the host refuses',
    backends: ['wasm'],
    call: (family, _, backend) => withMemoryFor(0, () => openMany(family, backend)),
    ends: refused(OutOfMemoryError, /memory/),
  },
  {
    what: 'memory that cannot grow',
    backends: ['wasm'],
    // what is asked for at once covers what is needed, so that nothing has to grow
    call: (family, _, backend) => withMemoryFor(65_536, () => family.fit(many(family), settings(family, backend))),
    ends: by(() => (model: Model) => expect(model.labels.length).toBe(20_000)),
  },
  ...(['overwritten', 'detached'] as const).map(
    (what): CallRow => ({
      what: `data that are ${what} while a fit runs in a worker`,
      call: (family, _, backend) =>
        mutated(family, backend, (X, weights) => {
          weights.fill(Number.NaN);
          if (what === 'overwritten') X.fill(1);
          else structuredClone(X.buffer, { transfer: [X.buffer as ArrayBuffer] });
        }),
      ends: (result) => {
        const { got, want } = result as unknown as { got: unknown; want: unknown };
        expect(got).toEqual(want);
      },
    }),
  ),
  {
    what: 'a signal that is none',
    call: (family, _, backend) =>
      family.fitAsync(family.rows, { ...settings(family, backend), signal: { aborted: false } }),
    ends: refused(InvalidOptionError, /^signal must be an AbortSignal; got/, { option: 'signal' }),
  },
];
