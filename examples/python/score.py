"""Scores photographs with an exported model, of 0 to 1, higher is better: python3 score.py --model FOLDER PHOTO..."""

import argparse
import io
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before onnxruntime is imported, or it reports to its maker

import numpy
import onnxruntime
from PIL import Image, ImageCms, ImageOps

from tiles import parts_of


def load_pixels(path):
    """uint8 [height, width, 3]: upright, in sRGB, transparent parts over white."""
    with Image.open(path) as file:
        profile = file.info.get("icc_profile")
        image = ImageOps.exif_transpose(file)
    if image.mode == "F":
        raise ValueError("its samples are floating-point numbers, and what is white is not known")
    if image.mode.startswith("I"):  # Pillow turns 16 bits into white; the upper 8 are what antonym takes
        samples = numpy.asarray(image)
        if samples.min() < 0 or samples.max() > 65535:
            raise ValueError("its samples have 32 bits, and what is white is not known")
        image = Image.fromarray((samples >> 8).astype(numpy.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    if profile and image.mode in ("RGB", "L", "CMYK"):
        embedded, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(image, embedded, srgb, outputMode="RGB")
    return numpy.asarray(image.convert("RGB"))


def score(session, description, pixels):
    """The mean over the parts of an image that model.json asks for, by their weights."""
    height, width, _ = pixels.shape
    total = weights = 0
    for left, top, part_width, part_height, weight in parts_of(width, height, description):
        part = numpy.ascontiguousarray(pixels[None, top : top + part_height, left : left + part_width])
        (scores,) = session.run(["score"], {"image": part})
        total += float(scores[0]) * weight
        weights += weight
    return total / weights


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a folder with model.onnx and model.json")
    parser.add_argument("photos", nargs="+")
    arguments = parser.parse_args()
    description = json.loads((arguments.model / "model.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(str(arguments.model / "model.onnx"), providers=["CPUExecutionProvider"])
    failed = False
    for path in arguments.photos:
        try:
            print(f"{score(session, description, load_pixels(path)):.7f}  {path}")
        except Exception as error:  # one bad file never ends the others
            failed = True
            print(f"error: {path}: {error}", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
