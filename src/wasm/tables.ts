/** What the passes of mixtures write for each row. */
import type { ScoreOutput } from '../em/model.js';
import type { Arena } from './arena.js';

/** Buffers for what a pass writes per row, reserved when first wanted: a fit needs none of them. */
export function createTables(arena: Arena, rows: number, k: number) {
  let table = 0;
  let second = 0;
  let norms = 0;
  let labels = 0;
  const want = (current: number, wanted: unknown, bytes: number) =>
    wanted === undefined || current !== 0 ? current : arena.reserve(bytes);
  return {
    /** rows × k doubles */
    table: () => {
      table = want(table, true, rows * k * 8);
      return table;
    },
    reserve(out: ScoreOutput) {
      table = want(table, out.weightedLogProb, rows * k * 8);
      second = want(second, out.responsibilities, rows * k * 8);
      norms = want(norms, out.logProbNorm, rows * 8);
      labels = want(labels, out.labels, rows * 4);
      return {
        norms: out.logProbNorm === undefined ? 0 : norms,
        labels: out.labels === undefined ? 0 : labels,
        logProbs: out.weightedLogProb === undefined ? 0 : table,
        responsibilities: out.responsibilities === undefined ? 0 : second,
      };
    },
    copyOut(out: ScoreOutput, nRows: number) {
      out.logProbNorm?.set(arena.f64(norms, nRows));
      out.labels?.set(arena.i32(labels, nRows));
      out.weightedLogProb?.set(arena.f64(table, nRows * k));
      out.responsibilities?.set(arena.f64(second, nRows * k));
    },
  };
}
