/** The catalogue of hostile input, whole: each row is a test for every family that it makes sense for, on both backends. */
import { CONTAINER_ROWS } from './container-rows.js';
import { DATA_ROWS } from './data-rows.js';
import { MODEL_ROWS } from './model-rows.js';
import { OPTION_ROWS } from './option-rows.js';
import type { Row } from './row.js';
import { SURROUNDINGS_ROWS } from './surroundings-rows.js';

export const TABLE: readonly Row[] = [
  ...DATA_ROWS,
  ...OPTION_ROWS,
  ...CONTAINER_ROWS,
  ...MODEL_ROWS,
  ...SURROUNDINGS_ROWS,
];
