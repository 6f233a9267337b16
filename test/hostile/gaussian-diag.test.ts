/** The catalogue of hostile input for GaussianMixture diag. */
import { catalogueOf } from './catalogue.js';

catalogueOf('GaussianMixture diag');
