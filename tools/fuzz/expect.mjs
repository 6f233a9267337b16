// What every case is held to. A finding says what should have been and what was.

export class Finding extends Error {}

export function check(truth, message) {
  if (!truth) throw new Finding(typeof message === 'function' ? message() : message);
}

/** |got − want| ≤ tolerance; NaN is never close. */
export function close(got, want, tolerance, what) {
  check(
    got === want || Math.abs(got - want) <= tolerance,
    () => `${what}: ${got} should be ${want} within ${tolerance}`,
  );
}

/** The same bits, −0 and NaN included. */
export function sameBits(got, want, what) {
  check(got.length === want.length, () => `${what}: ${got.length} numbers, not ${want.length}`);
  for (let i = 0; i < want.length; i++)
    check(Object.is(got[i], want[i]), () => `${what}[${i}]: ${got[i]}, not ${want[i]}`);
}

/** Calls; its error, if it is one of mixwasm with a code, else the result. Any other error is a finding. */
export function named(lib, call) {
  try {
    return { result: call() };
  } catch (error) {
    return { error: mustBeNamed(lib, error) };
  }
}

export async function namedAsync(lib, call) {
  try {
    return { result: await call() };
  } catch (error) {
    return { error: mustBeNamed(lib, error) };
  }
}

function mustBeNamed(lib, error) {
  if (error instanceof Finding) throw error;
  const sound = error instanceof lib.MixwasmError && /^[A-Z_]+$/.test(error.code) && error.message.length > 20;
  if (!sound) throw new Finding(`an error without a name: ${error?.stack ?? error}`, { cause: error });
  return error;
}

const EPSILON = 2 ** -52;

/** Rounding that a sum of n log-densities in d features may carry, in units of its terms. */
export function logLikelihoodTolerance(value, n, d) {
  return 1e-10 * (Math.abs(value) + n * d);
}

/** Rows of probabilities sum to 1. */
export function checkRows(table, k, what) {
  for (let at = 0; at < table.length; at += k) {
    let sum = 0;
    for (let j = 0; j < k; j++) {
      check(table[at + j] >= 0, () => `${what}[${at + j}] is ${table[at + j]}`);
      sum += table[at + j];
    }
    close(sum, 1, 8 * k * EPSILON, `sum of row ${at / k} of ${what}`);
  }
}

/** A trace that never falls by more than rounding. */
export function checkMonotone(trace, n, d, what) {
  for (let t = 1; t < trace.length; t++) {
    const slack = logLikelihoodTolerance(trace[t], n, d);
    check(trace[t] >= trace[t - 1] - slack, () => `${what} falls at ${t}: ${trace[t - 1]} → ${trace[t]}`);
  }
}
