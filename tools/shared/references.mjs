/** The reference answers of test/fixtures, computed beforehand in higher precision. */
import { readdirSync, readFileSync } from 'node:fs';

const fixtures = new URL('../../test/fixtures/', import.meta.url);

/** What a file of test/fixtures holds. */
export const loadFixture = (path) => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'));

/** Names of the files in test/fixtures/reference. */
export const referencesLike = (pattern) =>
  readdirSync(new URL('reference/', fixtures)).filter((file) => pattern.test(file));

/** Fits a case by `GaussianMixture` from its own start: exactly `iterations` M-steps unless told otherwise. */
export function fitCase(GaussianMixture, c, options = {}) {
  return GaussianMixture.fit(c.dataset.rows, {
    nComponents: c.k,
    covarianceType: c.covarianceType,
    initialParameters: c.init,
    regCovar: c.regularisation.value,
    maxIter: c.iterations,
    tol: 0,
    ...(c.sampleWeights === null ? {} : { sampleWeights: c.sampleWeights }),
    ...options,
  });
}
