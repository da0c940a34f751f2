"""Writes paper-protocol.json: Pillow's bicubic resize, and SciPy's curve_fit of five parameters with the SRCC of its fitted values.

    python3 test/evaluate/golden/make_paper_protocol.py
"""
import json
import pathlib
import sys
import warnings

import numpy as np
from PIL import Image
from scipy.optimize import curve_fit
from scipy.stats import pearsonr, spearmanr

here = pathlib.Path(__file__).parent
sys.path[:0] = [str(here.parents[1] / "backbones/golden")]
from stated_values import stated

warnings.simplefilter("error")


def curve(x, b1, b2, b3, b4, b5):
    return b1 * (0.5 - 1 / (1 + np.exp(b2 * (x - b3)))) + b4 * x + b5


def rated(name, count, low, high, shape, noise):
    x = stated(name, count)
    y = low + (high - low) * np.clip(shape(x) + noise * (stated(name + ".noise", count) - 0.5), 0, 1)
    return x, y


CASES = {
    "rising, 1 to 5": rated("rising", 120, 1, 5, lambda x: 1 / (1 + np.exp(-8 * (x - 0.5))), 0.5),
    "falling, 0 to 1": rated("falling", 90, 0, 1, lambda x: 1 - x**2, 0.6),
    "0 to 10": rated("ten", 150, 0, 10, lambda x: 1 / (1 + np.exp(-6 * (x - 0.4))), 0.4),
}
golden = {"fits": [], "resized": []}
for name, (x, y) in CASES.items():
    parameters, _ = curve_fit(curve, x, y, p0=[y.max(), y.min(), x.mean(), 0.1, 0.1], maxfev=100000)
    fitted = curve(x, *parameters)
    golden["fits"].append({
        "name": name, "x": x.tolist(), "y": y.tolist(), "error": float(((fitted - y) ** 2).sum()),
        "srcc": float(spearmanr(fitted, y)[0]), "plcc": float(pearsonr(fitted, y)[0]), "honest": float(spearmanr(x, y)[0]),
    })
    print(name, parameters, golden["fits"][-1]["srcc"], golden["fits"][-1]["honest"])
for width, height, side in ((37, 23, 12), (20, 31, 26), (9, 50, 16)):
    values = np.floor(stated(f"{width}x{height}", width * height * 3) * 256).astype(np.uint8).reshape(height, width, 3)
    resized = Image.fromarray(values).resize((side, side), Image.BICUBIC)
    golden["resized"].append({"width": width, "height": height, "side": side, "data": np.asarray(resized).flatten().tolist()})
(here / "paper-protocol.json").write_text(json.dumps(golden) + "\n")
