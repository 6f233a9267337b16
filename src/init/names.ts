/** Names of the built-in starts. */

export type InitName = 'kmeans++' | 'kmeans' | 'random' | 'randomPoints';

export const INITS: readonly InitName[] = ['kmeans++', 'kmeans', 'random', 'randomPoints'];

/** Numbers nested to any depth, or flat. */
export type NestedNumbers = ArrayLike<number> | ArrayLike<ArrayLike<number>> | ArrayLike<ArrayLike<ArrayLike<number>>>;
