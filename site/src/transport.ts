/** The buttons and keys that play a fit: step, run, rewind. */
import { nextHalf } from './em/half-steps.js';
import type { Player } from './em/player.js';
import type { StepFrame } from './modes/mode.js';
import { byId } from './ui/dom.js';

/** Milliseconds between half-steps at each position of the slider. */
const INTERVALS = [1200, 700, 380, 160, 40];
/** Work between two breaths of the page when running to the end. */
const SLICE_MILLISECONDS = 30;

export interface TransportHost {
  /** another frame is shown; drawn from the last one, if given, in so many milliseconds */
  moved(from: StepFrame | undefined, milliseconds: number): void;
  /** no more steps follow at once */
  rested(): void;
}

export class Transport {
  readonly #player: () => Player<StepFrame, unknown> | undefined;
  readonly #host: TransportHost;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  constructor(section: HTMLElement, player: () => Player<StepFrame, unknown> | undefined, host: TransportHost) {
    this.#player = player;
    this.#host = host;
    const click = (id: string, action: () => void) => byId(id).addEventListener('click', action);
    click('rewind', () => this.rewind());
    click('back', () => this.back());
    click('e-step', () => this.#isOff('e-step') || this.step());
    click('m-step', () => this.#isOff('m-step') || this.step());
    click('run', () => this.toggle());
    click('to-end', () => this.toEnd());
    section.addEventListener('keydown', (event) => this.#key(event));
  }

  get #interval(): number {
    return INTERVALS[Number(byId<HTMLInputElement>('speed').value) - 1] ?? INTERVALS[2];
  }

  step(): void {
    this.pause();
    this.#advance();
    this.#host.rested();
  }

  back(): void {
    this.pause();
    const player = this.#player();
    const from = player?.frame;
    if (player?.back()) this.#host.moved(from, 200);
    this.#host.rested();
  }

  rewind(): void {
    this.pause();
    this.#player()?.seek(0);
    this.#host.moved(undefined, 0);
    this.#host.rested();
  }

  toggle(): void {
    if (this.#running) {
      this.pause();
      this.#host.rested();
      return;
    }
    const player = this.#player();
    if (player === undefined) return;
    // at the end, running means running again
    if (player.atEnd) player.seek(0);
    this.#running = true;
    this.#tick();
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#running = false;
    this.show();
  }

  /** Steps in slices until nothing is left, so that the page can be used meanwhile. */
  toEnd(): void {
    this.pause();
    const player = this.#player();
    if (player === undefined) return;
    this.#running = true;
    const slice = () => {
      const began = performance.now();
      let more = true;
      while (more && performance.now() - began < SLICE_MILLISECONDS) more = player.next();
      if (!more) {
        this.#running = false;
        this.#host.rested();
      } else this.#timer = setTimeout(slice, 0);
      this.#host.moved(undefined, 0);
    };
    slice();
  }

  /** Buttons say what can be done now. */
  show(): void {
    const player = this.#player();
    const half = player === undefined ? undefined : nextHalf(player.frame.kind);
    const ended = player === undefined || player.atEnd;
    // not `disabled`, which would take the focus away from whoever steps by keyboard
    const enable = (id: string, on: boolean) => byId(id).setAttribute('aria-disabled', String(!on));
    enable('e-step', !ended && half === 'E');
    enable('m-step', !ended && half === 'M');
    enable('back', (player?.cursor ?? 0) > 0);
    enable('rewind', (player?.cursor ?? 0) > 0);
    enable('to-end', !ended);
    enable('run', player !== undefined);
    // who listens to the page hears where it stopped, not every step on the way
    byId('status').setAttribute('aria-live', this.#running ? 'off' : 'polite');
    byId('run').textContent = this.#running ? 'Pause' : ended && player !== undefined ? 'Run again' : 'Run';
  }

  #isOff(id: string): boolean {
    return byId(id).getAttribute('aria-disabled') === 'true';
  }

  #tick(): void {
    if (!this.#running) return;
    if (!this.#advance()) {
      this.pause();
      this.#host.rested();
      return;
    }
    this.#timer = setTimeout(() => this.#tick(), this.#interval);
  }

  #advance(): boolean {
    const player = this.#player();
    if (player === undefined) return false;
    const from = player.frame;
    const moved = player.next();
    this.#host.moved(moved ? from : undefined, Math.min(260, this.#interval * 0.7));
    return moved;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    // these have a use of their own for most keys
    if (target.closest('input, select, textarea, summary') !== null) return;
    const onButton = target.closest('button, [role=button]') !== null;
    if (onButton && (event.key === ' ' || event.key === 'Enter')) return;
    const actions: Record<string, () => void> = {
      ' ': () => this.toggle(),
      Enter: () => this.step(),
      ArrowRight: () => this.step(),
      ArrowLeft: () => this.back(),
      Home: () => this.rewind(),
      End: () => this.toEnd(),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }
}
