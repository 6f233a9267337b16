import { GaussianMixture, loadKernels } from 'mixwasm';
import url from 'mixwasm/kernels.wasm?url';
import workerUrl from 'mixwasm/worker.js?url';
import { X } from '../data.js';
import { show } from '../show.js';

show(async () => {
  await loadKernels({ url });
  const model = await GaussianMixture.fitAsync(X, { nComponents: 2, seed: 1, workerUrl });
  return model.logLikelihood;
});
