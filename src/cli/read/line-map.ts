/** On which line of a file a row stands. Blank lines and line breaks in quotes are rare: only where they are is noted. */
export class LineMap {
  /** rows from rows[i] on stand `shifts[i]` lines behind their number */
  readonly #rows: number[] = [];
  readonly #shifts: number[] = [];
  #shift = Number.NaN;

  /** Rows are told in order. */
  add(row: number, line: number): void {
    const shift = line - row;
    if (shift === this.#shift) return;
    this.#shift = shift;
    this.#rows.push(row);
    this.#shifts.push(shift);
  }

  lineOf(row: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle] as number) <= row) low = middle;
      else high = middle;
    }
    return row + (this.#shifts[low] ?? 1);
  }
}
