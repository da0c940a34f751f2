"""Writes half_precision.json: float32 numbers and what NumPy makes of them in half precision, as bits in hexadecimal.

    python3 half_precision.py
"""
import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(16)
halves = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
finite = np.sort(halves[np.isfinite(halves)])
# halfway between neighbours, and the float32 numbers next to it
middles = ((finite[1:].astype(np.float64) + finite[:-1]) / 2).astype(np.float32)
chosen = rng.choice(middles, 600, replace=False)
small = rng.choice(middles[np.abs(middles) < 2.0**-14], 300, replace=False)
near = [np.nextafter(part, np.float32(sign * np.inf)) for part in (chosen, small) for sign in (-1, 1)]
edges = np.float32(
    [0, -0.0, 2**-24, 2**-25, -(2.0**-25), np.nextafter(np.float32(2**-25), np.float32(1)), 2**-26, 1e-45, 2**-14, 2**-14 - 2**-25,
     65504, 65519.996, 65520, -65520, 1e38, np.inf, -np.inf]
)
random = rng.integers(0, 2**32, 2000, dtype=np.uint32).view(np.float32)
values = np.concatenate([edges, finite[::97], chosen, small, *near, random[np.isfinite(random)]]).astype(np.float32)
with np.errstate(over="ignore"):
    rounded = values.astype(np.float16)
golden = {"single": values.view(np.uint8).tobytes().hex(), "half": rounded.view(np.uint8).tobytes().hex()}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=2) + "\n")
