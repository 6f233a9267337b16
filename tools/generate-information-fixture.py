#!/usr/bin/env python3
"""Writes test/fixtures/information.json: divergences and the functions under them, by mpmath with 60 digits and more.

    pip install mpmath && python3 tools/generate-information-fixture.py

Inputs are doubles, used exactly as written; answers are the nearest doubles. `logExcess` x - log(1 + x) and `expExcess`
e^x - 1 - x are pairs (x, f(x)). Deterministic: a rerun leaves `git diff` empty.
"""
import json
import random
from pathlib import Path
from mpmath import mp, mpf, cholesky, exp, inverse, log, log1p, expm1, matrix, pi, quad, sqrt

mp.dps = 70
OUT = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "information.json"
random.seed(20261122)


def log_excess():
    arguments = [-1 + 2.0**-40, -0.999, -0.75, -0.5, -0.4999, 0.0, 0.5, 1.0, 1.0001, 1e-300, 1e-160, -1e-160, 3.0, 1e10, 1e300]
    arguments += [random.choice((-1, 1)) * 10 ** random.uniform(-18, -0.31) for _ in range(300)]
    arguments += [random.uniform(-0.5, 1) for _ in range(300)]
    arguments += [10 ** random.uniform(0, 20) for _ in range(50)]
    with mp.workdps(400):  # 1e-160 cancels 160 digits
        return [[x, float(mpf(x) - log1p(mpf(x)))] for x in arguments]


def exp_excess():
    arguments = [0.0, 0.5, -0.5, 0.5000001, -0.5000001, 1e-150, -1e-150, 1.0, -1.0, 700.0, -1000.0]
    arguments += [random.choice((-1, 1)) * 10 ** random.uniform(-18, -0.31) for _ in range(300)]
    arguments += [random.uniform(-0.5, 0.5) for _ in range(300)]
    arguments += [random.uniform(-50, 50) for _ in range(50)]
    with mp.workdps(400):
        return [[x, float(expm1(mpf(x)) - mpf(x))] for x in arguments]


def discrete_case(distance, n):
    """Vectors of multiples of 2^-52, so that both sum to exactly 1."""
    raw = [random.random() for _ in range(n)]
    unit = 2**52
    p = [int(unit * r / sum(raw)) for r in raw]
    p[0] += unit - sum(p)
    q = p[:]
    for _ in range(2 * n):  # mass moved between two outcomes keeps the sum
        i, j = random.sample(range(n), 2)
        mass = max(1, int(distance * min(q[i], q[j]) * random.random()))
        q[i] -= mass
        q[j] += mass
    p, q = ([v / unit for v in vector] for vector in (p, q))
    kl = sum(mpf(a) * log(mpf(a) / mpf(b)) for a, b in zip(p, q))
    m = [(mpf(a) + mpf(b)) / 2 for a, b in zip(p, q)]
    js = sum(mpf(a) * log(mpf(a) / c) + mpf(b) * log(mpf(b) / c) for a, b, c in zip(p, q, m)) / 2
    return {"distance": distance, "p": p, "q": q, "kl": float(kl), "jensenShannon": float(js)}


def covariance(d, scale=1.0):
    a = [[random.gauss(0, 1) for _ in range(d)] for _ in range(d)]
    rows = [[scale * (sum(x * y for x, y in zip(a[i], a[j])) / d + (1.0 if i == j else 0.0)) for j in range(d)] for i in range(d)]
    return [[rows[max(i, j)][min(i, j)] for j in range(d)] for i in range(d)]


def gaussian_kl(mp_, sp, mq, sq):
    d = len(mp_)
    P, Q = matrix(sp), matrix(sq)
    L, Lq = cholesky(P), cholesky(Q)
    inv = inverse(Q)
    trace = sum((inv * P)[i, i] for i in range(d))
    delta = matrix([mpf(a) - mpf(b) for a, b in zip(mp_, mq)])
    logdet = 2 * sum(log(Lq[i, i]) - log(L[i, i]) for i in range(d))
    return float((trace - d + logdet + (delta.T * inv * delta)[0]) / 2)


def gaussian_case(kind, d, mean_p, cov_p, mean_q, cov_q):
    kl = gaussian_kl(mean_p, cov_p, mean_q, cov_q)
    return {"kind": kind, "p": {"mean": mean_p, "covariance": cov_p}, "q": {"mean": mean_q, "covariance": cov_q}, "kl": kl}


def gaussian_cases():
    def mean(d):
        return [random.gauss(0, 2) for _ in range(d)]

    def near(cov, distance):
        d = len(cov)
        noise = [[random.gauss(0, distance) for _ in range(d)] for _ in range(d)]
        return [[cov[i][j] + noise[max(i, j)][min(i, j)] for j in range(d)] for i in range(d)]

    for d in (1, 2, 5, 10):
        for _ in range(3):
            yield gaussian_case("far", d, mean(d), covariance(d), mean(d), covariance(d))
        yield gaussian_case("narrow in wide", d, mean(d), covariance(d, 1e-10), mean(d), covariance(d))
        yield gaussian_case("wide in narrow", d, mean(d), covariance(d), mean(d), covariance(d, 1e-10))
        for distance in (0.1, 1e-3, 1e-6, 1e-9, 1e-12):
            m, c = mean(d), covariance(d)
            moved = [x + random.gauss(0, distance) for x in m]
            yield gaussian_case(f"{distance} apart", d, m, c, moved, near(c, distance))
            yield gaussian_case(f"{distance} apart, shapes only", d, m, c, m, near(c, distance))
            yield gaussian_case(f"{distance} apart, means only", d, m, c, moved, c)

    line = [[1, 0.999999, 0.5], [0.999999, 1, 0.5], [0.5, 0.5, 1]]  # condition 3e6
    yield gaussian_case("far, near collinear", 3, [0, 1, 2], line, [0.5, 1, 1], [[1, 0.999998, 0.25], [0.999998, 1, 0.25], [0.25, 0.25, 1]])
    yield gaussian_case("1e-09 apart, near collinear", 3, [0, 1, 2], line, [1e-9, 1, 2], near(line, 1e-9))


def mixture_density(m, x):
    return sum(w * exp(-((x - mu) ** 2) / (2 * v)) / sqrt(2 * pi * v) for w, mu, v in zip(*m))


def mixture_case(name, p, q):
    p, q = ([[mpf(v) for v in part] for part in m] for m in (p, q))
    ends = sorted({mu + s * sqrt(v) for m in (p, q) for _, mu, v in zip(*m) for s in (-40, -12, -6, -3, -1, 0, 1, 3, 6, 12, 40)})
    f, g = (lambda x, m=m: mixture_density(m, x) for m in (p, q))
    mp.dps = 50
    kl = quad(lambda x: f(x) * log(f(x) / g(x)) - f(x) + g(x), ends, maxdegree=8)
    again = quad(lambda x: f(x) * log(f(x) / g(x)), ends, maxdegree=9)
    mp.dps = 70
    assert abs(again / kl - 1) < 1e-15, (name, kl, again)
    as_numbers = [dict(zip(("weights", "means", "variances"), [[float(v) for v in part] for part in m])) for m in (p, q)]
    return {"name": name, "p": as_numbers[0], "q": as_numbers[1], "kl": float(kl)}


def mixture_cases():
    p = ([0.3, 0.7], [-2, 1.5], [0.5, 1.25])
    yield mixture_case("two and two", p, ([0.5, 0.5], [-1, 2], [1, 2]))
    yield mixture_case("two and one", p, ([1], [0], [4]))
    yield mixture_case("three peaks, far and narrow", ([0.25, 0.25, 0.5], [-100, 0, 300], [1e-4, 1, 1e-2]), ([0.5, 0.5], [0, 200], [1e4, 1e4]))
    yield mixture_case("1e-6 apart", p, ([0.3, 0.7], [-2 + 1e-6, 1.5], [0.5, 1.25 + 1e-6]))
    yield mixture_case("a rare component", ([0.999, 0.001], [0, 50], [1, 0.25]), ([0.5, 0.5], [0, 50], [1, 1]))


data = {
    "logExcess": log_excess(),
    "expExcess": exp_excess(),
    "discrete": [discrete_case(e, n) for n in (2, 5, 40) for e in (0.5, 1e-2, 1e-4, 1e-6, 1e-9, 1e-12)],
    "gaussians": list(gaussian_cases()),
    "mixtures": list(mixture_cases()),
}


def line(value):
    return json.dumps(value, separators=(",", ":"))


parts = [f'  "{name}": [\n' + ",\n".join("    " + line(row) for row in rows) + "\n  ]" for name, rows in data.items()]
OUT.write_text("{\n" + ",\n".join(parts) + "\n}\n")
print({name: len(rows) for name, rows in data.items()}, OUT.stat().st_size, "bytes")
for case in data["mixtures"]:
    print(case["name"], case["kl"])
