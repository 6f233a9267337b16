#!/usr/bin/env python3
"""Writes test/fixtures/exp-log.json: arguments of exp, log and log1p with their true values.

    pip install mpmath && python3 tools/generate-exp-log-fixture.py

For each function a flat list of triples (x, rounded, residual): `rounded` is the double nearest to the true value, and
`residual` = (true - rounded) / ulp(rounded) to 4 decimals, where ulp is the distance of doubles in the binade of `rounded`
(2^-1074 for subnormals). So the error of an answer y in ulp is |(y - rounded) / ulp - residual|. Deterministic: a rerun
leaves `git diff` empty.
"""
import json
import math
import random
import struct
from pathlib import Path
from mpmath import mp, mpf, exp, log, log1p

mp.prec = 250
OUT = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "exp-log.json"
MAX = math.ldexp(2 - 2**-52, 1023)
MIN_NORMAL = math.ldexp(1, -1022)
MIN = math.ldexp(1, -1074)


def bits(x):
    return struct.unpack("<q", struct.pack("<d", x))[0]


def from_bits(b):
    return struct.unpack("<d", struct.pack("<q", b))[0]


def steps(x, n):
    """The double n places from x > 0."""
    return from_bits(bits(x) + n)


def any_double(low, high):
    """Uniform over the doubles between two positive ones: every binade alike."""
    return from_bits(random.randint(bits(low), bits(high)))


def nearest(x):
    """The double nearest to an mpf, subnormals rounded once."""
    if x == 0:
        return 0.0
    e = max(int(mp.floor(mp.log(abs(x), 2))) - 52, -1074)
    n = int(mp.nint(mp.ldexp(x, -e)))  # to even on a tie
    return math.ldexp(n, e)


def triple(f, x):
    true = f(mpf(x))
    y = nearest(true)
    return [x, y, round(float((true - mpf(y)) / mpf(math.ulp(y))), 4) + 0.0]


def exp_arguments():
    step = math.log(2) / 128
    yield from (0.0, -0.0, 1.0, -1.0, 709.782712893384 - 1e-12, 709.0, -708.0, 708.0, -708.3964185322641, -745.1332191019411)
    yield from (steps(709.0, -1), steps(709.0, 1), -steps(708.0, -1), -steps(708.0, 1), steps(708.0, 1))
    for _ in range(400):
        yield random.uniform(-708, 709)
    for _ in range(300):
        yield random.uniform(-40, 0)
    for _ in range(150):
        yield random.uniform(-745.13, -700)
    for _ in range(50):
        yield random.uniform(700, 709.78)
    for _ in range(250):
        yield random.choice((-1, 1)) * any_double(2.0**-60, 1)
    for _ in range(20):
        yield random.choice((-1, 1)) * any_double(MIN, 2.0**-60)
    for _ in range(320):  # where the table index changes, and in the middle between
        k = random.choice((random.randint(-200, 200), random.randint(-130000, 130000)))
        yield (k + random.choice((0.5, 0.5, 0))) * step * (1 + random.randint(-4, 4) * 2**-52)


def log_arguments():
    yield from (1.0, 2.0, 0.5, 10.0, MIN, 3 * MIN, MIN_NORMAL, steps(MIN_NORMAL, -1), MAX, steps(MAX, -1), math.e)
    yield from (steps(1.0, n) for n in range(-40, 41))
    for _ in range(350):
        yield any_double(MIN_NORMAL, MAX)
    for _ in range(60):
        yield any_double(MIN, MIN_NORMAL)
    for _ in range(200):
        yield random.uniform(0.5, 2)
    for _ in range(250):
        yield random.uniform(0.99, 1.02)
    for _ in range(200):
        yield 1 + random.choice((-1, 1)) * any_double(2.0**-50, 2.0**-7)
    for _ in range(60):
        yield random.uniform(0, 1000)
    for _ in range(290):  # where the table index changes, in several binades
        edge = 1 + (random.randint(0, 127) + 0.5) / 128
        yield steps(math.ldexp(edge, random.choice((0, -1, 0, -1, 1, random.randint(-1000, 1000)))), random.randint(-2, 2))


def log1p_arguments():
    yield from (0.0, MIN, 1e-300, 1e-17, 1.0, 3.0, MAX, math.ldexp(1, 1023), math.ldexp(1, 53), MIN_NORMAL)
    for _ in range(250):
        yield any_double(MIN, MAX)
    for _ in range(350):
        yield any_double(2.0**-60, 2.0**-7)
    for _ in range(300):
        yield random.uniform(0, 1)
    for _ in range(150):
        yield random.uniform(0.003, 0.02)
    for _ in range(150):
        yield any_double(1, 2.0**60)
    for _ in range(290):
        edge = math.ldexp(1 + (random.randint(0, 127) + 0.5) / 128, random.choice((0, 0, 0, 1, 2, random.randint(0, 52)))) - 1
        yield steps(edge, random.randint(-2, 2))


random.seed(20261121)
cases = {"exp": (exp, exp_arguments), "log": (log, log_arguments), "log1p": (log1p, log1p_arguments)}
parts = []
for name, (f, arguments) in cases.items():
    triples = [triple(f, x) for x in arguments()]
    print(name, len(triples))
    parts.append(f'  "{name}": [\n' + ",\n".join("    " + json.dumps(t, separators=(",", ":"))[1:-1] for t in triples) + "\n  ]")
OUT.write_text("{\n" + ",\n".join(parts) + "\n}\n")
print(OUT.stat().st_size, "bytes")
