/** Two overlapping clouds in the plane, the same numbers on every engine. */
export const X = clouds(40_000);

function clouds(rows) {
  const data = new Float64Array(2 * rows);
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < data.length; i++) data[i] = (i & 2) + uniform() + uniform() + uniform();
  return { data, rows, columns: 2 };
}
