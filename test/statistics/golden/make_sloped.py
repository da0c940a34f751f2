"""Writes sloped.json: the five-parameter logistic curve that never falls, fitted by SciPy within the bounds of sloped-logistic-fit.ts.

    python3 test/statistics/golden/make_sloped.py
"""
import json
import pathlib
import sys

import numpy as np
from scipy import optimize, special

here = pathlib.Path(__file__).parent
sys.path[:0] = [str(here.parents[1] / "backbones/golden")]
from stated_values import stated


def curve(p, x):
    base, rise, middle, log_width, slope = p
    return base + rise * special.expit((x - middle) / np.exp(log_width)) + slope * x


def fit(x, y):
    low, span = x.min(), np.ptp(x)
    bounds = ([-np.inf, 0, low, np.log(span / 100), 0], [np.inf, np.inf, low + span, np.log(4 * span), np.inf])
    starts = [(y.min(), np.ptp(y), low + span * m, np.log(span * w), s) for m in (0.1, 0.3, 0.5, 0.7, 0.9) for w in (0.02, 0.1, 0.5, 2) for s in (1e-6, 1)]
    inside = lambda start: np.clip(start, np.array(bounds[0]) + 1e-9, np.array(bounds[1]) - 1e-9)
    exact = {"ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-14, "max_nfev": 5000}
    fits = [optimize.least_squares(lambda p: curve(p, x) - y, inside(start), bounds=bounds, **exact) for start in starts]
    return min(fits, key=lambda found: found.cost)


def case(name, count, shape, noise):
    x = stated(name, count)
    y = shape(x) + noise * (stated(name + ".noise", count) - 0.5)
    best = fit(x, y)
    return {"name": name, "x": x.round(6).tolist(), "y": y.round(6).tolist(), "rmse": float(np.sqrt(2 * best.cost / count))}


cases = [
    case("bent", 60, lambda x: 1 + 4 * special.expit((x - 0.6) / 0.05), 0.8),
    case("bent and rising", 80, lambda x: 20 + 30 * special.expit((x - 0.4) / 0.1) + 40 * x, 15),
    case("straight", 40, lambda x: 3 * x, 1),
    case("hardly rising", 50, lambda x: 0.3 * x, 2),
]
(here / "sloped.json").write_text(json.dumps({"cases": cases}) + "\n")
print([(own["name"], own["rmse"]) for own in cases])
