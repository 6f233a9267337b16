/** Limited-memory BFGS (Liu & Nocedal 1989; Nocedal & Wright 2006, algorithms 7.4 and 7.5). */
import { addScaled, dot, subtract } from '../numeric/vectors.js';

/** A function at a point, with its gradient there. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** A point of the descent. */
export interface Iterate<E extends Evaluation> {
  readonly x: Float64Array;
  /** what the function said at x, whatever else it carries */
  readonly at: E;
  /** evaluations up to here */
  readonly evaluations: number;
}

/** Pairs of steps and gradient changes that model the curvature. */
const MEMORY = 10;
/** Sufficient decrease, and the share of the slope that may be left (weak Wolfe conditions). */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Halvings of a step before a descent counts as ended: no decrease that a double could show is left. */
const MOST_TRIALS = 60;

/**
 * Minimises a smooth function: yields the start, then every accepted point, each lower than the one before. It returns when
 * the gradient is 0 or no step along the search direction lowers the value any more; until then the caller decides when to
 * stop. Points where the function is not finite are stepped back from.
 *
 * @param evaluate the function; may return more than value and gradient, which `at` hands back
 * @param start (n), copied
 */
export function* lbfgs<E extends Evaluation>(
  evaluate: (x: Float64Array) => E,
  start: Float64Array,
): Generator<Iterate<E>, void, undefined> {
  let evaluations = 0;
  const counted = (point: Float64Array) => {
    evaluations++;
    return evaluate(point);
  };
  let x: Float64Array = start.slice();
  let at = counted(x);
  yield { x, at, evaluations };
  const pairs: Pair[] = [];
  for (;;) {
    let direction = descentDirection(at.gradient, pairs);
    if (!(dot(direction, at.gradient) < 0)) {
      // rounding has spoilt the model of the curvature
      pairs.length = 0;
      direction = at.gradient.map((g) => -g);
    }
    if (!(dot(direction, at.gradient) < 0)) return;
    // without curvature the scale is unknown: a first step of length at most 1
    const first = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(direction, direction)));
    const found = searchLine(counted, x, at, direction, first);
    if (found === undefined) {
      if (pairs.length === 0) return;
      // once more along the gradient itself
      pairs.length = 0;
      continue;
    }
    const step = subtract(found.x, x);
    const change = subtract(found.at.gradient, at.gradient);
    const curvature = dot(step, change);
    if (curvature > 0) {
      pairs.push({ step, change, curvature });
      if (pairs.length > MEMORY) pairs.shift();
    }
    ({ x, at } = found);
    yield { x, at, evaluations };
  }
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** step · change > 0 */
  readonly curvature: number;
}

/** −H·gradient by the two-loop recursion. */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const shares = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, curvature } = pairs[i] as Pair;
    shares[i] = dot(step, direction) / curvature;
    addScaled(direction, change, -(shares[i] as number));
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let j = 0; j < direction.length; j++) direction[j] = (direction[j] as number) * scale;
  }
  pairs.forEach(({ step, change, curvature }, i) => {
    addScaled(direction, step, (shares[i] as number) - dot(change, direction) / curvature);
  });
  return direction;
}

/** A step of sufficient decrease whose slope has flattened, by doubling and halving (Lewis & Overton 2013). */
function searchLine<E extends Evaluation>(
  evaluate: (x: Float64Array) => E,
  x: Float64Array,
  at: E,
  direction: Float64Array,
  first: number,
): { x: Float64Array; at: E } | undefined {
  const slope = dot(direction, at.gradient);
  let low = 0;
  let high = Infinity;
  let length = first;
  let best: { x: Float64Array; at: E } | undefined;
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const point = x.slice();
    addScaled(point, direction, length);
    const there = evaluate(point);
    // negated, so that NaN counts as too far; strict, so that a rounded-away decrease is none
    if (!(there.value <= at.value + DECREASE * length * slope && there.value < at.value)) high = length;
    else {
      best = { x: point, at: there };
      if (dot(direction, there.gradient) >= CURVATURE * slope) return best;
      low = length;
    }
    length = high < Infinity ? (low + high) / 2 : 2 * low;
  }
  return best;
}
