import { fits } from './fits.js';
import { show } from './show.js';

show(fits);
