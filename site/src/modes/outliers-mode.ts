/** k-means and k-medians side by side on the same points, in step, from the same start. */
import { type ClusteringStep, KMeans, KMedians } from 'mixwasm';
import { costChart } from '../charts/cost.js';
import { columnOf, type Dataset, extent } from '../data/dataset.js';
import type { FrameKind } from '../em/half-steps.js';
import { Player } from '../em/player.js';
import type { Settings } from '../settings.js';
import { h } from '../ui/dom.js';
import { nats, plural, short } from '../ui/format.js';
import { mixColours } from '../ui/palette.js';
import { Stage } from '../views/stage.js';
import type { Figure, Mode, StepFrame } from './mode.js';

interface PairFrame extends StepFrame {
  readonly means: ClusteringStep;
  readonly medians: ClusteringStep;
}

interface Pair {
  readonly means: KMeans;
  readonly medians: KMedians;
}

export class OutliersMode implements Mode {
  readonly element: HTMLElement;
  readonly player: Player<PairFrame, Pair> | undefined;
  readonly error: unknown;
  readonly explanation = {
    title: 'Hard EM lowers a cost',
    text: 'The E step gives each point to the nearest centre, the M step moves each centre to the mean (squared distances) or the median (absolute distances) of its points. Neither step can raise the cost; squares make far points count most.',
  };
  readonly #dataset: Dataset;
  readonly #stages = { means: new Stage({}), medians: new Stage({}) };

  constructor(dataset: Dataset, { k, seed }: Settings) {
    this.#dataset = dataset;
    const { means, medians } = this.#stages;
    const x = extent(columnOf(dataset.matrix, 0));
    const y = extent(columnOf(dataset.matrix, 1));
    means.setDomain(x, y);
    medians.setDomain(x, y);
    this.element = h(
      'div',
      { class: 'side-by-side' },
      h('figure', {}, h('figcaption', {}, h('strong', {}, 'k-means'), ' squared distances, means'), means.element),
      h(
        'figure',
        {},
        h('figcaption', {}, h('strong', {}, 'k-medians'), ' absolute distances, medians'),
        medians.element,
      ),
    );
    try {
      this.player = new Player(this.#frames(k, seed));
    } catch (error) {
      this.error = error;
    }
  }

  *#frames(nClusters: number, seed: number): Generator<PairFrame, Pair> {
    const { matrix } = this.#dataset;
    // the same rows as centres for both, so that only the steps differ
    const { centers } = KMeans.fit(matrix, { nClusters, seed, init: 'random', maxIter: 0 });
    const options = { nClusters, initialParameters: { centers: Array.from(centers) }, half: true };
    const means = new Lane(KMeans.steps(matrix, options));
    const medians = new Lane(KMedians.steps(matrix, options));
    while (true) {
      const frame = { means: means.step, medians: medians.step };
      const { half, iteration } = means.ended ? frame.medians : frame.means;
      const kind: FrameKind = half ?? 'E';
      yield {
        ...frame,
        kind,
        iteration,
        stopReason: means.ended && medians.ended ? frame.means.stopReason : undefined,
      };
      if (means.ended && medians.ended) return { means: means.model, medians: medians.model };
      means.next();
      medians.next();
    }
  }

  draw(): void {
    const frame = this.player?.frame;
    for (const name of ['means', 'medians'] as const) this.#show(name, frame?.[name]);
  }

  #show(name: 'means' | 'medians', step: ClusteringStep | undefined): void {
    const { matrix, columns } = this.#dataset;
    const k = step === undefined ? 0 : step.clusterCounts.length;
    const hard = new Float64Array(matrix.rows * k);
    step?.labels.forEach((label, i) => {
      hard[i * k + label] = 1;
    });
    this.#stages[name].draw({
      x: columnOf(matrix, 0),
      y: columnOf(matrix, 1),
      colours: mixColours(step && hard, matrix.rows, k),
      handles: Array.from({ length: k }, (_, c) => {
        const [x, y] = [step?.centers[2 * c] ?? 0, step?.centers[2 * c + 1] ?? 0];
        return { x, y, label: `Centre ${c + 1}: ${short(x)}, ${short(y)}` };
      }),
      xLabel: columns[0],
      yLabel: columns[1],
      description: `k-${name}: ${plural(matrix.rows, 'point')} in ${plural(k, 'cluster')}`,
    });
  }

  chart(width: number): Element {
    const { frames, cursor } = this.player ?? { frames: [], cursor: 0 };
    return costChart(
      [
        { name: 'k-means', colour: 'var(--series-1)', dash: 'none', costs: frames.map(({ means }) => means.totalCost) },
        {
          name: 'k-medians',
          colour: 'var(--series-2)',
          dash: '6,3',
          costs: frames.map(({ medians }) => medians.totalCost),
        },
      ],
      cursor,
      width,
    );
  }

  figures(): Figure[] {
    const frame = this.player?.frame;
    const cost = (name: 'means' | 'medians') => frame?.[name].totalCost;
    return [
      { id: 'cost-means', name: 'k-means: Σ squares', text: nats(cost('means'), 2), value: cost('means') },
      { id: 'cost-medians', name: 'k-medians: Σ |x − c|', text: nats(cost('medians'), 2), value: cost('medians') },
    ];
  }

  save() {
    if (this.player === undefined) return undefined;
    const { atEnd, result, frame } = this.player;
    const pair =
      atEnd && result !== undefined
        ? result
        : {
            means: KMeans.fromParameters({ centers: frame.means.centers, nClusters: frame.means.clusterCounts.length }),
            medians: KMedians.fromParameters({
              centers: frame.medians.centers,
              nClusters: frame.medians.clusterCounts.length,
            }),
          };
    return { name: 'k-means-and-k-medians.json', json: pair };
  }

  search(): undefined {
    return undefined;
  }

  close(): void {
    this.player?.close();
  }
}

/** One of two sequences that are stepped together: the shorter waits at its end. */
class Lane<Model> {
  readonly #steps: Generator<ClusteringStep, Model>;
  step: ClusteringStep;
  #model: Model | undefined;

  constructor(steps: Generator<ClusteringStep, Model>) {
    this.#steps = steps;
    const { value, done } = steps.next();
    if (done) throw new Error('a clustering has at least one step');
    this.step = value;
    this.#settle();
  }

  get ended(): boolean {
    return this.#model !== undefined;
  }
  get model(): Model {
    return this.#model as Model;
  }

  next(): void {
    if (this.ended) return;
    const { value, done } = this.#steps.next();
    if (done) this.#model = value;
    else this.step = value;
    this.#settle();
  }

  /** The step with a reason to stop is the last one. */
  #settle(): void {
    if (this.step.stopReason === undefined || this.ended) return;
    const { value, done } = this.#steps.next();
    if (done) this.#model = value;
  }
}
