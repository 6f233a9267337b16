/** Lines of the cache: parts of a state begin on them, and what is wanted soon is read ahead line by line. */

/** Bytes of a line. */
const LINE: usize = 64;

/** Bytes rounded up to whole lines; as f64 so that nothing can wrap. */
@inline
export function aligned(bytes: f64): f64 {
  return ceil<f64>(bytes / <f64>LINE) * <f64>LINE;
}

/** The same of an address or a length that fits. */
@inline
export function wholeLines(bytes: usize): usize {
  return bytes + LINE - 1 & ~(LINE - 1);
}

/**
 * Reads a number every line from `from` to below `end`, a multiple of 4 bytes away, so that they come into the cache together. The
 * sum has to be stored somewhere, or it would not be read at all.
 */
@inline
export function touchLines(from: usize, end: usize): i32 {
  let sum = 0;
  for (let at = from; at < end; at += LINE) sum += load<i32>(at);
  return sum;
}
