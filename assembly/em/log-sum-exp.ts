/** Log-sum-exp and softmax of the rows of any table: the kernel of the mixtures, without their 2⁻⁶⁰ floor. */
import { logSumExpPanel } from "./responsibilities";

const SIZE = 64;

/** Bytes of the work space for rows of `k` terms. */
export function logSumExpBytes(k: i32): f64 {
  return 8.0 * SIZE * (<f64>k + 1);
}

/**
 * Rows of `k` terms (row-major doubles) → `norms` (nRows) and, unless 0, `responsibilities` (nRows × k). No term may be
 * NaN or +Infinity.
 */
export function logSumExpRows(x: usize, nRows: i32, k: i32, work: usize, norms: usize, responsibilities: usize): void {
  const terms = work + (SIZE << 3);
  for (let start = 0; start < nRows; start += SIZE) {
    logSumExpChunk(x + ((<usize>start * <usize>k) << 3), min(SIZE, nRows - start), k, work, terms);
    memory.copy(norms + (<usize>start << 3), work, <usize>min(SIZE, nRows - start) << 3);
    if (responsibilities) {
      let out = responsibilities + ((<usize>start * <usize>k) << 3);
      for (let p = 0; p < min(SIZE, nRows - start); p++) {
        for (let c = 0; c < k; c++) {
          store<f64>(out, load<f64>(terms + (<usize>(c * SIZE + p) << 3)));
          out += 8;
        }
      }
    }
  }
}

function logSumExpChunk(x: usize, n: i32, k: i32, norms: usize, terms: usize): void {
  for (let p = 0; p < n; p++) {
    for (let c = 0; c < k; c++) {
      store<f64>(terms + (<usize>(c * SIZE + p) << 3), load<f64>(x));
      x += 8;
    }
  }
  logSumExpPanel(terms, k, SIZE, n, norms);
}
