/** What models show to other modules of this package only: properties whose names nobody else can import. */

/** How the verbs reach a model's family: `model[PARTS]`. */
export const PARTS: unique symbol = Symbol('parts');

/** Makes a model of checked parameters: `GaussianMixture[MADE](state, record)`. */
export const MADE: unique symbol = Symbol('made');
