import { GaussianMixture, loadKernels } from 'mixwasm';
import { X } from './data.js';
import { show } from './show.js';

// kernels.wasm and worker.js of the package, copied to where the page's files are served
const url = new URL('kernels.wasm', document.baseURI);
const workerUrl = new URL('worker.js', document.baseURI);

show(async () => {
  await loadKernels({ url });
  const model = await GaussianMixture.fitAsync(X, { nComponents: 2, seed: 1, workerUrl });
  return model.logLikelihood;
});
