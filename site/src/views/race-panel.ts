/** The race of the backends, run in a worker; equal log-likelihoods are asserted, not hoped for. */
import { h, setAttributes } from '../ui/dom.js';
import { count, milliseconds, nats } from '../ui/format.js';
import { startRace } from '../worker/client.js';
import type { Reply, RunnerName } from '../worker/jobs.js';

const SIZES = [10_000, 100_000, 1_000_000];
const FEATURES = 8;
const COMPONENTS = 8;
const ITERATIONS = 10;
/** How far plain JavaScript may be from wasm: it uses the engine's own exp and log. */
const TOLERANCE = 1e-9;

const NAMES: Record<RunnerName, string> = { wasm: 'wasm SIMD', threads: 'wasm threads', js: 'plain JavaScript' };

interface Lane {
  readonly root: HTMLElement;
  readonly bar: HTMLElement;
  readonly time: HTMLElement;
  readonly note: HTMLElement;
}

interface Finish {
  readonly milliseconds: number;
  readonly logLikelihood: number;
}

export class RacePanel {
  readonly #size = h(
    'select',
    { id: 'race-size' },
    ...SIZES.map((n) => h('option', { value: n, selected: n === 100_000 }, `${count(n)} points`)),
  );
  readonly #start = h(
    'button',
    { type: 'button', class: 'primary', id: 'race-start', click: () => this.#toggle() },
    'Start the race',
  );
  readonly #status = h('p', { class: 'status', role: 'status', id: 'race-status' });
  readonly #lanes: Record<RunnerName, Lane>;
  #running: { stop(): void } | undefined;
  #finished = new Map<RunnerName, Finish>();

  constructor(root: HTMLElement) {
    this.#lanes = { wasm: lane('wasm'), threads: lane('threads'), js: lane('js') };
    if (!globalThis.crossOriginIsolated) {
      this.#lanes.threads.note.textContent =
        'not run: this page is not cross-origin isolated (served without the COOP and COEP headers), so threads cannot share memory';
      this.#lanes.threads.root.classList.add('absent');
    }
    root.append(
      h('div', { class: 'row' }, h('label', { for: 'race-size' }, 'Size'), this.#size, this.#start),
      h('div', { class: 'lanes' }, ...Object.values(this.#lanes).map((one) => one.root)),
      this.#status,
    );
    this.#status.textContent = `${ITERATIONS} iterations, ${FEATURES} features, ${COMPONENTS} components, full covariances; the page stays free meanwhile`;
  }

  #toggle(): void {
    if (this.#running !== undefined) {
      this.#end('stopped');
      return;
    }
    this.#finished = new Map();
    for (const one of Object.values(this.#lanes)) {
      setAttributes(one.root, { 'data-log-likelihood': undefined, 'data-verdict': undefined });
      one.bar.style.setProperty('--done', '0');
      one.time.textContent = '';
      if (!one.root.classList.contains('absent')) one.note.textContent = '';
    }
    this.#start.textContent = 'Stop';
    const nSamples = Number(this.#size.value);
    this.#running = startRace(
      { nSamples, nFeatures: FEATURES, nComponents: COMPONENTS, iterations: ITERATIONS },
      (reply) => this.#hear(reply),
    );
  }

  #hear(reply: Reply): void {
    if (reply.reply === 'stage') this.#status.textContent = `${reply.text} …`;
    else if (reply.reply === 'lap') {
      const { bar, time } = this.#lanes[reply.runner];
      bar.style.setProperty('--done', String(reply.iteration / ITERATIONS));
      time.textContent = milliseconds(reply.milliseconds);
    } else if (reply.reply === 'finish') this.#finish(reply);
    else if (reply.reply === 'done') {
      this.#compareBars();
      this.#end(this.#summary());
    } else if (reply.reply === 'failed') this.#end(reply.message);
  }

  #finish({ runner, milliseconds: ms, logLikelihood, threads, reason }: Reply & { reply: 'finish' }): void {
    const wasm = this.#finished.get('wasm');
    this.#finished.set(runner, { milliseconds: ms, logLikelihood });
    const { root, bar, time, note } = this.#lanes[runner];
    bar.style.setProperty('--done', '1');
    setAttributes(root, { 'data-log-likelihood': String(logLikelihood) });
    time.textContent = milliseconds(ms);
    if (runner === 'threads') note.textContent = reason ?? `${threads} threads`;
    if (wasm === undefined) {
      note.textContent = `log-likelihood ${nats(logLikelihood, 6)}`;
      return;
    }
    const verdict = compare(runner, logLikelihood, wasm.logLikelihood);
    setAttributes(root, { 'data-verdict': verdict.equal ? 'equal' : 'different' });
    const ratio =
      runner === 'js'
        ? `wasm is ${(ms / wasm.milliseconds).toFixed(1)}× as fast`
        : `${(wasm.milliseconds / ms).toFixed(2)}× the speed of one thread`;
    note.textContent = [note.textContent, ratio, verdict.text].filter((part) => part !== '').join(' · ');
  }

  /** Bars of progress become bars of time. */
  #compareBars(): void {
    const slowest = Math.max(...[...this.#finished.values()].map(({ milliseconds: ms }) => ms));
    for (const [name, { milliseconds: ms }] of this.#finished) {
      this.#lanes[name].bar.style.setProperty('--done', String(ms / slowest));
    }
  }

  #summary(): string {
    const verdicts = Object.values(this.#lanes).map(({ root }) => root.dataset.verdict);
    if (verdicts.includes('different')) return 'The log-likelihoods are NOT equal: please report this';
    return `Done: the same log-likelihood on all of them, ${this.#finished.has('threads') ? 'to the last bit between wasm and threads' : 'threads not run'}. Bars show the time taken`;
  }

  #end(text: string): void {
    this.#running?.stop();
    this.#running = undefined;
    this.#start.textContent = 'Start the race';
    this.#status.textContent = text;
  }
}

/** Threads must give the same bits; plain JavaScript agrees to its exp and log. */
function compare(runner: RunnerName, value: number, wasm: number): { equal: boolean; text: string } {
  if (Object.is(value, wasm)) return { equal: true, text: 'log-likelihood equal to the last bit' };
  const relative = Math.abs((value - wasm) / wasm);
  const equal = runner === 'js' && relative <= TOLERANCE;
  return { equal, text: `log-likelihood ${equal ? 'equal' : 'DIFFERENT'} within ${relative.toExponential(0)}` };
}

function lane(name: RunnerName): Lane {
  const bar = h('span', { class: 'bar' });
  const time = h('span', { class: 'time' });
  const note = h('span', { class: 'note' });
  const root = h(
    'div',
    { class: `lane lane-${name}`, id: `lane-${name}` },
    h('span', { class: 'lane-name' }, NAMES[name]),
    h('span', { class: 'track' }, bar),
    time,
    note,
  );
  return { root, bar, time, note };
}
