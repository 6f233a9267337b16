/** The catalogue of hostile input for KMedians. */
import { catalogueOf } from './catalogue.js';

catalogueOf('KMedians');
