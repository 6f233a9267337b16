/** The catalogue of hostile input for KMeans. */
import { catalogueOf } from './catalogue.js';

catalogueOf('KMeans');
