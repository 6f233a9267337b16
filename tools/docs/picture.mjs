// The README's picture, drawn from a fit by the package itself.
import { readFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';

/** SVG of the two-component fit to examples/data/faithful.csv; the same text on every machine. */
export async function faithfulSvg() {
  const at = (path) => new URL(`../../${path}`, import.meta.url);
  const [{ GaussianMixture }, { fitPicture }] = await Promise.all(
    ['dist/index.js', 'dist/plot.js'].map((path) => import(at(path).href)),
  );
  const [, ...lines] = readFileSync(at('examples/data/faithful.csv'), 'utf8').trim().split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  const model = GaussianMixture.fit(rows, { nComponents: 2, seed: 1 });
  return fitPicture(model, rows, {
    Plot,
    title: 'Old Faithful: 272 eruptions and the two Gaussians fitted to them',
    columns: ['eruption, minutes', 'waiting for the next, minutes'],
  });
}
