// the package is ES modules only: require() gives the same objects as import
const { GaussianMixture } = require('mixwasm');

const load = async () => {
  const { fits } = await import('./fits.js');
  const { X } = await import('./data.js');
  const mixwasm = await import('mixwasm');
  const { logLikelihood } = GaussianMixture.fit(X, { nComponents: 2, seed: 1 });
  const all = await fits();
  if (mixwasm.GaussianMixture !== GaussianMixture) throw new Error('require and import give two copies');
  if (logLikelihood !== all.here[0]) throw new Error(`required ${logLikelihood}, imported ${all.here[0]}`);
  console.log(JSON.stringify(all));
};
load();
