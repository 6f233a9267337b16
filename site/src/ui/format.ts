/** Numbers and names as people read them. */

/** A log-likelihood and its kin: enough digits to see the last steps of EM. */
export function nats(value: number | undefined, digits = 4): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  return minus(value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

/** A coordinate: about four significant digits. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return minus(value.toExponential(2));
  return minus(String(Number(value.toPrecision(4))));
}

export function count(n: number): string {
  return n.toLocaleString('en');
}

export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A real minus sign is as wide as a plus. */
function minus(text: string): string {
  return text.replace('-', '−');
}
