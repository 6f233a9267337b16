"""scikit-learn's own E- and M-steps from given starts: a line of JSON with the version, then one per case.

usage: scikit_learn.py MANIFEST      lines of: n d k type iterations regularisation file (peers.mjs writes them)
"""
import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky

warnings.simplefilter("ignore")


def k_means(X, values, k):
    model = KMeans(k, init=values.reshape(k, -1), n_init=1, tol=0, algorithm="lloyd").fit(X)
    return {"cost": float(model.inertia_), "centers": model.cluster_centers_.ravel().tolist()}


def mixture(X, values, k, kind, iterations, regularisation):
    n, d = X.shape
    shape = {"full": (k, d, d), "tied": (d, d), "diag": (k, d), "spherical": (k,)}[kind]
    weights, means, covariances = np.split(values, [k, k + k * d])
    model = GaussianMixture(k, covariance_type=kind, reg_covar=regularisation)
    model.weights_, model.means_, model.covariances_ = weights, means.reshape(k, d), covariances.reshape(shape)
    model.precisions_cholesky_ = _compute_precision_cholesky(model.covariances_, kind)
    trace = []
    for t in range(iterations + 1):
        norm, log_resp = model._e_step(X)
        trace.append(float(norm * n))
        if t < iterations:
            model._m_step(X, log_resp)
    parts = {"weights": model.weights_, "means": model.means_, "covariances": model.covariances_}
    return {"trace": trace, **{name: np.ravel(part).tolist() for name, part in parts.items()}}


print(json.dumps({"version": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}"}))
for line in open(sys.argv[1]):
    n, d, k, kind, iterations, regularisation, file = line.split()
    n, d, k = int(n), int(d), int(k)
    X, values = np.split(np.fromfile(file), [n * d])
    X = X.reshape(n, d)
    try:
        answer = k_means(X, values, k) if kind == "k-means" else mixture(X, values, k, kind, int(iterations), float(regularisation))
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {str(error)[:60]}"}
    print(json.dumps(answer))
