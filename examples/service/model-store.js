/** Fitted models by id; when there are too many, the one used longest ago goes. */
export class ModelStore {
  #models = new Map();
  #most;
  #next = 1;

  /** @param {number} most how many are kept */
  constructor(most) {
    this.#most = most;
  }

  get size() {
    return this.#models.size;
  }

  /** Keeps a model; returns its id. */
  add(model) {
    const id = String(this.#next++);
    this.#models.set(id, model);
    // a Map iterates in the order of insertion: the first is the one used longest ago
    if (this.#models.size > this.#most) this.#models.delete(this.#models.keys().next().value);
    return id;
  }

  /** The model, or undefined; it counts as used. */
  get(id) {
    const model = this.#models.get(id);
    if (model !== undefined) {
      this.#models.delete(id);
      this.#models.set(id, model);
    }
    return model;
  }

  delete(id) {
    return this.#models.delete(id);
  }
}
