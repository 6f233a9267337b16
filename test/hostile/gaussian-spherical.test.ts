/** The catalogue of hostile input for GaussianMixture spherical. */
import { catalogueOf } from './catalogue.js';

catalogueOf('GaussianMixture spherical');
