// Armadillo's gmm_full / gmm_diag from a given start; times by the difference of two lengths, so that set-up cancels.
// usage: armadillo_em N D K full|diag ITERATIONS FILE      FILE as for fused.cpp
#include <armadillo>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

template <typename Model, typename Covariances>
static double seconds(Model& model, const arma::mat& x, const arma::mat& means, const Covariances& cov, const arma::rowvec& w, int iterations) {
  model.set_params(means, cov, w);
  const auto begin = std::chrono::steady_clock::now();
  if (!model.learn(x, w.n_elem, arma::maha_dist, arma::keep_existing, 0, iterations, 1e-300, false)) std::exit(1);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <typename Model, typename Covariances>
static int report(const arma::mat& x, const arma::mat& means, const Covariances& cov, const arma::rowvec& w, int iterations) {
  Model model;
  seconds(model, x, means, cov, w, 1);
  const double one = seconds(model, x, means, cov, w, 1);
  const double many = seconds(model, x, means, cov, w, 1 + iterations);
  std::printf("{\"ns\":%.17g,\"last\":%.17g,\"version\":\"Armadillo %d.%d.%d\"}\n",
              (many - one) * 1e9 / iterations / x.n_cols / w.n_elem, model.avg_log_p(x) * x.n_cols,
              ARMA_VERSION_MAJOR, ARMA_VERSION_MINOR, ARMA_VERSION_PATCH);
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const int n = std::atoi(argv[1]), d = std::atoi(argv[2]), k = std::atoi(argv[3]), iterations = std::atoi(argv[5]);
  const bool diag = std::string(argv[4]) == "diag";
  std::ifstream file(argv[6], std::ios::binary);
  auto read = [&](double* into, size_t length) { file.read(reinterpret_cast<char*>(into), length * sizeof(double)); };
  // row-major rows are column-major columns
  arma::mat x(d, n), means(d, k);
  arma::rowvec w(k);
  read(x.memptr(), x.n_elem), read(w.memptr(), k), read(means.memptr(), means.n_elem);
  if (diag) {
    arma::mat cov(d, k);
    read(cov.memptr(), cov.n_elem);
    return report<arma::gmm_diag>(x, means, cov, w, iterations);
  }
  arma::cube cov(d, d, k);
  read(cov.memptr(), cov.n_elem);
  return report<arma::gmm_full>(x, means, cov, w, iterations);
}
