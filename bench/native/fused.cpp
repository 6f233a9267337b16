// The fused EM pass in C++, as a limit for the kernels: the same algorithm (panels of points, W·(x − μ) by register tiles,
// log-sum-exp, weighted lower triangle while the panel is in L1) with vectors of WIDTH bytes: 16 (SSE2), 32 (AVX2 + FMA),
// 64 (AVX-512). One thread, float64.
//
// usage: fused N D K full|diag ITERATIONS FILE      FILE: X (N × D), weights (K), means (K × D), covariances (K × D × D or K × D)
// prints { "ns": nanoseconds per point × component of an iteration (median), "trace": log-likelihoods }
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#ifndef WIDTH
#define WIDTH 16
#endif
constexpr int LANES = WIDTH / 8;
// rows of a tile: TILE × 2 accumulators and as many operands fit 16 registers
constexpr int TILE = 4;
typedef double Vec __attribute__((vector_size(WIDTH)));
typedef int64_t Int __attribute__((vector_size(WIDTH)));

static inline Vec load(const double* p) { return *reinterpret_cast<const Vec*>(p); }
static inline void store(double* p, Vec v) { *reinterpret_cast<Vec*>(p) = v; }
static inline Vec splat(double x) { return Vec{} + x; }
static inline double sum(Vec v) {
  double s = 0;
  for (int i = 0; i < LANES; i++) s += v[i];
  return s;
}
static inline Vec larger(Vec a, Vec b) { return a > b ? a : b; }

// e^x for x ≤ 0: 2^n · p(r), Taylor to degree 11 on |r| ≤ ln 2 / 2; 0 below −700
static inline Vec expVec(Vec x) {
  const Vec magic = splat(0x1.8p52);
  const Vec t = x * splat(1.4426950408889634) + magic;
  const Vec n = t - magic;
  const Vec r = x - n * splat(0x1.62e42fefa3800p-1) - n * splat(0x1.ef35793c76730p-45);
  Vec p = splat(1.0 / 39916800);
  const double c[] = {1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1};
  for (double a : c) p = p * r + splat(a);
  const Int bits = (Int)t << 52;
  const Vec result = (Vec)((Int)p + bits);
  return x < splat(-700) ? Vec{} : result;
}

struct Mixture {
  int d, k;
  bool diag;
  std::vector<double> weights, means, cov, w, logConstant;
  int size() const { return diag ? d : d * d; }

  void factorise() {
    w.assign((size_t)k * size(), 0);
    logConstant.assign(k, 0);
    for (int c = 0; c < k; c++) {
      const double* s = &cov[(size_t)c * size()];
      double* out = &w[(size_t)c * size()];
      double logDet = 0;
      if (diag) {
        for (int j = 0; j < d; j++) out[j] = 1 / std::sqrt(s[j]), logDet += std::log(out[j]);
      } else {
        std::vector<double> l((size_t)d * d, 0);
        for (int i = 0; i < d; i++)
          for (int j = 0; j <= i; j++) {
            double v = s[i * d + j];
            for (int m = 0; m < j; m++) v -= l[i * d + m] * l[j * d + m];
            if (i == j && !(v > 0)) std::fprintf(stderr, "component %d is not positive definite\n", c), std::exit(1);
            l[i * d + j] = i == j ? std::sqrt(v) : v / l[j * d + j];
          }
        for (int j = 0; j < d; j++) {
          out[j * d + j] = 1 / l[j * d + j];
          logDet += std::log(out[j * d + j]);
          for (int i = j + 1; i < d; i++) {
            double v = 0;
            for (int m = j; m < i; m++) v -= l[i * d + m] * out[m * d + j];
            out[i * d + j] = v / l[i * d + i];
          }
        }
      }
      logConstant[c] = std::log(weights[c]) + logDet - 0.5 * d * std::log(2 * M_PI);
    }
  }
};

struct Pass {
  const int n, d, k, panel;
  const bool diag;
  std::vector<double> counts, first, second;
  double* x;
  double* u;
  double* ru;
  double* logp;

  Pass(int n, int d, int k, bool diag) : n(n), d(d), k(k), panel(choose(d, k)), diag(diag) {
    auto block = [&](int rows) { return static_cast<double*>(std::aligned_alloc(64, sizeof(double) * rows * panel)); };
    x = block(d), u = block(d), ru = block(d), logp = block(k);
  }

  // panel, centred panel and weighted panel in about 24 KB
  static int choose(int d, int k) {
    int rows = 128;
    while (rows > 4 * LANES && (3 * d + k) * rows * 8 > 26000) rows /= 2;
    return rows;
  }

  double run(const double* data, const Mixture& m) {
    counts.assign(k, 0);
    first.assign((size_t)k * d, 0);
    second.assign((size_t)k * m.size(), 0);
    double total = 0;
    for (int start = 0; start < n; start += panel) {
      const int rows = std::min(panel, n - start);
      for (int p = 0; p < panel; p++)
        for (int j = 0; j < d; j++) x[j * panel + p] = p < rows ? data[(size_t)(start + p) * d + j] : 0;
      for (int c = 0; c < k; c++) quadratic(m, c);
      total += responsibilities(rows);
      for (int c = 0; c < k; c++) accumulate(m, c);
    }
    return total;
  }

  void centre(const double* mean) {
    for (int j = 0; j < d; j++) {
      const Vec mu = splat(mean[j]);
      for (int p = 0; p < panel; p += LANES) store(u + j * panel + p, load(x + j * panel + p) - mu);
    }
  }

  void quadratic(const Mixture& m, int c) {
    const double* mean = &m.means[(size_t)c * d];
    const double* w = &m.w[(size_t)c * m.size()];
    const double constant = m.logConstant[c];
    if (diag) {
      for (int p = 0; p < panel; p += 4 * LANES) {
        Vec q[4] = {};
        for (int j = 0; j < d; j++) {
          const Vec mu = splat(mean[j]), s = splat(w[j]);
          for (int v = 0; v < 4; v++) {
            const Vec z = (load(x + j * panel + p + v * LANES) - mu) * s;
            q[v] += z * z;
          }
        }
        for (int v = 0; v < 4; v++) store(logp + c * panel + p + v * LANES, splat(constant) - splat(0.5) * q[v]);
      }
      return;
    }
    centre(mean);
    for (int p = 0; p < panel; p += 2 * LANES) {
      Vec q0 = {}, q1 = {};
      int i = 0;
      for (; i + TILE <= d; i += TILE) {
        Vec z[TILE][2] = {};
        for (int j = 0; j < i; j++) {
          const Vec a = load(u + j * panel + p), b = load(u + j * panel + p + LANES);
          for (int r = 0; r < TILE; r++) {
            const Vec s = splat(w[(i + r) * d + j]);
            z[r][0] += s * a, z[r][1] += s * b;
          }
        }
        for (int t = 0; t < TILE; t++) {
          const Vec a = load(u + (i + t) * panel + p), b = load(u + (i + t) * panel + p + LANES);
          for (int r = t; r < TILE; r++) {
            const Vec s = splat(w[(i + r) * d + i + t]);
            z[r][0] += s * a, z[r][1] += s * b;
          }
        }
        for (int r = 0; r < TILE; r++) q0 += z[r][0] * z[r][0], q1 += z[r][1] * z[r][1];
      }
      for (; i < d; i++) {
        Vec z0 = {}, z1 = {};
        for (int j = 0; j <= i; j++) {
          const Vec s = splat(w[i * d + j]);
          z0 += s * load(u + j * panel + p), z1 += s * load(u + j * panel + p + LANES);
        }
        q0 += z0 * z0, q1 += z1 * z1;
      }
      store(logp + c * panel + p, splat(constant) - splat(0.5) * q0);
      store(logp + c * panel + p + LANES, splat(constant) - splat(0.5) * q1);
    }
  }

  double responsibilities(int rows) {
    double total = 0;
    for (int p = 0; p < panel; p += LANES) {
      Vec top = load(logp + p);
      for (int c = 1; c < k; c++) top = larger(top, load(logp + c * panel + p));
      Vec norm = {};
      for (int c = 0; c < k; c++) {
        const Vec e = expVec(load(logp + c * panel + p) - top);
        norm += e;
        store(logp + c * panel + p, e);
      }
      Vec scale = splat(1) / norm;
      for (int lane = 0; lane < LANES; lane++) {
        if (p + lane >= rows) scale[lane] = 0;
        else total += top[lane] + std::log(norm[lane]);
      }
      for (int c = 0; c < k; c++) store(logp + c * panel + p, load(logp + c * panel + p) * scale);
    }
    return total;
  }

  void accumulate(const Mixture& m, int c) {
    const double* mean = &m.means[(size_t)c * d];
    const double* r = logp + c * panel;
    Vec count = {};
    for (int p = 0; p < panel; p += LANES) count += load(r + p);
    counts[c] += sum(count);
    if (diag) {
      for (int j = 0; j < d; j++) {
        const Vec mu = splat(mean[j]);
        Vec s1 = {}, s2 = {}, t1 = {}, t2 = {};
        for (int p = 0; p < panel; p += 2 * LANES) {
          const Vec a = load(x + j * panel + p) - mu, b = load(x + j * panel + p + LANES) - mu;
          const Vec ra = load(r + p) * a, rb = load(r + p + LANES) * b;
          s1 += ra, t1 += rb, s2 += ra * a, t2 += rb * b;
        }
        first[c * d + j] += sum(s1 + t1);
        second[c * d + j] += sum(s2 + t2);
      }
      return;
    }
    centre(mean);
    for (int j = 0; j < d; j++) {
      Vec s = {};
      for (int p = 0; p < panel; p += LANES) {
        const Vec v = load(r + p) * load(u + j * panel + p);
        store(ru + j * panel + p, v);
        s += v;
      }
      first[c * d + j] += sum(s);
    }
    double* out = &second[(size_t)c * d * d];
    int i = 0;
    for (; i + TILE <= d; i += TILE) {
      int j = 0;
      for (; j + 2 <= i + TILE; j += 2) {
        Vec a[TILE][2] = {};
        for (int p = 0; p < panel; p += LANES) {
          const Vec y0 = load(u + j * panel + p), y1 = load(u + (j + 1) * panel + p);
          for (int t = 0; t < TILE; t++) {
            const Vec v = load(ru + (i + t) * panel + p);
            a[t][0] += v * y0, a[t][1] += v * y1;
          }
        }
        for (int t = 0; t < TILE; t++) out[(i + t) * d + j] += sum(a[t][0]), out[(i + t) * d + j + 1] += sum(a[t][1]);
      }
    }
    for (; i < d; i++)
      for (int j = 0; j <= i; j++) {
        Vec s = {};
        for (int p = 0; p < panel; p += LANES) s += load(ru + i * panel + p) * load(u + j * panel + p);
        out[i * d + j] += sum(s);
      }
  }

  void maximise(Mixture& m) const {
    for (int c = 0; c < k; c++) {
      m.weights[c] = counts[c] / n;
      std::vector<double> shift(d);
      for (int j = 0; j < d; j++) {
        shift[j] = first[c * d + j] / counts[c];
        m.means[c * d + j] += shift[j];
      }
      for (int i = 0; i < d; i++) {
        if (diag) {
          m.cov[c * d + i] = second[c * d + i] / counts[c] - shift[i] * shift[i];
          continue;
        }
        for (int j = 0; j <= i; j++) {
          const double v = second[((size_t)c * d + i) * d + j] / counts[c] - shift[i] * shift[j];
          m.cov[((size_t)c * d + i) * d + j] = m.cov[((size_t)c * d + j) * d + i] = v;
        }
      }
    }
  }
};

int main(int argc, char** argv) {
  if (argc != 7) return std::fprintf(stderr, "usage: fused N D K full|diag ITERATIONS FILE\n"), 2;
  const int n = std::atoi(argv[1]), d = std::atoi(argv[2]), k = std::atoi(argv[3]), iterations = std::atoi(argv[5]);
  Mixture m{d, k, std::string(argv[4]) == "diag", {}, {}, {}, {}, {}};
  std::ifstream file(argv[6], std::ios::binary);
  auto read = [&](size_t length) {
    std::vector<double> values(length);
    file.read(reinterpret_cast<char*>(values.data()), length * sizeof(double));
    return values;
  };
  const std::vector<double> data = read((size_t)n * d);
  m.weights = read(k), m.means = read((size_t)k * d), m.cov = read((size_t)k * m.size());
  if (!file) return std::fprintf(stderr, "%s is too short\n", argv[6]), 1;

  Pass pass(n, d, k, m.diag);
  m.factorise();
  std::vector<double> trace{pass.run(data.data(), m)}, times;
  for (int t = 0; t < iterations; t++) {
    const auto begin = std::chrono::steady_clock::now();
    pass.maximise(m);
    m.factorise();
    trace.push_back(pass.run(data.data(), m));
    times.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  const size_t half = times.size() / 2;
  const double median = times.size() % 2 ? times[half] : (times[half - 1] + times[half]) / 2;
  std::printf("{\"ns\":%.17g,\"trace\":[", median / n / k);
  for (size_t t = 0; t < trace.size(); t++) std::printf("%s%.17g", t ? "," : "", trace[t]);
  std::printf("]}\n");
}
