/** Bytes of a file or of standard input, unpacked if they are gzip. */
import { open as openDescriptor } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { CliError, fileErrorText, fileOperation } from '../errors.js';
import { interruptible } from '../interrupt.js';

/** What every .npy file begins with, byte by byte. */
export const NPY_MAGIC = '\x93NUMPY';

const BLOCK = 2 ** 18;

/** Bytes in order, in the caller's own buffer. */
export class ByteSource {
  /** for messages */
  readonly name: string;
  /** path of a file that is what it is: not packed, not a pipe */
  readonly path: string | undefined;
  /** bytes in all, where that can be known */
  readonly size: number | undefined;
  readonly #pull: () => Promise<Uint8Array | undefined>;
  readonly #close: () => Promise<void>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(
    { name, path, size }: { name: string; path: string | undefined; size: number | undefined },
    pull: () => Promise<Uint8Array | undefined>,
    close: () => Promise<void>,
  ) {
    this.name = name;
    this.path = path;
    this.size = size;
    this.#pull = pull;
    this.#close = close;
  }

  /** The first bytes (fewer only if there are no more), which will be read again. */
  async peek(nBytes: number): Promise<Uint8Array> {
    while (this.#held.length < nBytes) {
      const more = await this.#pull();
      if (more === undefined) break;
      this.#held = this.#held.length === 0 ? more.slice() : Buffer.concat([this.#held, more]);
    }
    return this.#held.subarray(0, nBytes);
  }

  /** Fills (a part of) `into`; 0 at the end. */
  async read(into: Uint8Array): Promise<number> {
    if (this.#held.length === 0) this.#held = (await this.#pull()) ?? new Uint8Array(0);
    const n = Math.min(into.length, this.#held.length);
    into.set(this.#held.subarray(0, n));
    this.#held = this.#held.subarray(n);
    return n;
  }

  /** Exactly as many bytes as `into` holds, or fewer at the end. */
  async fill(into: Uint8Array): Promise<number> {
    let n = 0;
    while (n < into.length) {
      const more = await this.read(into.subarray(n));
      if (more === 0) break;
      n += more;
    }
    return n;
  }

  /** Everything that is left. */
  async rest(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.chunks()) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Everything that is left, in pieces that the caller may keep. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    if (this.#held.length > 0) {
      const held = this.#held;
      this.#held = new Uint8Array(0);
      yield held.slice();
    }
    for (;;) {
      const more = await this.#pull();
      if (more === undefined) return;
      yield more.slice();
    }
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** A character for each byte, to compare with what formats begin with. (TextDecoder's `latin1` is Windows-1252 since Node 23.) */
export function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Opens the file at `path`, or standard input for `-`; gzip is recognised by its first bytes. */
export async function openSource(path: string): Promise<ByteSource> {
  const name = path === '-' ? 'standard input' : path;
  if (path === '-' || path === '/dev/stdin') return unpacked(ofStream(name, process.stdin));
  if ((await stat(path).catch(() => undefined))?.isFIFO()) return unpacked(ofStream(name, await openPipe(path)));
  const file = await fileOperation(`read ${name}`, () => open(path));
  const stats = await file.stat();
  if (stats.isDirectory()) throw await closing(file, new CliError(`cannot read ${name}: it is a folder`));
  // a device: what was opened is read, for it may not be there a second time
  if (!stats.isFile()) return unpacked(ofStream(name, file.createReadStream({ highWaterMark: BLOCK })));
  const block = new Uint8Array(BLOCK);
  return unpacked(
    new ByteSource(
      { name, path, size: stats.size },
      async () => {
        const { bytesRead } = await fileOperation(`read ${name}`, () => file.read(block, 0, BLOCK));
        return bytesRead === 0 ? undefined : block.subarray(0, bytesRead);
      },
      () => file.close(),
    ),
  );
}

/**
 * A named pipe, or what `<(…)` makes. It is opened once, for its writer does not come again, and read as standard input is:
 * a thread that waits for a pipe cannot be ended.
 */
async function openPipe(path: string): Promise<Socket> {
  const fd = await fileOperation(`read ${path}`, () => interruptible(() => promisify(openDescriptor)(path, 'r')));
  return new Socket({ fd, readable: true, writable: false });
}

async function closing(file: FileHandle, error: CliError): Promise<CliError> {
  await file.close();
  return error;
}

function ofStream(name: string, stream: NodeJS.ReadableStream & { destroy?(): void }): ByteSource {
  const chunks = stream[Symbol.asyncIterator]();
  return new ByteSource(
    { name, path: undefined, size: undefined },
    async () => {
      const { value, done } = await fileOperation(`read ${name}`, () => chunks.next());
      return done ? undefined : (value as Buffer);
    },
    async () => stream.destroy?.(),
  );
}

async function unpacked(packed: ByteSource): Promise<ByteSource> {
  const [first, second] = await packed.peek(2);
  if (first !== 0x1f || second !== 0x8b) return packed;
  const gunzip = createGunzip({ chunkSize: BLOCK });
  void (async () => {
    try {
      for await (const chunk of packed.chunks()) {
        if (!gunzip.write(chunk)) await new Promise<void>((go) => gunzip.once('drain', go));
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  })();
  const chunks = gunzip[Symbol.asyncIterator]();
  return new ByteSource(
    { name: packed.name, path: undefined, size: undefined },
    async () => {
      try {
        const { value, done } = await chunks.next();
        return done ? undefined : (value as Buffer);
      } catch (cause) {
        if (cause instanceof CliError) throw cause;
        throw new CliError(`cannot unpack ${packed.name}: ${fileErrorText(cause)}`, { cause });
      }
    },
    async () => {
      gunzip.destroy();
      await packed.close();
    },
  );
}
