// Armadillo's EM from given starts: a line of JSON with the version, then one per case.
// usage: armadillo MANIFEST      lines of: n d k type iterations regularisation file (peers.mjs writes them)
#include <armadillo>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

template <typename Values>
static void print(const char* name, const Values& values) {
  std::printf("%s\"%s\":[", name[0] == 't' ? "{" : ",", name);
  for (size_t i = 0; i < values.n_elem; i++) std::printf(std::isfinite(values[i]) ? "%s%.17g" : "%snull", i ? "," : "", values[i]);
  std::printf("]");
}

template <typename Model, typename Covariances>
static void solve(const arma::mat& x, const arma::rowvec& w, const arma::mat& means, const Covariances& cov, int iterations) {
  arma::vec trace(iterations + 1);
  Model model;
  for (int t = 0; t <= iterations; t++) {
    model.set_params(means, cov, w);
    if (t > 0 && !model.learn(x, w.n_elem, arma::maha_dist, arma::keep_existing, 0, t, 1e-300, false)) {
      std::printf("{\"error\":\"learn() failed at iteration %d\"}\n", t);
      return;
    }
    trace[t] = model.avg_log_p(x) * x.n_cols;
  }
  print("trace", trace);
  print("weights", model.hefts);
  print("means", model.means);
  if constexpr (std::is_same_v<Model, arma::gmm_full>) print("covariances", model.fcovs);
  else print("covariances", model.dcovs);
  std::printf("}\n");
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::printf("{\"version\":\"Armadillo %d.%d.%d\"}\n", ARMA_VERSION_MAJOR, ARMA_VERSION_MINOR, ARMA_VERSION_PATCH);
  std::ifstream manifest(argv[1]);
  for (std::string line; std::getline(manifest, line);) {
    int n, d, k, iterations;
    double regularisation;
    std::string kind, path;
    std::istringstream(line) >> n >> d >> k >> kind >> iterations >> regularisation >> path;
    std::ifstream file(path, std::ios::binary);
    auto read = [&](auto& into) { file.read(reinterpret_cast<char*>(into.memptr()), into.n_elem * sizeof(double)); };
    // row-major rows are column-major columns
    arma::mat x(d, n), means(d, k);
    arma::rowvec w(k);
    read(x), read(w), read(means);
    if (kind == "diag") {
      arma::mat cov(d, k);
      read(cov);
      solve<arma::gmm_diag>(x, w, means, cov, iterations);
    } else {
      arma::cube cov(d, d, k);
      read(cov);
      solve<arma::gmm_full>(x, w, means, cov, iterations);
    }
  }
}
