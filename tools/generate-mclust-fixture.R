# Writes test/fixtures/mclust-bic.json: four data sets and the BIC of every mixture that mclust fits to them with its defaults,
# for the covariance types that mixwasm has too. mclust's BIC is 2 log L - p log n, higher is better; here its negative.
#
#   Rscript tools/generate-mclust-fixture.R      (mclust, MASS, jsonlite)
suppressMessages({library(mclust); library(jsonlite)})
data(diabetes, package = "mclust")
sets <- list(
  faithful = list(source = "R datasets::faithful", rows = as.matrix(faithful)),
  iris = list(source = "R datasets::iris, columns 1 to 4", rows = as.matrix(iris[, 1:4])),
  diabetes = list(source = "R mclust::diabetes, glucose, insulin, sspg", rows = as.matrix(diabetes[, 2:4])),
  galaxies = list(source = "R MASS::galaxies / 1000 (as in reference/gmm1d_galaxies_*)", rows = matrix(MASS::galaxies / 1000, ncol = 1))
)
G <- 1:10
fit <- function(set) {
  types <- if (ncol(set$rows) > 1) c(full = "VVV", tied = "EEE", diag = "VVI", spherical = "VII") else c(full = "V", tied = "E")
  table <- unclass(mclustBIC(set$rows, G = G, modelNames = unname(types), verbose = FALSE))
  # NA: mclust found no mixture of this kind that is not singular
  bic <- lapply(types, function(type) -as.numeric(table[, type]))
  list(source = set$source, modelNames = as.list(types), rows = unname(set$rows), bic = bic)
}
out <- list(
  generator = "tools/generate-mclust-fixture.R",
  mclust = as.character(packageVersion("mclust")),
  nComponents = G,
  sets = lapply(sets, fit)
)
writeLines(toJSON(out, digits = 17, auto_unbox = TRUE, na = "null"), "test/fixtures/mclust-bic.json")
