"""Golden numbers of isotonic regression by scikit-learn: python make_isotonic.py > isotonic.json"""
import json
import numpy
import sklearn
from sklearn.isotonic import IsotonicRegression

random = numpy.random.default_rng(7)
cases = []
for count, ties in [(12, False), (40, True), (60, False)]:
    x = random.uniform(0, 1, count)
    if ties:
        x = numpy.round(x, 1)
    y = 60 * x + random.normal(0, 15, count)
    at = numpy.linspace(-0.1, 1.1, 25)
    fitted = IsotonicRegression(out_of_bounds='clip').fit(x, y)
    cases.append({'x': x.tolist(), 'y': y.tolist(), 'at': at.tolist(), 'value': fitted.predict(at).tolist()})
print(json.dumps({'madeWith': {'scikit-learn': sklearn.__version__}, 'cases': cases}, indent=1))
