# mclust's EM from given starts: a line of JSON with the version, then one per case.
# usage: mclust.R MANIFEST      lines of: n d k type iterations regularisation file (peers.mjs writes them)
suppressPackageStartupMessages(library(mclust))
numbers <- function(x) paste0("[", paste(sprintf(ifelse(is.finite(x), "%.17g", "null"), as.vector(x)), collapse = ","), "]")
solve_case <- function(fields) {
  n <- as.integer(fields[1]); d <- as.integer(fields[2]); k <- as.integer(fields[3])
  kind <- fields[4]; iterations <- as.integer(fields[5])
  size <- switch(kind, full = k * d * d, tied = d * d, diag = k * d, spherical = k)
  values <- readBin(fields[7], "double", n * d + k + k * d + size, size = 8)
  take <- function(length) { head <- values[seq_len(length)]; values <<- values[-seq_len(length)]; head }
  X <- matrix(take(n * d), n, d, byrow = TRUE)
  pro <- take(k); means <- matrix(take(k * d), d, k); given <- values
  if (d == 1) {
    name <- if (kind == "tied") "E" else "V"
    variance <- list(modelName = name, d = 1, G = k, sigmasq = given)
    X <- as.vector(X); means <- as.vector(means)
  } else {
    name <- switch(kind, full = "VVV", tied = "EEE", diag = "VVI", spherical = "VII")
    variance <- list(modelName = name, d = d, G = k)
    if (kind == "full") {
      variance$sigma <- array(given, c(d, d, k))
      variance$cholsigma <- array(apply(variance$sigma, 3, chol), c(d, d, k))
    } else if (kind == "tied") {
      variance$Sigma <- matrix(given, d, d)
      variance$cholSigma <- chol(variance$Sigma)
    } else if (kind == "diag") {
      diagonals <- matrix(given, d, k)
      variance$scale <- apply(diagonals, 2, function(v) prod(v)^(1 / d))
      variance$shape <- sweep(diagonals, 2, variance$scale, "/")
    } else variance$sigmasq <- given
  }
  # em() tells no log-likelihood of the start. It ends by itself where the log-likelihood stands still, tolerance 0 or not
  run <- function(times) suppressWarnings(em(modelName = name, data = X,
    parameters = list(pro = pro, mean = means, variance = variance), control = emControl(itmax = times, tol = c(0, 0))))
  trace <- sapply(seq_len(iterations), function(t) run(t)$loglik)
  p <- run(iterations)$parameters
  covariances <- if (d == 1 || kind == "spherical") p$variance$sigmasq
    else if (kind == "tied") p$variance$Sigma
    else if (kind == "diag") apply(p$variance$sigma, 3, diag)
    else p$variance$sigma
  sprintf('{"trace":%s,"weights":%s,"means":%s,"covariances":%s}', numbers(trace), numbers(if (is.null(p$pro)) 1 else p$pro),
          numbers(p$mean), numbers(covariances))
}
cat(sprintf('{"version":"mclust %s"}\n', packageVersion("mclust")))
for (line in readLines(commandArgs(trailingOnly = TRUE)[1])) {
  answer <- tryCatch(solve_case(strsplit(line, " ")[[1]]), error = function(e)
    sprintf('{"error":"%s"}', gsub('["\\\\\n]', " ", conditionMessage(e))))
  cat(answer, "\n", sep = "")
}
