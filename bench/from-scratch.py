"""scikit-learn's part of from-scratch.mjs: times one mixture and one k-means fit; prints a line of JSON.

usage: from-scratch.py --version
       from-scratch.py data centers n d k      (files of doubles, row-major)
"""
import json
import sys
import time
import warnings

import numpy
import sklearn
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")


def timed(fit):
    begin = time.process_time()
    model = fit()
    return model, 1e3 * (time.process_time() - begin)


if sys.argv[1] == "--version":
    print(sklearn.__version__)
else:
    n, d, k = map(int, sys.argv[3:6])
    x = numpy.fromfile(sys.argv[1]).reshape(n, d)
    centers = numpy.fromfile(sys.argv[2]).reshape(k, d)
    # thread pools and caches are set up by a first, small fit
    GaussianMixture(2, max_iter=2).fit(x[:1000])
    mixture, mixture_ms = timed(lambda: GaussianMixture(k, random_state=0).fit(x))
    lloyd, lloyd_ms = timed(lambda: KMeans(k, init=centers, n_init=1, max_iter=1000, tol=0).fit(x))
    print(
        json.dumps(
            {
                "mixture": {"ms": mixture_ms, "iterations": mixture.n_iter_, "score": mixture.score(x)},
                "kMeans": {"ms": lloyd_ms, "cost": lloyd.inertia_},
            }
        )
    )
