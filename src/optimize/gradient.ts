/** The gradient method, put together. */
import { ascend } from './ascent.js';
import { CHARTS } from './charts.js';
import { type Optimizer, registerMethod } from './method.js';

export const GRADIENT: Optimizer = { name: 'gradient', ascend, ...CHARTS };

/**
 * Maximum likelihood by L-BFGS instead of EM: `fit(X, { optimizer: gradient })`. The name `'gradient'` does the same wherever
 * the whole library is loaded (Node, Deno, a page that imports it unbundled) and in every `fitAsync`; a bundler, however, leaves
 * out what no one imports, and then only this constant brings the method along.
 *
 * @example
 * const model = GaussianMixture.fit([0, 0.5, 1, 7, 8, 9], { nComponents: 2, optimizer: gradient });
 */
export const gradient: Optimizer = /*#__PURE__*/ registerMethod(GRADIENT);
