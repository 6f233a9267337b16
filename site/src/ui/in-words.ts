/** Errors of mixwasm in plain words, with what can be done about each on this page. */
import { DegenerateComponentError, MixwasmError } from 'mixwasm';

export interface Explained {
  readonly title: string;
  readonly text: string;
  /** the error's own name and message, for those who want to look it up */
  readonly technical: string;
  readonly remedies: readonly { readonly name: string; readonly change: Remedy }[];
}

/** A change of settings that mends it. */
export type Remedy = 'regularise' | 'fewer' | 'another-seed' | 'spherical';

const REMEDY_NAMES: Record<Remedy, string> = {
  regularise: 'Regularise: add a millionth to every variance',
  fewer: 'One component fewer',
  'another-seed': 'Another start',
  spherical: 'Spherical covariances',
};

export function inWords(error: unknown, regularised: boolean): Explained {
  if (error instanceof DegenerateComponentError) {
    const when =
      error.iteration === undefined || error.iteration === 0 ? 'at the start' : `in M step ${error.iteration}`;
    return explained(
      error,
      `Component ${error.component + 1} collapsed ${when}`,
      'It shrank onto points that are equal, or lie on a line: its variance goes to 0 and the likelihood to infinity, so that maximum likelihood has no answer here. What you see is the last state in which every component was sound.',
      regularised ? ['fewer', 'another-seed', 'spherical'] : ['regularise', 'fewer', 'another-seed'],
    );
  }
  if (error instanceof MixwasmError) {
    const many = /need at least|nComponents|nClusters/.test(error.message);
    return explained(
      error,
      many ? 'More components than points can carry' : 'These data cannot be fitted like this',
      many
        ? 'Every component needs at least one point of its own. Add points, or take fewer components.'
        : sentence(error.message),
      many ? ['fewer'] : ['another-seed'],
    );
  }
  return explained(error, 'Something went wrong', error instanceof Error ? sentence(error.message) : String(error), []);
}

function explained(error: unknown, title: string, text: string, remedies: readonly Remedy[]): Explained {
  const technical = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { title, text, technical, remedies: remedies.map((change) => ({ name: REMEDY_NAMES[change], change })) };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
