export type Nested = number | ArrayLike<number> | readonly Nested[];
export function flat(values: Nested): number[];
export function relativeToMax(got: Nested, want: Nested): number;
export function relativeEach(got: Nested, want: Nested): number;
export function largestDifference(got: Nested, want: Nested): number;
