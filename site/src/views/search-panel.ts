/** BIC over K: searched in workers, drawn as a curve, with a button for every model. */
import { bicChart } from '../charts/bic.js';
import { h } from '../ui/dom.js';
import { nats, plural } from '../ui/format.js';
import { runSearch } from '../worker/client.js';
import type { Candidate, SearchJob } from '../worker/jobs.js';

/** Data of at most so many numbers are searched unasked: it takes workers a second. */
const SMALL = 2000;

export class SearchPanel {
  readonly #root: HTMLElement;
  readonly #load: (candidate: Candidate) => void;
  readonly #start = h(
    'button',
    { type: 'button', class: 'primary', id: 'search-start', click: () => this.run() },
    'Compute BIC',
  );
  readonly #status = h('p', { class: 'status', role: 'status', id: 'search-status' });
  readonly #chart = h('div', { class: 'chart', id: 'bic-chart' });
  readonly #table = h('div', { class: 'scroll' });
  #job: SearchJob | undefined;
  #running: { stop(): void } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #found: Candidate[] = [];
  #current: { k: number; shape: string; seed: number } | undefined;

  constructor(root: HTMLElement, load: (candidate: Candidate) => void) {
    this.#root = root;
    this.#load = load;
    root.append(h('div', { class: 'row' }, this.#start, this.#status), this.#chart, this.#table);
  }

  /** Other data: what was found is no longer true. */
  setJob(job: SearchJob | undefined): void {
    if (job !== undefined && sameQuestion(job, this.#job)) return;
    this.#running?.stop();
    this.#running = undefined;
    this.#job = job;
    this.#found = [];
    this.#status.textContent = '';
    this.#root.closest('section')?.toggleAttribute('hidden', job === undefined);
    this.draw();
    clearTimeout(this.#timer);
    if (job !== undefined && job.matrix.data.length <= SMALL) this.#timer = setTimeout(() => this.run(), 600);
  }

  /** Which model is on the stage. */
  setCurrent(k: number, shape: string, seed: number): void {
    this.#current = { k, shape, seed };
    for (const button of this.#table.querySelectorAll('button')) this.#mark(button);
  }

  run(): void {
    const job = this.#job;
    if (job === undefined) return;
    this.#running?.stop();
    this.#found = [];
    const began = performance.now();
    this.#start.disabled = true;
    this.#running = runSearch(job, (reply) => {
      if (reply.reply === 'candidate') {
        this.#found.push(reply.candidate);
        this.#status.textContent = `${this.#found.length} of ${job.candidates.length} models`;
        this.draw();
      } else if (reply.reply === 'done') {
        this.#start.disabled = false;
        const best = bestOf(this.#found);
        const fits = plural(
          job.candidates.reduce((sum, { k }) => sum + (k === 1 ? 1 : job.seeds), 0),
          'fit',
        );
        this.#status.textContent =
          best === undefined
            ? 'no model could be fitted'
            : `best: K = ${best.k}, ${best.shape}; ${fits} in ${((performance.now() - began) / 1000).toFixed(1)} s, in workers`;
        this.draw();
      } else if (reply.reply === 'failed') {
        this.#start.disabled = false;
        this.#status.textContent = reply.message;
      }
    });
  }

  draw(): void {
    const job = this.#job;
    this.#chart.replaceChildren();
    this.#table.replaceChildren();
    if (job === undefined || this.#found.length === 0) return;
    const order = (one: { k: number; shape: string }) =>
      job.candidates.findIndex(({ k, shape }) => k === one.k && shape === one.shape);
    const sorted = [...this.#found].sort((a, b) => order(a) - order(b));
    this.#chart.append(bicChart(sorted, this.#chart.clientWidth || 560, this.#load));
    this.#table.append(this.#makeTable(job, sorted));
  }

  #makeTable(job: SearchJob, found: readonly Candidate[]): HTMLTableElement {
    const ks = [...new Set(job.candidates.map(({ k }) => k))];
    const shapes = [...new Set(job.candidates.map(({ shape }) => shape))];
    const best = bestOf(found);
    const cell = (shape: string, k: number) => {
      const one = found.find((candidate) => candidate.k === k && candidate.shape === shape);
      if (one === undefined) return h('td', {}, '…');
      if (one.bic === undefined) return h('td', { title: one.failure }, 'collapsed');
      const excess = one.bic - (best?.bic as number);
      const button = h(
        'button',
        {
          type: 'button',
          class: one === best ? 'cell best' : 'cell',
          'data-k': k,
          'data-shape': shape,
          'data-seed': one.seed,
          'data-bic': String(one.bic),
          'aria-label': `Load K = ${k}, ${shape}: BIC ${nats(one.bic, 1)}${one === best ? ', the best' : ''}`,
          click: () => this.#load(one),
        },
        one === best ? 'best' : `+${excess < 100 ? excess.toFixed(1) : excess.toFixed(0)}`,
      );
      this.#mark(button);
      return h('td', {}, button);
    };
    // K runs along the longer side of the screen
    const tall = this.#table.clientWidth < 440;
    const lines: readonly (string | number)[] = tall ? ks : shapes;
    const heads: readonly (string | number)[] = tall ? shapes : ks;
    return h(
      'table',
      { class: 'bic' },
      h('caption', {}, 'BIC above the best; press one to load that model'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, tall ? 'K' : 'K ='),
          ...heads.map((head) => h('th', { scope: 'col' }, String(head))),
        ),
      ),
      h(
        'tbody',
        {},
        ...lines.map((line) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, String(line)),
            ...heads.map((head) =>
              tall ? cell(head as string, line as number) : cell(line as string, head as number),
            ),
          ),
        ),
      ),
    );
  }

  #mark(button: HTMLButtonElement): void {
    const { k, shape, seed } = button.dataset;
    const now = this.#current;
    const current = now !== undefined && Number(k) === now.k && shape === now.shape && Number(seed) === now.seed;
    button.setAttribute('aria-pressed', String(current));
  }
}

function sameQuestion(a: SearchJob, b: SearchJob | undefined): boolean {
  return a.matrix.data === b?.matrix.data && JSON.stringify(a.regCovar) === JSON.stringify(b.regCovar);
}

function bestOf(found: readonly Candidate[]): Candidate | undefined {
  return found.reduce<Candidate | undefined>(
    (least, one) => (one.bic !== undefined && (least?.bic === undefined || one.bic < least.bic) ? one : least),
    undefined,
  );
}
