/** What the trace shows: one half-step of EM, of whatever model. */

/** `start`: parameters chosen, responsibilities not yet; `moved`: a mean dragged by hand. */
export type FrameKind = 'start' | 'E' | 'M' | 'moved';

export interface HalfStepFrame {
  readonly kind: FrameKind;
  /** M-steps done since the start, or since a mean was moved */
  readonly iteration: number;
  /** log p(X | parameters), total, nats */
  readonly logLikelihood: number;
  /** log p(X) = elbo + kl; undefined at the start, before there are responsibilities */
  readonly elbo: number | undefined;
  readonly kl: number | undefined;
  /** why EM stops here */
  readonly stopReason: string | undefined;
}

/** Which half comes after a frame. */
export function nextHalf(kind: FrameKind): 'E' | 'M' {
  return kind === 'E' ? 'M' : 'E';
}
