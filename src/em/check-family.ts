/** What every family must have, told by name. */
import { InvalidOptionError, show } from '../errors.js';

export function checkFamily(family: unknown): void {
  const given = family as Record<string, unknown> | null | undefined;
  for (const verb of ['logDensity', 'emptyStatistics', 'accumulate', 'merge', 'maximize']) {
    if (typeof given?.[verb] === 'function') continue;
    throw new InvalidOptionError('family', `a family needs a function ${verb}; got ${show(given?.[verb])}`);
  }
}
