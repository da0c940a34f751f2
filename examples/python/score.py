"""Scores photographs with an exported model, of 0 to 1, higher is better: python3 score.py --model FOLDER PHOTO..."""

import argparse
import io
import json
import os
import re
import struct
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
        refuse_unfaithful(file, path)
        profile = file.info.get("icc_profile")
        white_is_zero = getattr(file, "tag_v2", {}).get(262) == 0  # Pillow heeds it in pictures of 8 bits alone
        image = ImageOps.exif_transpose(file)
    if image.mode == "F":
        raise ValueError("its samples are floating-point numbers, and what is white is not known")
    if image.mode.startswith("I"):  # Pillow turns 16 bits into white; the upper 8 are what antonym takes
        samples = numpy.asarray(image)
        if samples.min() < 0 or samples.max() > 65535:
            raise ValueError("its samples have 32 bits, and what is white is not known")
        image = Image.fromarray((samples >> 8).astype(numpy.uint8))
        if white_is_zero:
            image = ImageOps.invert(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    if profile and image.mode in ("RGB", "L", "CMYK"):
        try:
            embedded, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, embedded, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):  # a damaged profile, or one of other colors, counts as none
            pass
    return numpy.asarray(image.convert("RGB"))


def refuse_unfaithful(file, path):
    """Raises an error for a picture that Pillow shows otherwise than antonym reads it."""
    tags = getattr(file, "tag_v2", {})  # of TIFF
    if file.mode == "LAB" or 2 in tags.get(339, ()):
        raise ValueError("its colors are CIELAB, or its samples are signed: convert it to RGB")
    if tags.get(254, 0) & 1 or (tags.get(284) == 2 and max(tags.get(258, (8,))) > 8):
        raise ValueError("its first picture is a reduced one, or has planes of 16 bits: save the whole one as PNG")
    if tags and max(tags.get(258, (1,))) not in (1, 2, 4, 8, 16):
        raise ValueError("its samples have another number of bits than 1, 2, 4, 8 or 16: save it with 8 or 16")
    description = str(tags.get(270, ""))
    named = r"^channels=(\d+)" if description.startswith("ImageJ=") else r'<Pixels\b[^>]*\bSizeC="(\d+)"'
    channels = re.search(named, description, re.MULTILINE)
    if channels and int(channels[1]) > 1 and tags.get(277, 1) == 1 and file.n_frames > 1:
        raise ValueError("each of its channels is a page of its own, and one alone is not the picture: convert it to RGB")
    with open(path, "rb") as content:
        head = content.read(65536)
    if file.format == "PNG" and states_colors(file.info, head):
        raise ValueError("it states another gamma, primaries or coding than sRGB, which Pillow does not apply: convert it to sRGB")
    points = head.find(b"colrnclx") + 8
    if file.format == "AVIF" and "icc_profile" not in file.info and points >= 8:
        primaries, transfer = struct.unpack(">HH", head[points : points + 4])
        if primaries not in (1, 2) or transfer not in (1, 2, 6, 13, 14, 15):
            raise ValueError("its colors are coded otherwise than those of sRGB, which Pillow does not apply: convert it to sRGB")
    if file.format == "BMP" and head[14:18] == b"\x7c\0\0\0" and head[70:74] == b"DEBM":
        raise ValueError("it has a color profile, which Pillow does not apply: save it as PNG")


def states_colors(info, head):
    """True for a PNG with other colors than those of sRGB that no profile states."""
    if b"cICP" in head.split(b"IDAT")[0]:
        return True
    gamma = info.get("gamma", 0)
    if gamma == 0 or "icc_profile" in info or "srgb" in info:
        return False
    srgb = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
    primaries = info.get("chromaticity", srgb)
    return abs(2.2 * gamma - 1) > 0.05 or any(abs(value - other) > 0.001 for value, other in zip(primaries, srgb))


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
