/** From a panel's component-major table (k × size) to what the host reads. */

/** The first `count` columns as count × k rows. */
export function writeTable(terms: usize, k: i32, size: i32, count: i32, out: usize): void {
  const line = <usize>size << 3;
  for (let p: usize = 0; p < <usize>count << 3; p += 8) {
    for (let c = 0; c < k; c++) {
      store<f64>(out, load<f64>(terms + <usize>c * line + p));
      out += 8;
    }
  }
}

/** The first largest term of each column. */
export function writeLabels(terms: usize, k: i32, size: i32, count: i32, out: usize): void {
  const line = <usize>size << 3;
  for (let p: usize = 0; p < <usize>count << 3; p += 8) {
    let label = 0;
    let best = load<f64>(terms + p);
    for (let c = 1; c < k; c++) {
      const value = load<f64>(terms + <usize>c * line + p);
      if (value > best) {
        best = value;
        label = c;
      }
    }
    store<i32>(out, label);
    out += 4;
  }
}
