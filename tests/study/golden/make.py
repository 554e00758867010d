#!/usr/bin/env python3
"""Golden values of the statistics of studies, from SciPy and statsmodels.

  pip install scipy statsmodels
  python3 tests/study/golden/make.py > tests/study/golden/statistics.json
"""
import json
import math

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower


def number(x):
    x = float(x)
    return x if math.isfinite(x) else None


def samples(random):
    """Pairs of lists: tiny, with ties, with zeros, large."""
    for n in (2, 3, 4, 5, 8, 10, 13, 14, 20, 50, 51):
        yield random.normal(0.3, 1.0, n).round(6), random.normal(0.0, 1.0, n).round(6)
    for n in (3, 5, 9, 13, 14, 30, 60):  # few values: ties and zeros
        yield random.integers(0, 5, n).astype(float), random.integers(0, 4, n).astype(float)
    yield np.array([0.25, 0.5]), np.array([0.0, 0.75])
    yield np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, 3.0])


def paired(a, b):
    d = a - b
    n = len(d)
    t = stats.ttest_rel(a, b)
    interval = t.confidence_interval(0.95)
    m = n - 1
    correction = (math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2)
                  if m > 1 else math.nan)
    effect = d.mean() / d.std(ddof=1)
    return {"a": a.tolist(), "b": b.tolist(), "mean": number(d.mean()), "low": number(interval.low),
            "high": number(interval.high), "t_p": number(t.pvalue),
            "wilcoxon_p": number(stats.wilcoxon(d, correction=False).pvalue),
            "effect": number(effect * correction)}


def main():
    random = np.random.default_rng(7)
    power = TTestPower()
    families = [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9, 1e-9, 0.04], [0.05] * 6]
    tables = [random.normal(size=(5, 3)).round(4), random.integers(0, 4, (6, 4)).astype(float),
              random.normal(size=(12, 7)).round(4)]
    golden = {
        "made_with": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
        "paired": [paired(a, b) for a, b in samples(random)],
        "holm": [{"p": p, "adjusted": [number(x) for x in multipletests(p, method="holm")[1]]}
                 for p in families],
        "friedman": [{"scores": t.tolist(), "p": number(stats.friedmanchisquare(*t.T).pvalue),
                      "average": [number(x) for x in stats.rankdata(-t, axis=1).mean(axis=0)]}
                     for t in tables],
        "power": [{"effect": e, "n": n,
                   "power": number(power.power(e, n, 0.05, alternative="two-sided"))}
                  for e in (0.1, 0.5, 0.8, 1.5) for n in (2, 3, 5, 10, 50)
                  if (e, n) != (1.5, 50)],  # its noncentral t is NaN there
        "needed": [{"effect": e,
                    "n": math.ceil(power.solve_power(e, power=0.8, alpha=0.05) - 1e-9)}
                   for e in (0.2, 0.35, 0.5, 0.8, 1.2)],
        "nemenyi": [number(stats.studentized_range.ppf(0.95, k, math.inf) / math.sqrt(2))
                    for k in range(2, 31)],
    }
    print(json.dumps(golden, indent=1))


main()
