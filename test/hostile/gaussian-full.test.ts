/** The catalogue of hostile input for GaussianMixture full. */
import { catalogueOf } from './catalogue.js';

catalogueOf('GaussianMixture full');
