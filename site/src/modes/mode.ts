/** What the page needs to know of whatever is being fitted. */
import type { FrameKind } from '../em/half-steps.js';
import type { Player } from '../em/player.js';
import type { SearchJob } from '../search.js';

export interface StepFrame {
  readonly kind: FrameKind;
  readonly iteration: number;
  readonly stopReason: string | undefined;
}

/** A number with a name under the picture; `value` in full for whoever reads the page by program. */
export interface Figure {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly value: number | undefined;
  /** shown as the sign before it in a row of figures: 'log p(X) = ELBO + KL' */
  readonly sign?: string;
}

export interface Mode {
  /** the picture */
  readonly element: HTMLElement;
  /** undefined while there is nothing that can be fitted, see `error` */
  readonly player: Player<StepFrame, unknown> | undefined;
  /** why there is no player */
  readonly error: unknown;
  /** draws the present frame; from another one, if given, in `milliseconds` */
  draw(from?: StepFrame, milliseconds?: number): void;
  /** the chart of how it went */
  chart(width: number, last: number | undefined): Element;
  /** title of the chart and what it means, in a sentence or two */
  readonly explanation: { readonly title: string; readonly text: string };
  figures(): Figure[];
  /** the fitted model as a file */
  save(): { name: string; json: unknown } | undefined;
  /** the models to compare, K = 1 … most; undefined where there is no criterion */
  search(most: number): SearchJob | undefined;
  /** gives back what it holds */
  close(): void;
}
