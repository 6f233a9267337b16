/** The charts of the built-in families, which every method but plain EM needs. */
import { bernoulliChart } from './bernoulli-chart.js';
import { mixtureChart } from './chart.js';
import { gaussianChart } from './gaussian-chart.js';
import type { Charts } from './method.js';

export const CHARTS: Charts = { mixtureChart, gaussianChart, bernoulliChart };
