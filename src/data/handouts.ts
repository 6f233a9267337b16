/**
 * Arrays that a model hands out. Typed arrays cannot be frozen, so users get copies: whatever they write there, the model
 * scores and saves as before. One copy a property, so that `model.means === model.means`.
 */
export class Handouts {
  readonly #copies = new Map<string, Float64Array | Int32Array>();

  /** The copy for `name`, made on first use. */
  of<T extends Float64Array | Int32Array>(name: string, source: () => T): T {
    let copy = this.#copies.get(name) as T | undefined;
    if (copy === undefined) {
      copy = source().slice() as T;
      this.#copies.set(name, copy);
    }
    return copy;
  }
}
