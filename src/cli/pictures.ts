/** Pictures for the command line. The plotting library is a chunk of its own: commands without pictures never load it. */
import type { FitPictureOptions, SelectionPictureOptions, TracePictureOptions } from '../plot/index.js';

type Pictures = typeof import('../plot/index.js');
type Without<O> = Omit<O, 'Plot'>;

async function load() {
  const [{ fitPicture, selectionPicture, tracePicture }, Plot] = await Promise.all([
    import('../plot/index.js'),
    import('@observablehq/plot'),
  ]);
  return { fitPicture, selectionPicture, tracePicture, Plot };
}

/** `fitPicture` of mixwasm/plot. */
export async function fitPicture(
  model: Parameters<Pictures['fitPicture']>[0],
  X: Parameters<Pictures['fitPicture']>[1],
  options: Without<FitPictureOptions> = {},
): Promise<string> {
  const { fitPicture: draw, Plot } = await load();
  return draw(model, X, { ...options, Plot });
}

/** `selectionPicture` of mixwasm/plot. */
export async function selectionPicture(
  table: Parameters<Pictures['selectionPicture']>[0],
  options: Without<SelectionPictureOptions> = {},
): Promise<string> {
  const { selectionPicture: draw, Plot } = await load();
  return draw(table, { ...options, Plot });
}

/** `tracePicture` of mixwasm/plot. */
export async function tracePicture(
  source: Parameters<Pictures['tracePicture']>[0],
  options: Without<TracePictureOptions> = {},
): Promise<string> {
  const { tracePicture: draw, Plot } = await load();
  return draw(source, { ...options, Plot });
}
