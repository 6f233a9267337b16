/** Whether memory can be shared with workers here: a page that is not isolated can make such memory, but posting it throws. */
export function canShare(): boolean {
  const forbidden = globalThis.crossOriginIsolated === false && typeof document !== 'undefined';
  return typeof SharedArrayBuffer !== 'undefined' && !forbidden;
}

/** Whether other threads may see a buffer. */
export function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}
