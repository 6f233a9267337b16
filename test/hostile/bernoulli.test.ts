/** The catalogue of hostile input for BernoulliMixture. */
import { catalogueOf } from './catalogue.js';

catalogueOf('BernoulliMixture');
