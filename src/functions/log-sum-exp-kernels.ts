/** Log-sum-exp of rows of terms on both backends. */
import type { KernelPair } from '../backend.js';
import { logSumExpRows } from '../reference/log-sum-exp.js';
import { wasmLogSumExp } from '../wasm/log-sum-exp.js';

/** log Σ exp of every row of `nColumns` terms, and responsibilities if wanted; no term NaN or +Infinity. */
export type LogSumExp = (
  terms: Float64Array,
  nColumns: number,
  norms: Float64Array,
  responsibilities?: Float64Array,
) => void;

export const LOG_SUM_EXP: KernelPair<void, LogSumExp> = { wasm: wasmLogSumExp, js: () => logSumExpRows };
