/** A history of frames that grows as it is played, and can be rewound. Knows nothing of what the frames show. */

export class Player<F extends object, Result> {
  readonly #frames: F[] = [];
  #source: Iterator<F, Result>;
  #cursor = 0;
  #result: Result | undefined;
  #error: unknown;
  #exhausted = false;

  /** The first frame is taken at once: what is wrong with the input is thrown here. */
  constructor(source: Iterator<F, Result>) {
    this.#source = source;
    const { value, done } = source.next();
    if (done) throw new Error('a player needs at least one frame');
    this.#frames.push(value);
  }

  get frames(): readonly F[] {
    return this.#frames;
  }
  get cursor(): number {
    return this.#cursor;
  }
  get frame(): F {
    return this.#frames[this.#cursor];
  }
  /** The frame that comes next, if it is known already. */
  get known(): F | undefined {
    return this.#frames[this.#cursor + 1];
  }
  /** What the source returned, once it has ended. */
  get result(): Result | undefined {
    return this.#result;
  }
  /** Why the source broke off; only to be shown at the last frame. */
  get error(): unknown {
    return this.atEnd ? this.#error : undefined;
  }
  /** Nothing comes after this frame. */
  get atEnd(): boolean {
    return this.#exhausted && this.#cursor === this.#frames.length - 1;
  }

  /** One frame on; false where there is none. A source that throws ends, and leaves its error. */
  next(): boolean {
    if (this.#cursor === this.#frames.length - 1 && !this.#extend()) return false;
    this.#cursor++;
    return true;
  }

  back(): boolean {
    if (this.#cursor === 0) return false;
    this.#cursor--;
    return true;
  }

  /** To a frame by number; forward as far as the source goes. */
  seek(target: number): void {
    this.#cursor = Math.max(0, Math.min(target, this.#frames.length - 1));
    while (this.#cursor < target && this.next());
  }

  /** Forgets what came after the current frame (and `drop` frames of the end with it), and goes on from another source. */
  branch(frame: F, source: Iterator<F, Result>, replace: boolean): void {
    this.close();
    this.#frames.length = this.#cursor + (replace ? 0 : 1);
    this.#frames.push(frame);
    this.#cursor = this.#frames.length - 1;
    this.#source = source;
    this.#exhausted = false;
    this.#result = undefined;
    this.#error = undefined;
  }

  /** Gives back what an unfinished source holds. */
  close(): void {
    this.#source.return?.();
  }

  #extend(): boolean {
    if (this.#exhausted) return false;
    try {
      const { value, done } = this.#source.next();
      if (!done) {
        this.#frames.push(value);
        return true;
      }
      this.#result = value;
    } catch (error) {
      this.#error = error;
    }
    this.#exhausted = true;
    return false;
  }
}
