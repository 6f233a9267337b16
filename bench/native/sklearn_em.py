"""scikit-learn's EM iteration (E-step and M-step of its own class), from a given start.

usage: sklearn_em.py N D K full|diag ITERATIONS FILE THREADS      FILE as for fused.cpp
"""
import json
import statistics
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

warnings.simplefilter("ignore", ConvergenceWarning)
n, d, k = (int(a) for a in sys.argv[1:4])
kind, iterations, file, threads = sys.argv[4], int(sys.argv[5]), sys.argv[6], int(sys.argv[7])
values = np.fromfile(file)
size = d if kind == "diag" else d * d
X, weights, means, covariances = np.split(values, np.cumsum([n * d, k, k * d]))
X = X.reshape(n, d)
covariances = covariances[: k * size].reshape((k, d) if kind == "diag" else (k, d, d))
precisions = 1 / covariances if kind == "diag" else np.linalg.inv(covariances)

with threadpool_limits(limits=threads):
    model = GaussianMixture(
        k, covariance_type=kind, reg_covar=0, tol=0, max_iter=1,
        weights_init=weights, means_init=means.reshape(k, d), precisions_init=precisions,
    )
    # sets the parameters to those given, as fit does, whatever the release calls its parts
    model.fit(X)
    model._initialize(X, np.full((n, k), 1 / k))
    norm, log_resp = model._e_step(X)
    trace, times = [norm * n], []
    for _ in range(iterations):
        begin = time.perf_counter_ns()
        model._m_step(X, log_resp)
        norm, log_resp = model._e_step(X)
        times.append(time.perf_counter_ns() - begin)
        trace.append(norm * n)
print(json.dumps({
    "ns": statistics.median(times) / n / k,
    "trace": [float(t) for t in trace],
    "version": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}",
}))
