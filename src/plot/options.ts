/** What all pictures can be told. */
import { InvalidOptionError, show } from '../errors.js';
import { integerOption } from '../options.js';
import type { PlotLibrary } from './library.js';

/** What every picture takes. */
export interface PictureOptions {
  /** `import * as Plot from '@observablehq/plot'` (0.6) */
  Plot: PlotLibrary;
  /** above the picture; a suitable one if omitted */
  title?: string;
  /** pixels, default 720; the SVG shrinks with its container */
  width?: number;
}

export const PICTURE_OPTIONS = ['Plot', 'title', 'width'] as const;

export function widthOption(width: unknown): number {
  return integerOption('width', width ?? 720, 240, 10_000);
}

/** @throws {InvalidOptionError} not one name for each feature */
export function columnNames(columns: readonly string[] | undefined, nFeatures: number): readonly string[] {
  if (columns === undefined) return Array.from({ length: nFeatures }, (_, j) => (nFeatures === 1 ? 'x' : `x${j}`));
  if (Array.isArray(columns) && columns.length === nFeatures && columns.every((name) => typeof name === 'string')) {
    return columns;
  }
  throw new InvalidOptionError('columns', `columns must be ${nFeatures} names, one a feature; got ${show(columns)}`);
}
