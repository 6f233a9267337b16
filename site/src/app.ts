/** Wires the page: presets and settings make a mode, the transport plays it, panels show what it says. */
import { CsvError, readCsv } from './data/csv.js';
import { type Dataset, pickColumns } from './data/dataset.js';
import { PRESETS, type PresetId, presetData } from './data/presets.js';
import type { Parameters } from './em/gaussians.js';
import { nextHalf } from './em/half-steps.js';
import { DigitsMode } from './modes/digits-mode.js';
import { GaussianMode } from './modes/gaussian-mode.js';
import type { Mode, StepFrame } from './modes/mode.js';
import { OutliersMode } from './modes/outliers-mode.js';
import type { Found } from './search.js';
import { DEFAULTS, fromHash, MOST_COMPONENTS, type Settings, toHash } from './settings.js';
import { Transport } from './transport.js';
import { byId, download, h, setAttributes } from './ui/dom.js';
import { count, plural } from './ui/format.js';
import { inWords, type Remedy } from './ui/in-words.js';
import { onSchemeChange } from './ui/palette.js';
import { RacePanel } from './views/race-panel.js';
import { SearchPanel } from './views/search-panel.js';

/** Half-steps shown when zoomed in. */
const ZOOM = 12;
/** Most components in the search over K. */
const MOST_SEARCHED = { gaussians: 8, digits: MOST_COMPONENTS };

export class App {
  #settings: Settings = DEFAULTS;
  /** the table that the columns are picked from: own data only */
  #table: Dataset | undefined;
  #picked: readonly number[] = [];
  /** data edited by hand, or read from a file or link; undefined: the preset's */
  #own: Dataset | undefined;
  #undo: Dataset[] = [];
  /** before the edit that is going on */
  #settled: Dataset | undefined;
  #mode: Mode | undefined;
  #chartsDue = false;
  readonly #transport = new Transport(byId('player'), () => this.#mode?.player, {
    moved: (from, milliseconds) => this.#show(from, milliseconds),
    rested: () => this.#writeHash(),
  });
  readonly #search = new SearchPanel(byId('search'), (candidate) => this.#load(candidate));

  start(): void {
    new RacePanel(byId('race'));
    this.#makePresets();
    this.#listen();
    this.#readHash();
    onSchemeChange(() => this.#show());
    new ResizeObserver(() => this.#drawCharts()).observe(byId('trace'));
    addEventListener('hashchange', () => {
      if (location.hash !== this.#hash().hash) this.#readHash();
    });
  }

  // ---- what is on the stage

  #readHash(): void {
    const { settings, step, dataset, from } = fromHash(location.hash);
    const preset = settings.preset ?? DEFAULTS.preset;
    this.#table = dataset;
    this.#picked = dataset?.columns.map((_, j) => j) ?? [];
    this.#own = dataset;
    this.#settings = { ...DEFAULTS, ...presetOf(preset).settings, ...settings, preset };
    this.#rebuild({ from, step });
  }

  #choosePreset(id: PresetId): void {
    this.#settings = { ...DEFAULTS, ...presetOf(id).settings, preset: id };
    if (id !== 'own' || this.#table === undefined) this.#own = undefined;
    else this.#own = pickColumns(this.#table, this.#picked);
    this.#undo = [];
    this.#notes('');
    this.#rebuild();
    this.#writeHash();
  }

  #change(settings: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.#rebuild();
    this.#writeHash();
  }

  /** A new mode for the present settings and data. */
  #rebuild({ from, step }: { from?: Parameters | undefined; step?: number | undefined } = {}): void {
    this.#transport.pause();
    this.#mode?.close();
    const { preset } = this.#settings;
    this.#mode = this.#makeMode(from);
    byId('picture').replaceChildren(this.#mode.element);
    // the first frame has no responsibilities: pages begin after the first E-step, unless a link says otherwise
    this.#mode.player?.seek(step ?? 1);
    this.#settled = this.#mode instanceof GaussianMode ? this.#mode.dataset : undefined;
    const { name, text } = presetOf(preset);
    byId('title').textContent = this.#own === undefined ? name : this.#own.name;
    byId('blurb').textContent = this.#own === undefined || preset !== 'own' ? text : describe(this.#own);
    this.#search.setJob(this.#mode.search(preset === 'digits' ? MOST_SEARCHED.digits : MOST_SEARCHED.gaussians));
    this.#showSettings();
    this.#show();
  }

  #makeMode(from: Parameters | undefined): Mode {
    const { preset } = this.#settings;
    if (preset === 'digits') return new DigitsMode(this.#settings);
    const dataset = this.#own ?? presetData(preset);
    if (preset === 'outliers') return new OutliersMode(dataset, this.#settings);
    return new GaussianMode(dataset, this.#settings, { changed: (what, settled) => this.#edited(what, settled) }, from);
  }

  /** Something was dragged or added on the stage. */
  #edited(what: 'mean' | 'data', settled: boolean): void {
    this.#transport.pause();
    const mode = this.#mode;
    if (!(mode instanceof GaussianMode)) return;
    if (what === 'data') {
      this.#own = mode.dataset;
      if (settled && this.#settled !== undefined) {
        this.#undo.push(this.#settled);
        this.#settled = mode.dataset;
        this.#search.setJob(mode.search(MOST_SEARCHED.gaussians));
      }
    }
    this.#show();
    if (settled) this.#writeHash();
  }

  #undoEdit(): void {
    const dataset = this.#undo.pop();
    if (dataset === undefined || !(this.#mode instanceof GaussianMode)) return;
    const from = this.#mode.player?.frame.parameters;
    this.#own = dataset;
    this.#rebuild({ from, step: 0 });
    this.#writeHash();
  }

  // ---- showing it

  #show(from?: StepFrame, milliseconds = 0): void {
    const mode = this.#mode;
    if (mode === undefined) return;
    mode.draw(from, milliseconds);
    this.#drawCharts();
    byId('trace-title').textContent = mode.explanation.title;
    byId('trace-text').textContent = mode.explanation.text;
    byId('figures').replaceChildren(
      ...mode
        .figures()
        .flatMap(({ id, name, text, value, sign }) => [
          ...(sign === undefined ? [] : [h('span', { class: 'sign', 'aria-hidden': 'true' }, sign)]),
          h(
            'div',
            { class: `figure figure-${id}` },
            h('span', { class: 'name' }, name),
            h('output', { id, 'data-value': value === undefined ? undefined : String(value) }, text),
          ),
        ]),
    );
    this.#showStatus(mode);
    this.#showTrouble(mode);
    setAttributes(byId('undo'), { disabled: this.#undo.length === 0 });
    byId<HTMLButtonElement>('save').disabled = mode.player === undefined;
  }

  /** Many steps may come between two frames: one chart will do. */
  #drawCharts(): void {
    if (this.#chartsDue) return;
    this.#chartsDue = true;
    requestAnimationFrame(() => {
      this.#chartsDue = false;
      this.#drawChartsNow();
    });
  }

  #drawChartsNow(): void {
    const trace = byId('trace');
    const zoomed = byId<HTMLInputElement>('zoom').checked;
    if (this.#mode !== undefined && trace.clientWidth > 0) {
      trace.replaceChildren(this.#mode.chart(trace.clientWidth, zoomed ? ZOOM : undefined));
    }
  }

  #showStatus(mode: Mode): void {
    const { player } = mode;
    this.#transport.show();
    const missing = mode instanceof GaussianMode ? mode.missing : 0;
    byId('status').textContent =
      player === undefined
        ? missing > 0
          ? `${plural(missing, 'point')} more, and EM can begin`
          : ''
        : statusOf(player.frame, player.atEnd);
    byId('player').dataset.frame = String(player?.cursor ?? '');
    byId('player').dataset.stopReason = player?.frame.stopReason ?? '';
  }

  #showTrouble(mode: Mode): void {
    const error = mode.error ?? mode.player?.error;
    const box = byId('trouble');
    if (error === undefined) {
      box.hidden = true;
      box.replaceChildren();
      return;
    }
    const { title, text, technical, remedies } = inWords(error, this.#settings.regularise);
    box.hidden = false;
    box.replaceChildren(
      h('h3', {}, title),
      h('p', {}, text),
      h(
        'div',
        { class: 'row' },
        ...remedies.map(({ name, change }) =>
          h('button', { type: 'button', 'data-remedy': change, click: () => this.#remedy(change) }, name),
        ),
      ),
      h('details', {}, h('summary', {}, 'What mixwasm says'), h('code', {}, technical)),
    );
  }

  #remedy(remedy: Remedy): void {
    const { k, seed } = this.#settings;
    if (remedy === 'regularise') this.#change({ regularise: true });
    else if (remedy === 'fewer') this.#change({ k: Math.max(1, k - 1) });
    else if (remedy === 'another-seed') this.#change({ seed: seed + 1 });
    else this.#change({ covariance: 'spherical' });
  }

  /** Fields and buttons say what the settings are. */
  #showSettings(): void {
    const { preset, k, covariance, init, seed, regularise } = this.#settings;
    byId<HTMLInputElement>('k').value = String(k);
    byId<HTMLInputElement>('seed').value = String(seed);
    byId<HTMLSelectElement>('covariance').value = covariance;
    byId<HTMLSelectElement>('init').value = init;
    byId<HTMLInputElement>('regularise').checked = regularise;
    const mode = this.#mode;
    const isGaussian = mode instanceof GaussianMode;
    for (const field of document.querySelectorAll<HTMLElement>('.gaussian-only')) field.hidden = !isGaussian;
    byId('data-panel').classList.toggle('file-only', !isGaussian);
    byId('zoom-row').hidden = preset === 'outliers';
    for (const button of byId('presets').querySelectorAll('button')) {
      const chosen = button.dataset.preset === preset;
      button.setAttribute('aria-pressed', String(chosen));
      // on a phone the row of presets is wider than the screen
      const row = byId('presets');
      if (chosen) row.scrollLeft = button.offsetLeft - row.offsetLeft - (row.clientWidth - button.offsetWidth) / 2;
    }
    byId('hint').textContent = isGaussian
      ? 'Drag points and means; click to add a point, shift-click to remove one. Keys: space runs, → and ← step, arrows move a focused mean.'
      : 'Keys: space runs, → and ← step, Home rewinds.';
    this.#showColumns();
    this.#search.setCurrent(k, preset === 'digits' ? 'bernoulli' : covariance, seed);
  }

  #showColumns(): void {
    const box = byId('columns');
    const table = this.#settings.preset === 'own' ? this.#table : undefined;
    box.hidden = table === undefined || table.columns.length < 2;
    const axes = byId('axes');
    const mode = this.#mode;
    axes.hidden = !(mode instanceof GaussianMode) || mode.dataset.columns.length < 3;
    if (table !== undefined) {
      box.replaceChildren(
        h('legend', {}, 'Columns to fit'),
        ...table.columns.map((name, j) =>
          h(
            'label',
            { class: 'check' },
            h('input', { type: 'checkbox', checked: this.#picked.includes(j), change: () => this.#pick(j) }),
            ` ${name}`,
          ),
        ),
      );
    }
    if (mode instanceof GaussianMode && !axes.hidden) {
      for (const [id, at] of [
        ['axis-x', 0],
        ['axis-y', 1],
      ] as const) {
        const select = byId<HTMLSelectElement>(id);
        select.replaceChildren(...mode.dataset.columns.map((name, j) => h('option', { value: j }, name)));
        select.value = String(mode.axes[at]);
      }
    }
  }

  #pick(j: number): void {
    const table = this.#table;
    if (table === undefined) return;
    const picked = this.#picked.includes(j)
      ? this.#picked.filter((one) => one !== j)
      : [...this.#picked, j].sort((a, b) => a - b);
    // one column stays
    if (picked.length > 0) this.#picked = picked;
    this.#own = pickColumns(table, this.#picked);
    this.#undo = [];
    this.#rebuild();
    this.#writeHash();
  }

  // ---- what is asked of it

  #makePresets(): void {
    byId('presets').append(
      ...PRESETS.map(({ id, name }) =>
        h('button', { type: 'button', 'data-preset': id, click: () => this.#choosePreset(id) }, name),
      ),
    );
  }

  #listen(): void {
    const on = (id: string, event: string, listener: (event: Event) => void) =>
      byId(id).addEventListener(event, listener);
    const whole = (id: string, least: number, most: number) => {
      const input = byId<HTMLInputElement>(id);
      const value = Math.round(Number(input.value));
      return Number.isFinite(value) ? Math.max(least, Math.min(most, value)) : least;
    };
    const setK = (k: number) => this.#change({ k: Math.max(1, Math.min(MOST_COMPONENTS, k)) });
    on('k', 'change', () => setK(whole('k', 1, MOST_COMPONENTS)));
    on('k-less', 'click', () => setK(this.#settings.k - 1));
    on('k-more', 'click', () => setK(this.#settings.k + 1));
    on('seed', 'change', () => this.#change({ seed: whole('seed', 0, 2 ** 31) }));
    on('reseed', 'click', () => this.#change({ seed: this.#settings.seed + 1 }));
    on('covariance', 'change', () =>
      this.#change({ covariance: byId<HTMLSelectElement>('covariance').value as Settings['covariance'] }),
    );
    on('init', 'change', () => this.#change({ init: byId<HTMLSelectElement>('init').value as Settings['init'] }));
    on('regularise', 'change', () => this.#change({ regularise: byId<HTMLInputElement>('regularise').checked }));
    on('model-form', 'submit', (event) => event.preventDefault());
    on('zoom', 'change', () => this.#drawCharts());
    on('undo', 'click', () => this.#undoEdit());
    on('clear', 'click', () => this.#clear());
    on('share', 'click', () => void this.#share());
    on('save', 'click', () => this.#save());
    on('open', 'click', () => byId('file').click());
    on('file', 'change', () => {
      const input = byId<HTMLInputElement>('file');
      if (input.files?.[0] !== undefined) void this.#open(input.files[0]);
      input.value = '';
    });
    for (const [id, at] of [
      ['axis-x', 0],
      ['axis-y', 1],
    ] as const) {
      on(id, 'change', () => {
        if (!(this.#mode instanceof GaussianMode)) return;
        const axes: [number, number] = [...this.#mode.axes];
        axes[at] = Number(byId<HTMLSelectElement>(id).value);
        this.#mode.axes = axes;
      });
    }
    this.#listenToDrops();
  }

  #listenToDrops(): void {
    const hint = byId('drop-hint');
    const hasFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;
    addEventListener('dragover', (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      hint.hidden = false;
    });
    addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) hint.hidden = true;
    });
    addEventListener('drop', (event) => {
      hint.hidden = true;
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      event.preventDefault();
      void this.#open(file);
    });
  }

  async #open(file: File): Promise<void> {
    try {
      const { dataset, notes } = readCsv(await file.text(), file.name);
      this.#table = dataset;
      this.#picked = dataset.columns.map((_, j) => j).slice(0, 2);
      this.#choosePreset('own');
      this.#notes([`${file.name}: ${plural(dataset.matrix.rows, 'row')}`, ...notes].join('; '));
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      this.#notes(error.message);
    }
  }

  #clear(): void {
    this.#table = undefined;
    this.#choosePreset('own');
  }

  #notes(text: string): void {
    byId('data-notes').textContent = text;
  }

  /** A model of the search: its very fit, from the start, so that it can be watched. */
  #load({ k, shape, seed }: Found): void {
    if (shape === 'bernoulli') this.#change({ k, seed });
    else this.#change({ k, covariance: shape, seed, init: 'kmeans++', regularise: false });
    byId('player').scrollIntoView({ behavior: 'smooth', block: 'nearest' });
    this.#transport.toEnd();
  }

  #save(): void {
    const saved = this.#mode?.save();
    if (saved !== undefined) download(saved.name, `${JSON.stringify(saved.json, undefined, 2)}\n`, 'application/json');
  }

  #hash() {
    const mode = this.#mode;
    const from = mode instanceof GaussianMode ? mode.from : undefined;
    return toHash(this.#settings, mode?.player?.cursor ?? 0, this.#own, from);
  }

  #writeHash(): void {
    history.replaceState(null, '', this.#hash().hash);
  }

  async #share(): Promise<void> {
    this.#writeHash();
    const button = byId('share');
    const { complete } = this.#hash();
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = complete ? 'Link copied' : 'Copied, without the data';
    } catch {
      button.textContent = 'Copy it from the address bar';
    }
    setTimeout(() => {
      button.textContent = 'Copy link';
    }, 2500);
  }
}

function presetOf(id: PresetId) {
  return PRESETS.find((preset) => preset.id === id) ?? PRESETS[0];
}

function describe({ matrix, columns }: Dataset): string {
  return `${plural(matrix.rows, 'row')} of ${columns.join(', ')}.`;
}

const STOPPED: Record<string, string> = {
  tol: 'converged: the log-likelihood rises by less than 10⁻⁶ per point',
  paramTol: 'converged: no parameter moves any more',
  stable: 'finished: no label changes any more',
  maxIter: 'stopped after the most iterations allowed',
};

function statusOf({ kind, iteration, stopReason }: StepFrame, atEnd: boolean): string {
  if (stopReason !== undefined && atEnd)
    return `${plural(iteration, 'iteration')}; ${STOPPED[stopReason] ?? `finished: ${stopReason}`}`;
  if (kind === 'start') return 'Start: parameters are chosen, no point belongs to anyone yet. Next: the E step';
  if (kind === 'moved')
    return 'A mean was moved: the responsibilities are still the old ones, so there is a gap. Next: the E step';
  const done =
    kind === 'E'
      ? 'E step: responsibilities for these parameters'
      : 'M step: best parameters for these responsibilities';
  return `Iteration ${count(iteration)}. ${done}. Next: the ${nextHalf(kind)} step`;
}
