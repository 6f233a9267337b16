#!/usr/bin/env bash
# Installs what `npm run bench:native` compares with: scikit-learn in a virtual environment, mclust and Armadillo from
# Debian's packages (root only), and builds the C++ forms. Whatever cannot be had is named, and left out of the table.
cd "$(dirname "$0")" || exit 1
mkdir -p build
missing() { echo "missing: $*" >&2; }

python3 -m venv build/venv && build/venv/bin/pip install --quiet numpy scikit-learn threadpoolctl ||
  missing "scikit-learn (python3 with venv and pip is needed)"

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq g++ libarmadillo-dev libopenblas-dev r-cran-mclust >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq g++ libarmadillo-dev libopenblas-dev r-cran-mclust >/dev/null; } ||
    missing "mclust or Armadillo (apt-get failed)"
else
  echo "not root: g++, libarmadillo-dev and r-cran-mclust are used if they are there" >&2
fi

build() { g++ -O3 -std=c++17 "$@" || missing "$*"; }
build -fno-math-errno -DWIDTH=16 -msse2 fused.cpp -o build/fused-sse2
build -fno-math-errno -DWIDTH=32 -mavx2 -mfma fused.cpp -o build/fused-avx2
build -fno-math-errno -DWIDTH=64 -mavx512f -mavx512dq -mfma fused.cpp -o build/fused-avx512
build -march=native -DNDEBUG -DARMA_NO_DEBUG -fopenmp armadillo_em.cpp -o build/armadillo -larmadillo -lopenblas
