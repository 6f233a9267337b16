/** What rounding takes from a sum (Knuth's two-sum): a + b = sum + error, exactly, where `sum` is a + b as a double. */
export function sumError(a: number, b: number, sum: number): number {
  const added = sum - a;
  return a - (sum - added) + (b - added);
}
