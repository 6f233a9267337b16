/** When EM stops. */

/**
 * Why a fit stopped: the log-likelihood (or cost), the parameters, labels that no longer change (hard EM), the iterations,
 * or its caller (`onProgress` returned `'stop'`).
 */
export type StopReason = 'tol' | 'paramTol' | 'stable' | 'maxIter' | 'stopped';

/**
 * A criterion over successive iterations: the change of the mean objective below `tol`, or the largest scaled change of a
 * parameter below `paramTol`; either suffices. At 0 a criterion is off (a rise may be a rounding error below 0, which must
 * not stop a run that asked for exactly `maxIter` iterations).
 */
export function createConvergence(
  options: { tol: number; paramTol: number; maxIter: number },
  totalWeight: number,
): (iteration: number, rise: number, change: number | undefined) => StopReason | undefined {
  const { tol, paramTol, maxIter } = options;
  return (iteration, rise, change) => {
    // a fall counts by its size: regularisation may lower the likelihood on its way to its own fixed point. No size is below 0
    if (Math.abs(rise) / totalWeight < tol) return 'tol';
    if (change !== undefined && change < paramTol) return 'paramTol';
    return iteration >= maxIter ? 'maxIter' : undefined;
  };
}
