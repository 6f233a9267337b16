/** Sources of chunks: rows that are read as often as a fit needs them, and never held all at once. */
import { checkBits } from '../data/binary.js';
import { checkFinite, type FloatArray, type Values } from '../data/matrix.js';
import { checkTotalWeight, copyWeights } from '../data/weights.js';
import { InvalidDataError, InvalidOptionError, SourceChangedError, show } from '../errors.js';

/** Rows with what belongs to them; without `columns` the option `nFeatures` says how wide a row is. */
export interface ChunkObject<V extends Values = FloatArray> {
  /** (rows × columns, row-major) */
  readonly data: V;
  /** checked against `data` if given */
  readonly rows?: number;
  /** nFeatures */
  readonly columns?: number;
  /** weight of each row of the chunk, ≥ 0; either every chunk has them or none */
  readonly sampleWeights?: ArrayLike<number>;
}

/** Some rows, flat and row-major. May be empty; used up before the next one is asked for, so its buffer may be reused. */
export type Chunk<V extends Values = FloatArray> = V | ChunkObject<V>;

/**
 * A factory of passes over the rows: every call starts again at the first row and gives the same rows in the same order, in
 * chunks of any sizes. A pass that is broken off (error, abort) is told by the iterator's `return`.
 */
export type ChunkSource<V extends Values = FloatArray> = () =>
  | AsyncIterable<Chunk<V>>
  | Iterable<Chunk<V>>
  | Promise<AsyncIterable<Chunk<V>> | Iterable<Chunk<V>>>;

/** Rows of one chunk, checked. */
export interface ChunkRows {
  readonly x: Values;
  readonly nRows: number;
  readonly sampleWeights: Float64Array | undefined;
  /** where the chunk begins in the whole stream */
  readonly firstRow: number;
}

/** Reads a source pass by pass and checks that every pass gives what the first one gave: as many rows, as wide. */
export class ChunkReader {
  readonly #source: ChunkSource<Values>;
  readonly #binary: boolean;
  readonly #signal: AbortSignal | undefined;
  #nFeatures: number | undefined;
  #nSamples: number | undefined;
  #weighted: boolean | undefined;
  #passes = 0;

  constructor(
    source: ChunkSource<Values>,
    options: { binary: boolean; nFeatures: number | undefined; signal: AbortSignal | undefined },
  ) {
    if (typeof source !== 'function') {
      throw new InvalidOptionError(
        'source',
        `the source must be a function that returns an iterable of chunks, because EM reads the rows many times; got ${show(source)}`,
      );
    }
    this.#source = source;
    this.#binary = options.binary;
    this.#nFeatures = options.nFeatures;
    this.#signal = options.signal;
  }

  /** After the first pass. */
  get nSamples(): number {
    return this.#nSamples as number;
  }
  /** After the first chunk with rows. */
  get nFeatures(): number {
    return this.#nFeatures as number;
  }
  /** After the first chunk with rows. */
  get weighted(): boolean {
    return this.#weighted === true;
  }

  /** Shows all chunks with rows to `visit`, in order. */
  async pass(visit: (rows: ChunkRows) => void | Promise<void>): Promise<void> {
    this.#passes++;
    let firstRow = 0;
    let weight = 0;
    await readThrough(this.#source, this.#signal, async (chunk) => {
      const rows = this.#check(chunk, firstRow);
      if (rows.nRows === 0) return;
      firstRow += rows.nRows;
      if (this.#nSamples !== undefined && firstRow > this.#nSamples) {
        throw this.#changed(`at least ${firstRow} rows`, `${this.#nSamples} rows`);
      }
      if (rows.sampleWeights !== undefined) for (const w of rows.sampleWeights) weight += w;
      await visit(rows);
    });
    if (firstRow === 0 && this.#nSamples === undefined) {
      throw new InvalidDataError('the source has no rows; at least one is needed');
    }
    if (this.#nSamples !== undefined && firstRow < this.#nSamples) {
      throw this.#changed(`${firstRow} rows`, `${this.#nSamples} rows`);
    }
    if (this.weighted) checkTotalWeight(weight);
    this.#nSamples = firstRow;
  }

  #changed(got: string, expected: string): SourceChangedError {
    return new SourceChangedError(
      `pass ${this.#passes} over the source gave ${got}, the first gave ${expected}; every call of the source must return a new iterable over the same rows`,
    );
  }

  #check(chunk: unknown, firstRow: number): ChunkRows {
    const name = `the chunk at row ${firstRow}`;
    const isObject = chunk !== null && typeof chunk === 'object' && 'data' in chunk && !ArrayBuffer.isView(chunk);
    const { data: x, rows, columns, sampleWeights } = (isObject ? chunk : { data: chunk }) as ChunkObject<Values>;
    const kinds = this.#binary ? ['Uint8Array'] : ['Float64Array', 'Float32Array'];
    // by tag, so that arrays of another realm are recognised too
    if (!kinds.includes(Object.prototype.toString.call(x).slice(8, -1))) {
      throw new InvalidDataError(
        `${name} must be a ${kinds.join(' or ')} of whole rows, or { data, columns, sampleWeights } with one; got ${show(x)}`,
        firstRow,
      );
    }
    const nFeatures = this.#width(columns, name, firstRow);
    const nRows = x.length / nFeatures;
    if (!Number.isInteger(nRows) || (rows !== undefined && rows !== nRows)) {
      throw new InvalidDataError(
        `${name} has ${x.length} numbers, which are not ${rows ?? 'whole'} rows of ${nFeatures} columns`,
        firstRow,
      );
    }
    if (nRows === 0) return { x, nRows, sampleWeights: undefined, firstRow };
    if (this.#binary) checkBits({ x: x as Uint8Array, nSamples: nRows, nFeatures }, 'X', firstRow);
    else checkFinite({ x: x as FloatArray, nSamples: nRows, nFeatures }, 'X', firstRow);
    return { x, nRows, sampleWeights: this.#weights(sampleWeights, nRows, firstRow), firstRow };
  }

  #width(columns: number | undefined, name: string, firstRow: number): number {
    const known = this.#nFeatures;
    if (columns === undefined) {
      if (known !== undefined) return known;
      throw new InvalidOptionError(
        'nFeatures',
        'pass nFeatures, the columns of a row, or chunks { data, columns } that say it',
      );
    }
    if (!Number.isInteger(columns) || columns < 1) {
      throw new InvalidDataError(`${name}: columns must be an integer ≥ 1; got ${show(columns)}`, firstRow);
    }
    if (known !== undefined && columns !== known) {
      if (this.#passes > 1) throw this.#changed(`${columns} columns at row ${firstRow}`, `${known} columns`);
      throw new InvalidDataError(`${name} has ${columns} columns; expected ${known}, as before`, firstRow);
    }
    this.#nFeatures = columns;
    return columns;
  }

  #weights(given: ArrayLike<number> | undefined, nRows: number, firstRow: number): Float64Array | undefined {
    const weighted = given !== undefined && given !== null;
    this.#weighted ??= weighted;
    if (weighted !== this.#weighted) {
      throw new InvalidDataError(
        `the chunk at row ${firstRow} has ${weighted ? '' : 'no '}sampleWeights, unlike those before it; give them with every chunk or with none`,
        firstRow,
      );
    }
    if (!weighted) return undefined;
    if (typeof given !== 'object' || given.length !== nRows) {
      throw new InvalidDataError(
        `the chunk at row ${firstRow} must have one of sampleWeights per row: expected ${nRows}, got ${show(given.length ?? given)}`,
        firstRow,
      );
    }
    return copyWeights(given, firstRow);
  }
}

/** One pass: takes every chunk in turn; closes the iterator when it is left early, whatever the reason. */
async function readThrough(
  source: ChunkSource<Values>,
  signal: AbortSignal | undefined,
  take: (chunk: unknown) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const iterator = iteratorOf(await untilAborted(source(), signal));
  let asking = false;
  let finished = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      asking = true;
      const step = await untilAborted(ask(iterator), signal);
      asking = false;
      finished = step.done === true;
      if (finished) return;
      await take(step.value);
    }
  } catch (error) {
    // an iterator that threw is done, and is not to be closed
    if (asking && !signal?.aborted) finished = true;
    throw error;
  } finally {
    if (!finished) await close(iterator, asking);
  }
}

async function ask(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<IteratorResult<unknown>> {
  return iterator.next();
}

/** An iterator that still owes an answer may never close: it is told, but not waited for. */
async function close(iterator: AsyncIterator<unknown> | Iterator<unknown>, asking: boolean): Promise<void> {
  // whatever closing brings, the error that led here is the one to tell
  const closing = (async () => iterator.return?.())().catch(() => undefined);
  if (!asking) await closing;
}

function iteratorOf(iterable: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const given = iterable as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  const iterator = given?.[Symbol.asyncIterator]?.() ?? given?.[Symbol.iterator]?.();
  if (typeof iterator?.next === 'function') return iterator;
  throw new InvalidOptionError(
    'source',
    `the source must return an iterable or async iterable of chunks; it returned ${show(iterable)}`,
  );
}

/** What is awaited, unless the signal fires first. */
async function untilAborted<T>(value: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return value;
  let abort: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort);
      Promise.resolve(value).then(resolve, reject);
    });
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}
