// All kinds of cases, with how often each comes. A case gets the library and a generator; it throws a Finding, or says how it ended.
import { clustering } from './clusterings.mjs';
import { functions } from './functions.mjs';
import { bernoulliMixture, gaussianMixture } from './mixtures.mjs';
import { models } from './models.mjs';
import { options } from './options.mjs';
import { tables } from './tables.mjs';
import { threads } from './threads.mjs';

export const CASES = {
  gaussianMixture: { run: gaussianMixture, often: 30 },
  bernoulliMixture: { run: bernoulliMixture, often: 15 },
  clustering: { run: clustering, often: 15 },
  functions: { run: functions, often: 10 },
  options: { run: options, often: 40 },
  models: { run: models, often: 30 },
  tables: { run: tables, often: 20 },
  // each starts workers: a hundred times as long as the others
  threads: { run: threads, often: 1 },
};
