/** Adaptive quadrature over the whole line: Gauss–Kronrod 7–15, the error taken as in QUADPACK (Piessens et al. 1983). */

/** Kronrod's nodes ≥ 0 on [−1, 1], outermost first, and their weights; those of odd index are Gauss's, with weights below. */
const NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
];
const KRONROD = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225017, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
];
const GAUSS = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694];
const N_NODES = 15;

/** A stretch of the line, or a tail of it from `edge` to ±infinity, as an interval [a, b] of u. */
interface Piece {
  readonly a: number;
  readonly b: number;
  /** a tail: x = edge + reach·u/(1 − u), 0 ≤ u < 1; undefined: x = u */
  readonly tail: { readonly edge: number; readonly reach: number } | undefined;
  value: number;
  error: number;
  /** error more, next to a jump */
  doubt: number;
  /** f at the first and the last node, from left to right */
  left: number;
  right: number;
  /** f is 0 at every node */
  isZero: boolean;
}

export interface Quadrature {
  readonly value: number;
  /** estimate of |value − integral|: cautious, not a bound */
  readonly error: number;
  readonly nEvaluations: number;
  /** between the stretches of the last partition: they lie close together where f jumps */
  readonly breakpoints: number[];
}

/**
 * ∫ f(x) dx over the line.
 *
 * @param f values at many points at once; may be Infinity (then the integral is), not NaN
 * @param breakpoints where f changes its nature: at least one point; the tails reach from the outermost to infinity
 * @param tol relative to the integral of |f|, which f ≥ 0 makes the integral itself
 */
export function integrateLine(
  f: (x: Float64Array) => Float64Array,
  breakpoints: readonly number[],
  tol: number,
  maxEvaluations = 500_000,
): Quadrature {
  let fresh = piecesOf(breakpoints);
  const kept: Piece[] = [];
  let nEvaluations = 0;
  let least = Infinity;
  let stalled = 0;
  for (;;) {
    evaluate(f, fresh);
    nEvaluations += N_NODES * fresh.length;
    kept.push(...fresh);
    const ordered = kept.slice().sort((x, y) => leftEnd(x) - leftEnd(y));
    suspectJumps(ordered);
    let value = 0;
    let error = 0;
    for (const piece of kept) {
      value += piece.value;
      error += piece.error + piece.doubt;
    }
    const result = () => ({ value, error, nEvaluations, breakpoints: ordered.slice(1).map(leftEnd) });
    if (value === Infinity) return { ...result(), error: 0 };
    const target = tol * Math.abs(value);
    // an error that lives everywhere, and that four rounds of halving hardly lower, is the noise of f itself
    stalled = error > 0.75 * least && fresh.length > kept.length / 4 ? stalled + 1 : 0;
    least = Math.min(least, error);
    if (error <= target || stalled >= 4) return result();
    const share = target / kept.length;
    const split: Piece[] = [];
    for (let i = kept.length - 1; i >= 0; i--) {
      const piece = kept[i] as Piece;
      if (!(piece.error + piece.doubt > share) || !isDivisible(piece)) continue;
      split.push(piece);
      kept[i] = kept[kept.length - 1] as Piece;
      kept.pop();
    }
    if (split.length === 0 || nEvaluations + 2 * N_NODES * split.length > maxEvaluations) return result();
    fresh = split.flatMap(halves);
  }
}

function piecesOf(breakpoints: readonly number[]): Piece[] {
  const points = [...new Set(breakpoints)].sort((x, y) => x - y);
  const first = points[0] as number;
  const last = points[points.length - 1] as number;
  const reach = last - first || Math.abs(first) || 1;
  const pieces: Piece[] = [piece(0, 1, { edge: first, reach: -reach }), piece(0, 1, { edge: last, reach })];
  for (let i = 1; i < points.length; i++) {
    pieces.push(piece(points[i - 1] as number, points[i] as number, undefined));
  }
  return pieces;
}

function piece(a: number, b: number, tail: Piece['tail']): Piece {
  return { a, b, tail, value: 0, error: 0, doubt: 0, left: 0, right: 0, isZero: false };
}

function place(u: number, tail: Piece['tail']): number {
  return tail === undefined ? u : tail.edge + (tail.reach * u) / (1 - u);
}

/** The end nearer to −infinity. */
function leftEnd({ a, b, tail }: Piece): number {
  if (tail === undefined || tail.reach > 0) return place(a, tail);
  return b === 1 ? -Infinity : place(b, tail);
}

/**
 * Where f is 0 at every node of a piece but not next door, it jumps, and perhaps between the last node of the one and the
 * first of the other, unseen. Their errors are then about what f adds up to in these gaps.
 */
function suspectJumps(ordered: readonly Piece[]): void {
  for (const piece of ordered) piece.doubt = 0;
  for (let i = 1; i < ordered.length; i++) {
    const before = ordered[i - 1] as Piece;
    const after = ordered[i] as Piece;
    if (before.isZero === after.isZero) continue;
    const edge = Math.abs(before.isZero ? after.left : before.right);
    before.doubt += edge * gapOf(before);
    after.doubt += edge * gapOf(after);
  }
}

/** From the end of a piece to its first node; of a tail, at its edge. */
function gapOf({ a, b, tail }: Piece): number {
  const stretch = tail === undefined ? 1 : Math.abs(tail.reach) / ((1 - a) * (1 - a));
  return (1 - (NODES[0] as number)) * (b - a) * stretch;
}

function isDivisible({ a, b, tail }: Piece): boolean {
  return b - a > (tail === undefined ? 1e-14 * Math.max(Math.abs(a), Math.abs(b)) : 1e-12);
}

function halves({ a, b, tail }: Piece): Piece[] {
  const middle = a + (b - a) / 2;
  return [piece(a, middle, tail), piece(middle, b, tail)];
}

/** Values and errors of all pieces from one call of f. */
function evaluate(f: (x: Float64Array) => Float64Array, pieces: readonly Piece[]): void {
  const x = new Float64Array(N_NODES * pieces.length);
  const scale = new Float64Array(x.length);
  pieces.forEach(({ a, b, tail }, p) => {
    const half = (b - a) / 2;
    for (let i = 0; i < N_NODES; i++) {
      const node = i < 8 ? -(NODES[i] as number) : (NODES[14 - i] as number);
      const u = a + half + half * node;
      const at = p * N_NODES + i;
      x[at] = place(u, tail);
      scale[at] = half * (tail === undefined ? 1 : Math.abs(tail.reach) / ((1 - u) * (1 - u)));
    }
  });
  const y = f(x);
  pieces.forEach((piece, p) => {
    const own = y.subarray(p * N_NODES, (p + 1) * N_NODES);
    const mirrored = piece.tail !== undefined && piece.tail.reach < 0;
    piece.left = own[mirrored ? N_NODES - 1 : 0] as number;
    piece.right = own[mirrored ? 0 : N_NODES - 1] as number;
    piece.isZero = own.every((value) => value === 0);
  });
  for (let at = 0; at < y.length; at++) {
    // 0 · Infinity: a density of 0 far out, where the chart is stretched beyond measure
    if (y[at] !== 0) y[at] = (y[at] as number) * (scale[at] as number);
  }
  pieces.forEach((piece, p) => {
    sumPiece(piece, y.subarray(p * N_NODES, (p + 1) * N_NODES));
  });
}

/** Kronrod's sum of 15, and its error from Gauss's sum of 7: (200·|K − G|/spread)^1.5 of the spread about the mean. */
function sumPiece(piece: Piece, y: Float64Array): void {
  let kronrod = 0;
  let gauss = 0;
  for (let i = 0; i < N_NODES; i++) {
    const node = Math.min(i, 14 - i);
    kronrod += (KRONROD[node] as number) * (y[i] as number);
    if (node % 2 === 1) gauss += (GAUSS[(node - 1) / 2] as number) * (y[i] as number);
  }
  let spread = 0;
  for (let i = 0; i < N_NODES; i++) {
    spread += (KRONROD[Math.min(i, 14 - i)] as number) * Math.abs((y[i] as number) - kronrod / 2);
  }
  const difference = Math.abs(kronrod - gauss);
  const ratio = (200 * difference) / spread;
  piece.value = kronrod;
  piece.error = spread > 0 ? spread * Math.min(1, ratio * Math.sqrt(ratio)) : difference;
}
