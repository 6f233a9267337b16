/**
 * `mixwasm/plot`: pictures of fits as SVG text, in Node, workers and pages alike. Observable Plot draws them; the caller passes
 * it in, so that mixwasm itself depends on nothing.
 */

export type { FitPictureOptions, PictureModel } from './fit-picture.js';
export { fitPicture } from './fit-picture.js';
export type { Mark, PlotLibrary } from './library.js';
export type { PictureOptions } from './options.js';
export type { CandidateRow, CriterionName, SelectionPictureOptions } from './selection-picture.js';
export { selectionPicture } from './selection-picture.js';
export type { TraceLike, TracePictureOptions } from './trace-picture.js';
export { tracePicture } from './trace-picture.js';
