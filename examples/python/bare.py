"""Scores photographs with the ONNX file, the shortest way: python3 bare.py MODEL_FOLDER PHOTO...

Photographs are taken as sRGB without a colour profile, of 8 bits; score.py reads what `antonym score` reads, for every kind of model.
"""

import json
import os
import sys

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before onnxruntime is imported, or it reports to its maker

import numpy
import onnxruntime
from PIL import Image, ImageOps


def tiles_of(width, height, most, least):
    """A grid of equal tiles of at most `most` pixels, as square as can be, none with a side below `least`."""
    columns = rows = 1
    while -(-width // columns) * -(-height // rows) > most:
        wider, higher = width // (columns + 1) >= least, height // (rows + 1) >= least
        if not (wider or higher):
            break
        if wider and (not higher or width / columns >= height / rows):
            columns += 1
        else:
            rows += 1
    x, y = [int(width * c / columns + 0.5) for c in range(columns + 1)], [int(height * r / rows + 0.5) for r in range(rows + 1)]
    return [(left, top, right, bottom) for top, bottom in zip(y, y[1:]) for left, right in zip(x, x[1:])]


def score(session, pixels, most, least):
    """0..1, higher is better: the mean of the tiles' scores, weighted by their pixels."""
    height, width, _ = pixels.shape
    if min(width, height) < least:
        raise ValueError(f"smaller than {least} pixels")
    total = 0
    for left, top, right, bottom in tiles_of(width, height, most, least):
        tile = numpy.ascontiguousarray(pixels[None, top:bottom, left:right])
        total += session.run(["score"], {"image": tile})[0].item() * (right - left) * (bottom - top)
    return total / (width * height)


folder, *photographs = sys.argv[1:]
description = json.load(open(f"{folder}/model.json"))
if "crops" in description or {"fixedSide", "sideMultiple"} & description["size"].keys():
    raise SystemExit("this model takes other tiles: use score.py")
session = onnxruntime.InferenceSession(f"{folder}/model.onnx", providers=["CPUExecutionProvider"])
failed = False
for path in photographs:
    try:
        pixels = numpy.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
        print(f"{score(session, pixels, description['largeImages']['maximumPixels'], description['size']['minimumSide']):.7f}  {path}")
    except (OSError, ValueError) as error:
        print(f"error: {path}: {error}", file=sys.stderr)
        failed = True
sys.exit(failed)
