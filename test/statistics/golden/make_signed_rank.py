"""Golden p of Wilcoxon's signed-rank test from SciPy: exact, with ties by all permutations, and approximate. python make_signed_rank.py > signed-rank.json"""
import json

import numpy
from scipy import stats

random = numpy.random.default_rng(7)
cases = []


def add(differences, **options):
    result = stats.wilcoxon(differences, **options)
    positive = stats.rankdata(numpy.abs(differences[differences != 0]))[differences[differences != 0] > 0].sum()
    cases.append({'differences': differences.tolist(), 'positive': float(positive), 'p': float(result.pvalue)})


for size in (1, 2, 6, 20, 50):
    add(random.normal(0.3, 1, size), method='exact')
for size in (5, 9, 12):
    ties = random.integers(1, 4, size) * random.choice([-1.0, 1.0], size, p=[0.25, 0.75])
    add(ties, method=stats.PermutationMethod(n_resamples=10**7))
for size, shift in ((51, 0.1), (200, 0.2), (200, 2.0), (1000, 0.0)):
    add(random.normal(shift, 1, size), method='approx')
add(numpy.round(random.normal(0.2, 1, 120), 1), method='approx')
print(json.dumps(cases))
