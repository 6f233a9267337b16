/** Pictures of Bernoulli mixtures: tables of probabilities that fit, and images. */
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, InvalidOptionError } from '../../src/index.js';
import { fitPicture } from '../../src/plot/index.js';
import { thrownBy } from '../helpers/numbers.js';
import { Plot, parse } from './helpers.js';

/** K components of D features, with probabilities that differ. */
function model(k: number, d: number): BernoulliMixture {
  return BernoulliMixture.fromParameters({
    weights: Array.from({ length: k }, () => 1 / k),
    probs: Array.from({ length: k }, (_, c) => Array.from({ length: d }, (_, j) => (1 + ((c + 2 * j) % 7)) / 9)),
  });
}
const draw = (one: BernoulliMixture, more: object = {}) =>
  parse(fitPicture(one, undefined as never, { Plot, ...more }));
const texts = (picture: Element, name: string) =>
  Array.from(picture.querySelectorAll(`.${name} text, text.${name}`), ({ textContent }) => textContent);

describe('a table of probabilities', () => {
  it('has numbers and names where there is room', () => {
    const picture = draw(model(2, 4), { columns: ['a', 'b', 'c', 'd'] });
    expect(texts(picture, 'probability')).toHaveLength(8);
    expect(texts(picture, 'feature')).toEqual(['a', 'b', 'c', 'd']);
    expect(texts(picture, 'component')[0]).toContain('weight 0.50');
    expect(picture.outerHTML).not.toContain('rotate(-90)');
  });

  it('turns names upright where they are long, leaves numbers out, then names', () => {
    const upright = draw(model(2, 12), { columns: Array.from({ length: 12 }, (_, j) => `a long name ${j}`) });
    expect(upright.outerHTML).toContain('rotate(-90)');
    const many = draw(model(2, 40));
    expect(texts(many, 'probability')).toHaveLength(0);
    expect(texts(many, 'feature')).toHaveLength(40);
    const most = draw(model(2, 200));
    expect(texts(most, 'feature')).toHaveLength(0);
    expect(most.querySelectorAll('.probability rect')).toHaveLength(400);
  });
});

describe('images', () => {
  it('are one for each component, in lines', () => {
    const picture = draw(model(9, 6), { shape: [2, 3], width: 300 });
    expect(picture.querySelectorAll('rect').length).toBeGreaterThanOrEqual(54);
  });

  it.each([[[2, 2]], [[3, -2]], [[1.5, 4]], [[6]], ['6'], [[1, 2, 3]]])('shape %j is refused', (shape) => {
    const error = thrownBy<InvalidOptionError>(() => draw(model(2, 6), { shape }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe('shape');
    expect(error.message).toContain('rows × columns = 6');
  });
});
