/** SQUAREM: one extrapolation along the line (or parabola) that two EM steps show (Varadhan & Roland 2008). */
import { subtract } from '../numeric/vectors.js';
import { accelerate, type Extrapolation } from './accelerate.js';
import { CHARTS } from './charts.js';
import { type Acceleration, registerMethod } from './method.js';

/** The longest first extrapolation, in EM steps; it grows and shrinks by this factor as it is found too short or too long. */
const GROWTH = 4;

/**
 * With r = M(θ) − θ and v = M(M(θ)) − 2·M(θ) + θ the proposal is θ + 2α·r + α²·v with α = ‖r‖ / ‖v‖ (their step S3, with
 * the sign of α turned), in the geometry of the chart. α = 1 is two EM steps. Every EM step is followed by a proposal: two
 * E-steps a cycle, without the M-step that the authors put after each proposal, which the next cycle's first step is.
 */
function squaremScheme(): Extrapolation {
  let longest = GROWTH;
  let atLimit = false;
  let first: Float64Array | undefined;
  return {
    propose({ step, inner }) {
      if (first === undefined) return undefined;
      const r = first;
      const v = subtract(step, r);
      const wanted = Math.sqrt(inner(r, r) / inner(v, v));
      const alpha = Math.min(wanted, longest);
      // also where it is NaN: nothing moves
      if (!(alpha > 1)) return undefined;
      atLimit = alpha === longest;
      // from M(θ), where the path is
      return r.map((value, i) => (2 * alpha - 1) * value + alpha * alpha * (v[i] as number));
    },

    moved(from, _to, plain) {
      first = plain ? from.step : undefined;
      if (!plain && atLimit) longest *= GROWTH;
    },

    rejected() {
      longest = Math.max(GROWTH, longest / GROWTH);
    },
  };
}

export const SQUAREM: Acceleration = {
  name: 'squarem',
  accelerate: (model, chart, data, start, options) => accelerate(model, chart, data, start, options, squaremScheme()),
  ...CHARTS,
};

/**
 * EM in longer steps by SQUAREM: `fit(X, { acceleration: squarem })`. As with `gradient`, the name `'squarem'` does the
 * same wherever the whole library is loaded and in every `fitAsync`; bundles need this constant.
 *
 * @example
 * const model = GaussianMixture.fit([0, 0.5, 1, 7, 8, 9], { nComponents: 2, acceleration: squarem });
 */
export const squarem: Acceleration = /*#__PURE__*/ registerMethod(SQUAREM);
