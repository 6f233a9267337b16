/**
 * Whether the goals were reached. They are times on another machine, so each is scaled by what this one takes for the same
 * plain JavaScript: row by row where the goals' machine was timed with it, else by the geometric mean of those rows.
 */

/** Adds `goal` (scaled ns per point × component) and `reached` to each result whose shape has a goal. */
export function withGoals(results) {
  const scales = results
    .filter(({ shape }) => shape.plainGoal !== undefined)
    .map(({ ns, shape }) => ns.plain.median / shape.plainGoal);
  const mean = geometricMean(scales);
  return results.map((result) => {
    const { shape, ns } = result;
    if (shape.goal === undefined || scales.length === 0) return result;
    const scale = shape.plainGoal === undefined ? mean : ns.plain.median / shape.plainGoal;
    const goal = shape.goal * scale;
    return { ...result, scale, goal, reached: ns.wasm.median <= goal };
  });
}

function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
