/** BIC over K: searched in workers, drawn as a curve, with a button for every model. */
import { bicChart } from '../charts/bic.js';
import { bestOf, type Found, type SearchJob, search } from '../search.js';
import { h } from '../ui/dom.js';
import { nats, plural } from '../ui/format.js';

/** Data of at most so many numbers are searched unasked: it takes workers a second. */
const SMALL = 2000;

export class SearchPanel {
  readonly #root: HTMLElement;
  readonly #load: (candidate: Found) => void;
  readonly #start = h(
    'button',
    { type: 'button', class: 'primary', id: 'search-start', click: () => this.run() },
    'Compute BIC',
  );
  readonly #status = h('p', { class: 'status', role: 'status', id: 'search-status' });
  readonly #chart = h('div', { class: 'chart', id: 'bic-chart' });
  readonly #table = h('div', { class: 'scroll' });
  #job: SearchJob | undefined;
  #running: AbortController | undefined;
  #scheduled = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #found: readonly Found[] = [];
  #current: { k: number; shape: string; seed: number } | undefined;

  constructor(root: HTMLElement, load: (candidate: Found) => void) {
    this.#root = root;
    this.#load = load;
    root.append(h('div', { class: 'row' }, this.#start, this.#status), this.#chart, this.#table);
  }

  /** Other data: what was found is no longer true. */
  setJob(job: SearchJob | undefined): void {
    if (job !== undefined && sameQuestion(job, this.#job)) return;
    this.#running?.abort();
    this.#running = undefined;
    this.#start.disabled = false;
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
    if (this.#job !== undefined) void this.#run(this.#job);
  }

  async #run(job: SearchJob): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const began = performance.now();
    const total = job.ks.length * job.shapes.length * job.seeds;
    this.#start.disabled = true;
    try {
      const table = await search(job, running.signal, (found, done) => {
        if (running.signal.aborted) return;
        this.#found = found;
        this.#status.textContent = `${done} of ${total} fits`;
        this.#drawSoon();
      });
      if (running.signal.aborted) return;
      const best = bestOf(table);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      this.#status.textContent =
        best === undefined
          ? 'no model could be fitted'
          : `best: K = ${best.k}, ${best.shape}; ${plural(total, 'fit')} in ${seconds} s, in workers`;
      this.draw();
    } catch (error) {
      if (!running.signal.aborted) this.#status.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#running === running) this.#start.disabled = false;
    }
  }

  /** Many results may come between two frames. */
  #drawSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.draw();
    });
  }

  draw(): void {
    const job = this.#job;
    this.#chart.replaceChildren();
    this.#table.replaceChildren();
    if (job === undefined || bestOf(this.#found) === undefined) return;
    this.#chart.append(bicChart(this.#found, this.#chart.clientWidth || 560, this.#load));
    this.#table.append(this.#makeTable(job));
  }

  #makeTable({ ks, shapes }: SearchJob): HTMLTableElement {
    const found = this.#found;
    const best = bestOf(found);
    const cell = (shape: string, k: number) => {
      const one = found.find((candidate) => candidate.k === k && candidate.shape === shape);
      if (one?.bic === undefined) {
        return h('td', { title: one?.failure, class: 'none' }, one?.failure === undefined ? '…' : '–');
      }
      const excess = one.bic - (best?.bic as number);
      const text = one === best ? 'best' : `+${excess < 100 ? excess.toFixed(1) : excess.toFixed(0)}`;
      const button = h(
        'button',
        {
          type: 'button',
          class: one === best ? 'cell best' : 'cell',
          'data-k': k,
          'data-shape': shape,
          'data-seed': one.seed,
          'data-bic': String(one.bic),
          // begins with what is seen, so that it can be said to be pressed
          'aria-label': `${text}: load K = ${k}, ${shape}, BIC ${nats(one.bic, 1)}`,
          click: () => this.#load(one),
        },
        text,
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
      h('caption', {}, 'BIC above the best; press one to load that model (– all starts collapsed)'),
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
  return a.matrix.data === b?.matrix.data && a.ks.length === b.ks.length;
}
