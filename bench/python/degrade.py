"""The cost of the distortions in Python: the same operations in PyTorch, SciPy, scikit-image, OpenCV and Pillow, uint8 in and out.

    python3 bench/python/degrade.py --side 224 < strengths.json
Standard input: {"distortion name": strength}. Standard output: {"distortion name": {"library": milliseconds per crop}}.
Each function is what a person would write with that library; where two libraries offer an operation both are measured.
"""
import argparse
import json
import statistics
import sys
import time

import cv2
import numpy as np

import degrade_blurs_and_noise  # noqa: F401  (enters its functions in the table)
import degrade_tones_and_places  # noqa: F401
from degrade_parts import implementations


def median_milliseconds(function, crop, strength, seconds):
    for _ in range(2):
        result = function(crop, strength)
    assert result.shape == crop.shape and result.dtype == np.uint8
    times, start = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        function(crop, strength)
        times.append(time.perf_counter() - before)
    return 1000 * statistics.median(times)


parser = argparse.ArgumentParser()
parser.add_argument("--side", type=int, default=224)
parser.add_argument("--seconds", type=float, default=0.3, help="for each function")
arguments = parser.parse_args()
strengths = json.load(sys.stdin)
noise = np.random.default_rng(3).integers(0, 256, (arguments.side // 4 + 1, arguments.side // 4 + 1, 3)).astype(np.uint8)
crop = np.ascontiguousarray(cv2.resize(noise, (arguments.side,) * 2, interpolation=cv2.INTER_CUBIC))
json.dump({
    name: {library: median_milliseconds(function, crop, strengths[name], arguments.seconds) for library, function in found.items()}
    for name, found in implementations.items() if name in strengths
}, sys.stdout)
