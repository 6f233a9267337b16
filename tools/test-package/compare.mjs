// Are results the same, to the last bit.

/** The fits of app/fits.js against those of Node: JSON keeps every bit of a double. */
export function sameFits(got, want, { threads = 2 } = {}) {
  for (const name of ['here', 'worker', 'team', 'bernoulli', 'kMeans']) {
    if (JSON.stringify(got[name]) !== JSON.stringify(want[name])) {
      throw new Error(`${name} differs from Node's:\n${got[name]}\n${want[name]}`);
    }
  }
  if (got.threads.count !== threads) {
    throw new Error(`${got.threads.count} threads instead of ${threads}: ${got.threads.reason}`);
  }
}

/** Do the fits of one program agree with one another? What Node says is compared with everyone else's. */
export function consistent(fits) {
  sameFits({ ...fits, worker: fits.here, team: fits.here }, fits);
  if (!fits.here.every(Number.isFinite)) throw new Error(`not finite: ${fits.here}`);
  return fits;
}

export function equal(got, want, what) {
  if (got !== want) throw new Error(`${what}: got ${got}, expected ${want}`);
}

export function matches(text, pattern, what) {
  if (!pattern.test(String(text))) throw new Error(`${what}: got ${text}, expected ${pattern}`);
}
