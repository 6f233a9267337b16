import { GaussianMixture, loadKernels } from 'mixwasm';
import { X } from './data.js';
import { show } from './show.js';

const options = { nComponents: 2, seed: 1 };
const workerUrl = new URL('worker.js', document.baseURI);
const ways = {
  kernels: () => GaussianMixture.fit(X, options),
  js: () => GaussianMixture.fit(X, { ...options, backend: 'js' }),
  worker: () => GaussianMixture.fitAsync(X, options),
  workerUrl: () => GaussianMixture.fitAsync(X, { ...options, workerUrl }),
  workerJs: () => GaussianMixture.fitAsync(X, { ...options, backend: 'js', workerUrl }),
  team: () => GaussianMixture.fitAsync(X, { ...options, threads: 2, workerUrl }),
  trusted: () => {
    const policy = globalThis.trustedTypes?.createPolicy('mixwasm-worker', { createScriptURL: String });
    return GaussianMixture.fitAsync(X, { ...options, workerUrl: policy?.createScriptURL(workerUrl) ?? workerUrl });
  },
  file: async () => {
    await loadKernels({ url: new URL('kernels.wasm', document.baseURI) });
    return GaussianMixture.fit(X, options);
  },
};

/** What each way to fit gives on a page whose policy forbids something: a log-likelihood, or an error. */
show(async () => {
  const found = {};
  for (const [name, fit] of Object.entries(ways)) {
    try {
      const { logLikelihood, threads } = await fit();
      found[name] = { logLikelihood, threads };
    } catch ({ name: error, message, code }) {
      found[name] = { error, message, code };
    }
  }
  return found;
});
