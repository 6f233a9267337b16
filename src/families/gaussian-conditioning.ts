/** Conditioning of a Gaussian by the Cholesky factor of its covariance. */

/**
 * With the known features first, Σ = L·Lᵀ and L = [L₁ 0; M L₂], the others have mean μ₂ + M·L₁⁻¹·(x₁ − μ₁) and covariance
 * L₂·L₂ᵀ: no inverse, and no subtraction in which a covariance could lose its digits.
 *
 * @param l (d × d, row-major)
 * @param shift x₁ − μ₁ of the known features, which come first
 * @param nLeft number of the others
 * @returns displacement of their mean (nLeft), their covariance (nLeft × nLeft)
 */
export function conditionOn(
  l: Float64Array,
  shift: Float64Array,
  nLeft: number,
): { displacement: Float64Array; covariance: Float64Array } {
  const n = shift.length;
  const d = n + nLeft;
  const z = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = shift[i] as number;
    for (let j = 0; j < i; j++) sum -= (l[i * d + j] as number) * (z[j] as number);
    z[i] = sum / (l[i * d + i] as number);
  }
  const displacement = new Float64Array(nLeft);
  const covariance = new Float64Array(nLeft * nLeft);
  for (let i = 0; i < nLeft; i++) {
    const row = (n + i) * d;
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (l[row + j] as number) * (z[j] as number);
    displacement[i] = sum;
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let m = n; m <= n + j; m++) product += (l[row + m] as number) * (l[(n + j) * d + m] as number);
      covariance[i * nLeft + j] = product;
      covariance[j * nLeft + i] = product;
    }
  }
  return { displacement, covariance };
}
