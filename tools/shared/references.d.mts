export function loadFixture<T>(path: string): T;
export function referencesLike(pattern: RegExp): string[];
export function fitCase<Model>(
  GaussianMixture: { fit(rows: number[][], options: never): Model },
  c: object,
  options?: object,
): Model;
