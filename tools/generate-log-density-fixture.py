#!/usr/bin/env python3
"""Writes test/fixtures/gaussian-log-density.json: log-densities of extreme Gaussians, by mpmath with 120 digits.

    pip install mpmath && python3 tools/generate-log-density-fixture.py

Every number of a case (mean, covariance, points) is a double, and the answers are those of these very doubles, rounded once.
`condition` is the spectral condition number of the covariance (null for many features): about ε·condition of the squared distance cannot be known to
any algorithm that rounds. Deterministic: a rerun leaves `git diff` empty.
"""
import json
import random
from pathlib import Path
from mpmath import mp, mpf, matrix, log, pi

mp.dps = 120
OUT = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "gaussian-log-density.json"
random.seed(20261121)


def cholesky(a, n):
    l = [[mpf(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = a[i][j] - sum(l[i][k] * l[j][k] for k in range(j))
            l[i][j] = mp.sqrt(s) if i == j else s / l[j][j]
    return l


def log_densities(mean, cov, points):
    n = len(mean)
    l = cholesky([[mpf(v) for v in row] for row in cov], n)
    log_det = 2 * sum(log(l[i][i]) for i in range(n))
    for x in points:
        y = []
        for i in range(n):
            y.append((mpf(x[i]) - mpf(mean[i]) - sum(l[i][j] * y[j] for j in range(i))) / l[i][i])
        yield float(-(n * log(2 * pi) + log_det + sum(v * v for v in y)) / 2)


def condition(cov):
    """None where many features would take eigenvalues of minutes."""
    n = len(cov)
    if all(cov[i][j] == 0 for i in range(n) for j in range(n) if i != j):
        d = [mpf(cov[i][i]) for i in range(n)]
        return float(max(d) / min(d))
    if n > 10:
        return None
    with mp.workdps(40):
        e = mp.eigsy(matrix([[mpf(v) for v in row] for row in cov]), eigvals_only=True)
        return float(max(e) / min(e))


def diagonal(values):
    return [[v if i == j else 0.0 for j in range(len(values))] for i, v in enumerate(values)]


def equal_correlation(n, rho):
    return [[1.0 if i == j else rho for j in range(n)] for i in range(n)]


def spd(n):
    a = [[random.gauss(0, 1) for _ in range(2 * n)] for _ in range(n)]
    return [[float(sum(x * y for x, y in zip(a[max(i, j)], a[min(i, j)])) / (2 * n)) for j in range(n)] for i in range(n)]


def around(mean, scales, count=4):
    return [[m + s * random.gauss(0, 1) for m, s in zip(mean, scales)] for _ in range(count)]


def cases():
    yield "one feature, up to 1e150 σ away", [0.0], [[1.0]], [[0.0], [1.0], [38.6], [-1e5], [1e10], [1e150]]
    for v in (1e-300, 1e-100, 1e100, 1e300):
        s = v ** 0.5
        yield f"one feature, variance {v:g}", [0.0], [[v]], [[0.0], [s], [-30 * s], [1e4 * s]]
    for offset in (1e8, 1e15):
        mean = [offset, -offset, offset]
        yield f"mean {offset:g}, σ = 1", mean, spd(3), [[m + d for m, d in zip(mean, p)] for p in ([0.0] * 3, [1.0, 0.5, -2.0], [-8.0, 8.0, 4.0])]
    scales = [10.0 ** e for e in range(-14, 15, 4)]
    yield "variances from 1e-28 to 1e28", [0.0] * len(scales), diagonal([s * s for s in scales]), around([0.0] * len(scales), scales)
    for e in (3, 6, 9, 12):
        yield f"two features, correlation 1 - 1e-{e}", [0.0, 0.0], equal_correlation(2, 1 - 10.0 ** -e), [[1.0, 1.0], [1.0, -1.0], [0.3, 0.2]]
    for n in (4, 8, 10):
        yield f"Hilbert matrix of {n}", [0.0] * n, [[1 / (max(i, j) + min(i, j) + 1) for j in range(n)] for i in range(n)], around([0.0] * n, [0.5] * n)
    for n in (10, 32, 64):
        yield f"{n} features, well conditioned", [1.0] * n, spd(n), around([1.0] * n, [1.0] * n, 3)
    n = 64
    yield "64 features, correlation 0.99", [0.0] * n, equal_correlation(n, 0.99), around([0.0] * n, [1.0] * n, 3)
    yield "64 features, 1e6 σ away", [0.0] * n, spd(n), around([0.0] * n, [1e6] * n, 3)


out = []
for kind, mean, cov, points in cases():
    answers = list(log_densities(mean, cov, points))
    out.append({"kind": kind, "condition": condition(cov), "mean": mean, "covariance": cov, "points": points, "logDensity": answers})
    print(kind, len(points))
OUT.write_text('{"computedBy": "tools/generate-log-density-fixture.py, mpmath, 120 digits", "cases": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in out) + "\n]}\n")
print(OUT.stat().st_size, "bytes")
