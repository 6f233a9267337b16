/** Anderson's extrapolation: the last few steps tell how the EM map acts on what they span, and where it would end. */
import { symmetricEigen } from '../numeric/symmetric-eigen.js';
import { addScaled, dot, scale, subtract } from '../numeric/vectors.js';
import { accelerate, type Extrapolation, type Place } from './accelerate.js';
import { CHARTS } from './charts.js';
import { type Acceleration, registerMethod } from './method.js';

/** Steps that are remembered. More see farther, but from places where the map was another: of 2, 3, 4, 5 and 8 this did best. */
const MEMORY = 4;
/** How much longer than EM's a proposal may be at first, and the factor by which this bound grows and shrinks. */
const GROWTH = 4;
const LONGEST = 1e8;
/** Squared share of a remembered step that the newer ones must not explain for it to count. */
const INDEPENDENT = 1e-8;

/** A step that was taken, and by how much EM's own step changed over it. */
interface Remembered {
  readonly moved: Float64Array;
  readonly change: Float64Array;
}

/**
 * Let f(θ) = M(θ) − θ. Where the last steps U = {Δθ} (orthonormal) changed f by F = {Δf}, A = −UᵀF is 1 − (the EM map's
 * rates) on their span, and the step Δ = U·c + (1 − UUᵀ)(f + F·c) with A·c = Uᵀf ends where, to first order, nothing of
 * f is left there: Anderson's mixing of type I (Anderson 1965; Fang & Saad 2009, §3.2; Walker & Ni 2011).
 *
 * What differs from the textbook comes from what EM is:
 * - The EM map is 1 − I_c⁻¹·I_o, with the information of the complete and of the observed data: in the inner product of I_c
 *   (the chart's `metric`) it is symmetric, so A is made so, and has real eigenvalues.
 * - An eigenvalue of A is the share of the way that one EM step goes: tiny where EM is slow. The way is lengthened by 1/|λ|,
 *   bounded by a limit that grows while proposals reach it and are accepted, and shrinks when one is rejected.
 * - A negative eigenvalue marks a saddle that EM is leaving (components that start alike); the textbook step would lead back
 *   to it. |λ| leads away from it, faster than EM.
 * - Rejection clears the memory: what it held was not what the objective is like here (Henderson & Varadhan 2019 restart too).
 */
function andersonScheme(): Extrapolation {
  let memory: Remembered[] = [];
  let limit = GROWTH;
  let atLimit = false;
  return {
    propose({ step, metric }) {
      const span = orthonormal(memory, metric);
      if (span.length === 0) return undefined;
      const { coordinates, bounded } = solve(span, step, limit);
      atLimit = bounded;
      // what EM does apart from the span, with what the move inside changes of it
      const direction = step.slice();
      span.forEach(({ change }, i) => {
        addScaled(direction, change, coordinates[i] as number);
      });
      for (const { moved, dual } of span) addScaled(direction, moved, -dot(dual, direction));
      span.forEach(({ moved }, i) => {
        addScaled(direction, moved, coordinates[i] as number);
      });
      // negated, so that NaN counts: against EM's direction nothing rises
      return !(dot(direction, metric(step)) > 0) ? undefined : direction;
    },

    moved(from, to, plain) {
      memory.push({ moved: subtract(to.free, from.free), change: subtract(to.step, from.step) });
      if (memory.length > MEMORY) memory.shift();
      if (!plain && atLimit) limit = Math.min(LONGEST, limit * GROWTH);
    },

    rejected() {
      memory = [];
      limit = Math.max(GROWTH, limit / GROWTH);
    },
  };
}

/** A direction of the span, of length 1, with its image under the metric: its dot products are inner products. */
interface Direction extends Remembered {
  readonly dual: Float64Array;
}

/** The remembered moves, newest first, orthonormal at this place (Gram–Schmidt, twice); the changes and the images follow them. */
function orthonormal(memory: readonly Remembered[], metric: Place['metric']): Direction[] {
  const span: Direction[] = [];
  for (const remembered of memory.toReversed()) {
    const moved = remembered.moved.slice();
    const change = remembered.change.slice();
    const dual = metric(moved).slice();
    const before = dot(moved, dual);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of span) {
        const share = dot(moved, other.dual);
        addScaled(moved, other.moved, -share);
        addScaled(change, other.change, -share);
        addScaled(dual, other.dual, -share);
      }
    }
    const left = dot(moved, dual);
    if (!(left > INDEPENDENT * before)) continue;
    for (const vector of [moved, change, dual]) scale(vector, 1 / Math.sqrt(left));
    span.push({ moved, change, dual });
  }
  return span;
}

/** c = |A|⁻¹·Uᵀf, no direction lengthened beyond `limit`. */
function solve(span: readonly Direction[], step: Float64Array, limit: number) {
  const n = span.length;
  const rate = (i: number, j: number) => -dot((span[i] as Direction).dual, (span[j] as Direction).change);
  const matrix = span.map((_, i) => Float64Array.from({ length: n }, (__, j) => (rate(i, j) + rate(j, i)) / 2));
  const { values, vectors } = symmetricEigen(matrix);
  const ahead = Float64Array.from(span, ({ dual }) => dot(dual, step));
  const coordinates = new Float64Array(n);
  let bounded = false;
  vectors.forEach((vector, e) => {
    let share = 0;
    for (let i = 0; i < n; i++) share += (vector[i] as number) * (ahead[i] as number);
    const slowness = Math.abs(values[e] as number);
    if (slowness < 1 / limit) bounded = true;
    addScaled(coordinates, vector, share / Math.max(slowness, 1 / limit));
  });
  return { coordinates, bounded };
}

export const ANDERSON: Acceleration = {
  name: 'anderson',
  accelerate: (model, chart, data, start, options) => accelerate(model, chart, data, start, options, andersonScheme()),
  ...CHARTS,
};

/**
 * EM in longer steps by Anderson's extrapolation: `fit(X, { acceleration: anderson })`; the one to choose. As with `gradient`,
 * the name `'anderson'` does the same wherever the whole library is loaded and in every `fitAsync`; bundles need this constant.
 *
 * @example
 * const model = GaussianMixture.fit([0, 0.5, 1, 7, 8, 9], { nComponents: 2, acceleration: anderson });
 */
export const anderson: Acceleration = /*#__PURE__*/ registerMethod(ANDERSON);
