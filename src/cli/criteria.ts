/** What data say about a model, in numbers. */
import { type AnyModel, isMixture, type X } from './models.js';

/** Under the names of the library; for BIC, AIC and ICL lower is better. */
export function criteriaOf(model: AnyModel, X: X): Record<string, number> {
  if (!isMixture(model)) {
    const score = model.score(X);
    return { score, totalCost: 0 - score * X.rows };
  }
  let logLikelihood = 0;
  for (const value of model.scoreSamples(X)) logLikelihood += value;
  return {
    score: logLikelihood / X.rows,
    logLikelihood,
    bic: model.bic(X),
    aic: model.aic(X),
    icl: model.icl(X),
    nParameters: model.nParameters,
  };
}
