/**
 * The cost of an assignment from sums of its rows. With the sum of rows S and of weights n of each cluster
 *
 *   Σ s·|x − c|² = Σ s·|x|² + Σ (n·|c|² − 2·c·S),
 *
 * of which only the second part changes from pass to pass: the sums hold twice the digits of a double (em/exact-sums.ts), and so
 * does what is made of them here. A cost known by its definition therefore gives the next ones, and no row has to be read for it.
 */
import type { KMeansStatistics } from '../families/k-means-method.js';
import { sumError } from '../numeric/sum-error.js';

/** A cost below this share of the last one by its definition is taken by it again: the rounding error of that one stays. */
const LEAST_SHARE = 1 / 4;
/** The digits of the second part are 2⁻⁹⁸ of it or better; it must not exceed the cost by so much that they show. */
const MOST_CANCELLED = 2 ** 40;

/** Below, products of numbers that make up the cost may underflow. */
const LEAST_COST = 1e-200;

/** What a cost of 1 may lack. */
const NOTHING = 2 ** -56;
/** So many passes in a row whose cost had to be taken by another one. */
const MOST_REFUSALS = 3;

/** A number as an unevaluated sum. */
type Pair = readonly [high: number, low: number];

export class CostFromSums {
  private base: { readonly cost: number; readonly weight: number; readonly part: Pair } | undefined;
  private bySums = false;
  /** passes refused in a row, and the changes that they found */
  private refusals = 0;
  private changes = 0;

  /** @param dropped what the sums may lack of the cost; infinite where they are not kept from pass to pass */
  constructor(private readonly dropped: number) {}

  /** Whether the next pass has to read every row. */
  get needsDirect(): boolean {
    return this.base === undefined;
  }

  /** Statistics of all rows with cost and weight, from those of a pass that found them; undefined if it has to find the cost, too. */
  complete(statistics: KMeansStatistics, centers: Float64Array): KMeansStatistics | undefined {
    const changes = this.changes + (statistics.changes as number);
    const part = changingPart(statistics, centers);
    const { base } = this;
    this.bySums = base !== undefined;
    if (base === undefined) {
      // where sums are refused again and again, every pass is as a first one
      if (this.dropped < Infinity && this.refusals < MOST_REFUSALS) {
        this.base = { cost: statistics.cost, weight: statistics.weight, part };
      }
      this.changes = 0;
      statistics.changes = changes;
      return statistics;
    }
    const cost = base.cost + (part[0] - base.part[0] + (part[1] - base.part[1]));
    const holds =
      cost >= LEAST_COST &&
      cost >= LEAST_SHARE * base.cost &&
      Math.abs(part[0]) <= MOST_CANCELLED * cost &&
      this.dropped <= NOTHING * cost;
    // a cluster without rows moves to the row that is farthest from its centre, which only a pass over all finds; and where no
    // label changes the fit ends: what it reports is the cost by its definition
    if (holds && changes > 0 && statistics.counts.every((count) => count > 0)) {
      this.refusals = 0;
      this.changes = 0;
      statistics.cost = cost;
      statistics.weight = base.weight;
      statistics.changes = changes;
      return statistics;
    }
    this.refusals++;
    this.changes = changes;
    this.base = undefined;
    return undefined;
  }

  /** Whether the last cost was made of sums; that of the next pass will not be. */
  forget(): boolean {
    this.base = undefined;
    return this.bySums;
  }
}

/** Σ (n·|c|² − 2·c·S) = Σ c·(n·c − 2·S) over clusters and features. */
function changingPart({ sums, errors, counts, countErrors }: KMeansStatistics, centers: Float64Array): Pair {
  const d = centers.length / counts.length;
  let high = 0;
  let low = 0;
  for (let at = 0; at < centers.length; at++) {
    const k = Math.floor(at / d);
    const c = centers[at] as number;
    const n = counts[k] as number;
    const product = n * c;
    const twice = -2 * (sums[at] as number);
    const u = product + twice;
    const rest =
      productError(n, c, product) +
      (countErrors[k] as number) * c +
      sumError(product, twice, u) -
      2 * (errors[at] as number);
    const term = u * c;
    const sum = high + term;
    low += sumError(high, term, sum) + productError(u, c, term) + rest * c;
    high = sum;
  }
  return [high, low];
}

/** a·b − product, exactly but for underflow (Veltkamp & Dekker). */
function productError(a: number, b: number, product: number): number {
  const [a1, a0] = halves(a);
  const [b1, b0] = halves(b);
  return a1 * b1 - product + a1 * b0 + a0 * b1 + a0 * b0;
}

/** A number as a sum of two of 26 bits. */
function halves(a: number): Pair {
  const shifted = 134217729 * a;
  const high = shifted - (shifted - a);
  return [high, a - high];
}
