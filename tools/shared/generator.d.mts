export interface Generator {
  /** uniform in [0, 1) */
  uniform(): number;
  normal(): number;
}
export function generator(seed: number): Generator;
