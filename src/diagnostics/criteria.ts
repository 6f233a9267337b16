/** Information criteria; lower is better for all of them. `n` is Σ sampleWeights. */

/** Akaike 1974: 2p − 2 log L. */
export function aic(logLikelihood: number, nParameters: number): number {
  return 2 * nParameters - 2 * logLikelihood;
}

/** Schwarz 1978: p·log n − 2 log L. (mclust reports the negative.) `logN` is log Σ weights. */
export function bic(logLikelihood: number, nParameters: number, logN: number): number {
  return nParameters * logN - 2 * logLikelihood;
}

/**
 * Biernacki, Celeux & Govaert 2000: BIC − 2 Σ s·log r(most probable component), as in mclust and Rmixmod: BIC plus a
 * penalty for rows that no component claims.
 */
export function icl(bicValue: number, logTopResponsibilities: number): number {
  return bicValue - 2 * logTopResponsibilities;
}
