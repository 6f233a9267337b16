import { GaussianMixture, loadKernels } from 'mixwasm';
import { X } from './data.js';

// for servers: the kernels and the worker from files instead of from the bytes inside the package
await loadKernels({ url: import.meta.resolve('mixwasm/kernels.wasm') });
const workerUrl = import.meta.resolve('mixwasm/worker.js');
const options = { nComponents: 2, seed: 1, workerUrl };
const { logLikelihood } = await GaussianMixture.fitAsync(X, { ...options, threads: 2 });
console.log(logLikelihood);
