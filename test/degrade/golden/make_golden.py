"""Independent results for the distortions that draw no noise and no places, on a small drawn crop.

Run with Debian's python3 (python3-scipy, python3-skimage, python3-opencv, python3-torch, python3-pil):
    python3 test/degrade/golden/make_golden.py
Writes beside this script golden.png, square tiles below each other, the first of them the crop, and golden.json, what each of the others is.
"""
import json
import pathlib
import sys

import numpy as np
from PIL import Image
from skimage.filters import threshold_multiotsu

sys.dont_write_bytecode = True
from oracles import made_by, oracles

SIDE = 48
CASES = [
    ("gaussian-blur", (0.6, 1.7, 5), {}),
    ("lens-blur", (1, 4.8, 8), {}),
    ("motion-blur", (3, 12), {"orientation": 0.4}),
    ("motion-blur", (12,), {"orientation": 2.9}),
    ("color-diffusion", (1.2, 2.8), {}),
    ("color-shift", (0.7, 2), {"direction": 0.5}),
    ("color-shift", (1.2,), {"direction": 4}),
    ("color-saturation-hsv", (0.75, 0.25, -0.4), {}),
    ("color-saturation-lab", (1.35, 3), {}),
    ("jpeg2000", (8, 37, 80), {}),
    ("jpeg", (90, 36, 5), {}),
    ("brighten", (0.2, 0.7), {}),
    ("darken", (0.15, 0.8), {}),
    ("mean-shift", (0.12,), {"sign": -1}),
    ("mean-shift", (0.12,), {"sign": 1}),
    ("pixelate", (1.9, 3, 6.5), {}),
    ("quantization", (3, 4, 11.5), {}),
    ("high-sharpen", (0.4, 5), {}),
    ("linear-contrast-change", (0.6,), {"sign": -1}),
    ("linear-contrast-change", (0.6,), {"sign": 1}),
    ("nonlinear-contrast-change", (0.2,), {}),
    ("webp", (85, 35, 1), {}),
    ("double-jpeg", (90, 36), {"offsetX": 1, "offsetY": 7}),
    ("downscale-upscale", (1.3, 2.6, 6.5), {}),
    ("chroma-subsampling", (3, 8.5), {}),
    ("banding", (5, 30), {}),
]


def draw_crop():
    """Dead leaves with shading and fine stripes: edges of every direction, saturated colours, smooth areas, detail."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:SIDE * 4, 0:SIDE * 4] / 4
    crop = np.ones((SIDE * 4, SIDE * 4, 3)) * 0.5
    for _ in range(160):
        radius = 14 * random.uniform(0.12, 1) ** 2
        cx, cy = random.uniform(0, SIDE, 2)
        inside = (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2
        angle, period = random.uniform(0, np.pi), random.uniform(2.5, 9)
        stripes = 1 + random.uniform(0, 0.4) * np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
        leaf = random.uniform(0.05, 0.95, 3) * stripes[..., None] * (0.8 + 0.4 * y[..., None] / SIDE)
        crop[inside] = leaf[inside]
    crop = crop.reshape(SIDE, 4, SIDE, 4, 3).mean((1, 3))
    return np.clip(np.rint(crop * 255), 0, 255).astype(np.uint8)


crop = draw_crop()
for count in (3, 4):  # Whose number of thresholds scikit-image can still try out.
    thresholds = threshold_multiotsu(crop.reshape(SIDE, -1), count)
    shown = oracles["quantization"](crop, count)
    assert all((shown[crop > t].min() > shown[crop <= t].max()) for t in thresholds), "the oracle of quantization"

cases, tiles = [], [crop]
for name, strengths, parameters in CASES:
    for strength in strengths:
        cases.append({"name": name, "strength": strength, "parameters": parameters, "oracle": made_by[name]})
        tiles.append(oracles[name](crop, strength, **parameters))
here = pathlib.Path(__file__).parent
content = {"made_by": pathlib.Path(__file__).name, "side": SIDE, "cases": cases}
(here / "golden.json").write_text(json.dumps(content, indent=2) + "\n")
Image.fromarray(np.concatenate(tiles)).save(here / "golden.png", optimize=True)
print(len(cases), "cases,", (here / "golden.png").stat().st_size, "bytes")
