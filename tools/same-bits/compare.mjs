/** What differs between the results of a run (program.mjs) and the committed ones. */

/** The hash and the numbers of threads of every case, as they are committed. */
export function summary(results) {
  return Object.fromEntries(
    Object.entries(results).map(([name, { sha256, threads }]) => [
      name,
      threads === undefined ? { sha256 } : { sha256, threads: Object.values(threads).map(({ count }) => count) },
    ]),
  );
}

/** @returns {string[]} one line per difference; none if all bits are the same and as many threads took part as should */
export function differences(results, committed) {
  const lines = [];
  for (const name of new Set([...Object.keys(committed), ...Object.keys(results)])) {
    const [got, want] = [results[name], committed[name]];
    if (got === undefined || want === undefined) {
      lines.push(`${name}: ${got === undefined ? 'was not run' : 'has no committed hash'}`);
      continue;
    }
    if (got.sha256 !== want.sha256) lines.push(`${name}: SHA-256 ${got.sha256}, not ${want.sha256}`);
    Object.entries(got.threads ?? {}).forEach(([asked, { count, reason, sha256 }], i) => {
      if (sha256 !== want.sha256) lines.push(`${name}, threads ${asked}: SHA-256 ${sha256}, not ${want.sha256}`);
      const wanted = want.threads?.[i];
      if (count !== wanted) lines.push(`${name}, threads ${asked}: ${count} took part, not ${wanted} (${reason})`);
    });
  }
  return lines;
}
