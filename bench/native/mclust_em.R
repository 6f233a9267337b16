# mclust's EM from a given start: em() does E, then M; times by the difference of two lengths, so that set-up cancels.
# usage: mclust_em.R N D K full|diag ITERATIONS FILE      FILE as for fused.cpp
suppressPackageStartupMessages(library(mclust))
args <- commandArgs(trailingOnly = TRUE)
n <- as.integer(args[1]); d <- as.integer(args[2]); k <- as.integer(args[3])
kind <- args[4]; iterations <- as.integer(args[5])
size <- if (kind == "diag") d else d * d
values <- readBin(args[6], "double", n * d + k + k * d + k * size, size = 8)
take <- function(length) { head <- values[seq_len(length)]; values <<- values[-seq_len(length)]; head }
X <- matrix(take(n * d), n, d, byrow = TRUE)
pro <- take(k)
means <- matrix(take(k * d), d, k)
covariances <- values
sigma <- array(0, c(d, d, k))
for (c in seq_len(k)) {
  part <- covariances[(c - 1) * size + seq_len(size)]
  sigma[, , c] <- if (kind == "diag") diag(part, d) else matrix(part, d, d)
}
name <- if (kind == "diag") "VVI" else "VVV"
variance <- list(modelName = name, d = d, G = k, sigma = sigma)
if (kind == "diag") {
  variance$scale <- apply(sigma, 3, function(s) prod(diag(s))^(1 / d))
  variance$shape <- sapply(seq_len(k), function(c) diag(sigma[, , c]) / variance$scale[c])
} else variance$cholsigma <- array(apply(sigma, 3, chol), c(d, d, k))
run <- function(times) {
  begin <- proc.time()[["elapsed"]]
  fit <- suppressWarnings(em(modelName = name, data = X, parameters = list(pro = pro, mean = means, variance = variance),
                             control = emControl(itmax = times, tol = c(0, 0))))
  list(seconds = proc.time()[["elapsed"]] - begin, loglik = fit$loglik)
}
invisible(run(1))
short <- run(1); long <- run(1 + iterations)
cat(sprintf('{"ns":%.17g,"last":%.17g,"version":"mclust %s"}\n',
            (long$seconds - short$seconds) * 1e9 / iterations / n / k, long$loglik, packageVersion("mclust")))
