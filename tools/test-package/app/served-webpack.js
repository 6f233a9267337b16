import { GaussianMixture, loadKernels } from 'mixwasm';
import { X } from './data.js';
import { show } from './show.js';

const url = new URL('mixwasm/kernels.wasm', import.meta.url);
const workerUrl = new URL('mixwasm/worker.js', import.meta.url);

show(async () => {
  await loadKernels({ url });
  const model = await GaussianMixture.fitAsync(X, { nComponents: 2, seed: 1, workerUrl });
  return model.logLikelihood;
});
