/** What the pictures need of Observable Plot. The caller passes it in, so that the library depends on no plotting library. */
import { InvalidOptionError, show } from '../errors.js';

/** A layer of a picture; only the library looks inside. */
export type Mark = object;

/** The module `@observablehq/plot` (0.6), as `import * as Plot from '@observablehq/plot'` gives it. */
export interface PlotLibrary {
  /** `Plot.plot`: the picture of its marks. */
  plot(options?: object): object;
  /** `Plot.areaY`, a mark. */
  areaY(data: unknown, options?: object): Mark;
  /** `Plot.axisX`, a mark. */
  axisX(options?: object): Mark;
  /** `Plot.axisY`, a mark. */
  axisY(options?: object): Mark;
  /** `Plot.contour`, a mark. */
  contour(data: unknown, options?: object): Mark;
  /** `Plot.dot`, a mark. */
  dot(data: unknown, options?: object): Mark;
  /** `Plot.gridX`, a mark. */
  gridX(options?: object): Mark;
  /** `Plot.gridY`, a mark. */
  gridY(options?: object): Mark;
  /** `Plot.line`, a mark. */
  line(data: unknown, options?: object): Mark;
  /** `Plot.rect`, a mark. */
  rect(data: unknown, options?: object): Mark;
  /** `Plot.ruleX`, a mark. */
  ruleX(data: unknown, options?: object): Mark;
  /** `Plot.ruleY`, a mark. */
  ruleY(data: unknown, options?: object): Mark;
  /** `Plot.text`, a mark. */
  text(data: unknown, options?: object): Mark;
  /** `Plot.tickX`, a mark. */
  tickX(data: unknown, options?: object): Mark;
}

/** @throws {InvalidOptionError} no plotting library was passed */
export function requirePlot(Plot: unknown): PlotLibrary {
  if (Plot !== null && typeof Plot === 'object' && typeof (Plot as Partial<PlotLibrary>).plot === 'function') {
    return Plot as PlotLibrary;
  }
  throw new InvalidOptionError(
    'Plot',
    `pictures are drawn by Observable Plot, which the caller brings along: npm install @observablehq/plot, then import * as Plot from '@observablehq/plot' and pass { Plot }; got ${show(Plot)}`,
  );
}
