/** The catalogue of hostile input for GaussianMixture tied. */
import { catalogueOf } from './catalogue.js';

catalogueOf('GaussianMixture tied');
