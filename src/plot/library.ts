/** What the pictures need of Observable Plot. The caller passes it in, so that the library depends on no plotting library. */
import { InvalidOptionError, show } from '../errors.js';

/** A layer of a picture; only the library looks inside. */
export type Mark = object;

/** The module `@observablehq/plot` (0.6), as `import * as Plot from '@observablehq/plot'` gives it. */
export interface PlotLibrary {
  plot(options?: object): object;
  areaY(data: unknown, options?: object): Mark;
  axisX(options?: object): Mark;
  axisY(options?: object): Mark;
  contour(data: unknown, options?: object): Mark;
  dot(data: unknown, options?: object): Mark;
  gridX(options?: object): Mark;
  gridY(options?: object): Mark;
  line(data: unknown, options?: object): Mark;
  rect(data: unknown, options?: object): Mark;
  ruleX(data: unknown, options?: object): Mark;
  ruleY(data: unknown, options?: object): Mark;
  text(data: unknown, options?: object): Mark;
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
