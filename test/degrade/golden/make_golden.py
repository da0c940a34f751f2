"""Independent results for the distortions that draw nothing, by SciPy, scikit-image, OpenCV and PyTorch, on a small drawn crop.

Run with Debian's python3 (python3-scipy, python3-skimage, python3-opencv, python3-torch, python3-pil):
    python3 test/degrade/golden/make_golden.py
Writes beside this script golden.png, square tiles below each other, the first of them the crop, and golden.json, what each of the others is.
"""
import io
import json
import pathlib

import cv2
import numpy as np
import scipy.ndimage as ndimage
import skimage.color as color
import torch
from PIL import Image
from scipy.interpolate import PchipInterpolator
from skimage.filters import threshold_multiotsu

SIDE = 48


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


def to_bytes(values):
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def correlate(image, kernel):
    return np.stack([ndimage.correlate(image[..., c], kernel / kernel.sum(), mode="nearest") for c in range(3)], -1)


def disc(radius):
    """The share of each pixel inside the circle, from 101 x 101 points."""
    half = int(np.ceil(radius - 0.5))
    fine = (np.arange((2 * half + 1) * 101) + 0.5) / 101 - half - 0.5
    inside = fine[:, None] ** 2 + fine[None, :] ** 2 <= radius ** 2
    return inside.reshape(2 * half + 1, 101, 2 * half + 1, 101).mean((1, 3))


def segment(length, angle):
    """One minus the distance to the segment, where positive: the definition of MATLAB's fspecial('motion')."""
    half = (length - 1) / 2
    reach = int(np.ceil(half)) + 1
    y, x = np.mgrid[-reach:reach + 1, -reach:reach + 1]
    end = np.array([np.cos(angle), np.sin(angle)]) * half
    along = np.clip((x * end[0] + y * end[1]) / half ** 2, -1, 1)
    return np.maximum(0, 1 - np.hypot(x - along * end[0], y - along * end[1]))


def curve(points):
    return PchipInterpolator(*zip(*points), extrapolate=True)


def lab_to_xyz(lab):
    """Without the clipping of z < 0 in skimage.color.lab2xyz, which changes colours far outside sRGB before they are clipped for display."""
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], -1)
    return np.array([0.95047, 1, 1.08883]) * np.where(f > 6 / 29, f ** 3, 3 * (6 / 29) ** 2 * (f - 4 / 29))


crop = draw_crop()
unit = crop / 255.0
cases = []
tiles = [crop]


def add(name, strength, result, oracle, **parameters):
    cases.append({"name": name, "strength": strength, "parameters": parameters, "oracle": oracle})
    tiles.append(result)


for sigma in (0.6, 1.7, 5):
    smooth = ndimage.gaussian_filter(unit, (sigma, sigma, 0), mode="nearest", truncate=6)
    add("gaussian-blur", sigma, to_bytes(smooth), "scipy.ndimage.gaussian_filter")
for radius in (1, 4.8, 8):
    add("lens-blur", radius, to_bytes(correlate(unit, disc(radius))), "scipy.ndimage.correlate, disc by area")
for length, angle in ((3, 0.4), (12, 1.1), (12, 2.9)):
    add("motion-blur", length, to_bytes(correlate(unit, segment(length, angle))), "scipy.ndimage.correlate, segment by distance", orientation=angle)

lab = color.rgb2lab(unit)
for factor in (1.35, 3):
    scaled = lab * (1, factor, factor)
    add("color-saturation-lab", factor, to_bytes(color.lab2rgb(scaled)), "skimage.color.rgb2lab, lab2rgb")
for factor in (1, 3):
    diffused = lab.copy()
    for c in (1, 2):
        diffused[..., c] = factor * ndimage.gaussian_filter(lab[..., c], 1.5 * factor + 2, mode="nearest", truncate=6)
    add("color-diffusion", factor, to_bytes(color.lab2rgb(diffused)), "skimage.color and scipy.ndimage.gaussian_filter")
hsv = color.rgb2hsv(unit)
for factor in (0.75, 0.25):
    add("color-saturation-hsv", factor, to_bytes(color.hsv2rgb(hsv * (1, factor, 1))), "skimage.color.rgb2hsv, hsv2rgb")

for quality in (90, 36, 5):
    file = io.BytesIO()
    Image.fromarray(crop).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    add("jpeg", quality, np.asarray(Image.open(file)), "Pillow (libjpeg-turbo)")

for ratio in (8, 37, 80):
    file = io.BytesIO()
    header = 123  # the main header, which the ratio leaves out
    options = dict(quality_mode="rates", quality_layers=[crop.size / (crop.size / ratio + header)], irreversible=True, mct=1, num_resolutions=3)
    Image.fromarray(crop).save(file, "JPEG2000", no_jp2=True, progression="RPCL", **options)
    add("jpeg2000", ratio, np.asarray(Image.open(file)), "Pillow (OpenJPEG)")

for amount in (0.2, 0.7):
    bright = curve([(0, 0), (0.5, 0.5 + amount / 2), (1, 1)])
    lifted = lab.copy()
    lifted[..., 0] = 100 * bright(lab[..., 0] / 100)
    mixed = (2 * bright(unit) + np.clip(color.lab2rgb(lifted), 0, 1)) / 3
    add("brighten", amount, to_bytes(mixed), "scipy PchipInterpolator and skimage.color")
for amount in (0.15, 0.8):
    add("darken", amount, to_bytes(curve([(0, 0), (0.5, 0.5 - amount / 2), (1, 1)])(unit)), "scipy PchipInterpolator")
for sign in (-1, 1):
    add("mean-shift", 0.12, to_bytes((torch.from_numpy(unit) + sign * 0.12).clamp(0, 1).numpy()), "torch", sign=sign)
    shift = sign * 0.6 / 4
    tone = curve([(0, 0), (0.25, 0.25 - shift), (0.75, 0.75 + shift), (1, 1)])
    add("linear-contrast-change", 0.6, to_bytes(tone(unit)), "scipy PchipInterpolator", sign=sign)
add("nonlinear-contrast-change", 0.2, cv2.convertScaleAbs(crop, alpha=0.4, beta=0.3 * 255), "cv2.convertScaleAbs")

for side in (2, 3, 6):
    small = torch.nn.functional.avg_pool2d(torch.from_numpy(unit).permute(2, 0, 1)[None], side)
    large = torch.nn.functional.interpolate(small, size=(SIDE, SIDE), mode="nearest-exact")
    add("pixelate", side, to_bytes(large[0].permute(1, 2, 0).numpy()), "torch avg_pool2d and interpolate")
for count in (4, 3):
    classes = np.digitize(crop, threshold_multiotsu(crop.reshape(SIDE, -1), count), right=True)
    means = np.array([crop[classes == c].mean() for c in range(count)])
    add("quantization", count, to_bytes(means[classes] / 255), "skimage.filters.threshold_multiotsu")

for amount in (0.4, 5):
    sharp = lab.copy()
    smooth = cv2.GaussianBlur(lab[..., 0], (31, 31), 3, borderType=cv2.BORDER_REPLICATE)
    sharp[..., 0] += amount * (lab[..., 0] - smooth)
    add("high-sharpen", amount, to_bytes(color.xyz2rgb(lab_to_xyz(sharp))), "cv2.GaussianBlur and skimage.color")

def resize(values, width, height, kernel):
    return np.stack([np.asarray(Image.fromarray(values[..., c].astype(np.float32)).resize((width, height), kernel)) for c in range(values.shape[-1])], -1)


def through_file(image, *arguments, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, *arguments, **options)
    return np.asarray(Image.open(file).convert("RGB"))


for quality in (85, 35, 1):
    add("webp", quality, through_file(crop, "WEBP", quality=quality, method=0), "Pillow (libwebp)")
for quality, x, y in ((90, 1, 7), (36, 4, 3)):
    first = through_file(np.pad(crop, ((y, 0), (x, 0), (0, 0)), mode="edge"), "JPEG", quality=quality, subsampling="4:2:0")
    second = through_file(first[y:, x:], "JPEG", quality=quality, subsampling="4:2:0")
    add("double-jpeg", quality, second, "Pillow (libjpeg-turbo)", offsetX=x, offsetY=y)
for factor in (1.3, 2.6, 6.5):
    small = round(SIDE / factor)
    shrunk = to_bytes(resize(crop, small, small, Image.BICUBIC) / 255)
    add("downscale-upscale", factor, to_bytes(resize(shrunk, SIDE, SIDE, Image.BICUBIC) / 255), "Pillow, bicubic")
ycbcr = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
for factor in (3, 8.5):
    small = round(SIDE / factor)
    planes = crop @ ycbcr.T
    planes[..., 1:] = resize(resize(planes[..., 1:], small, small, Image.BOX), SIDE, SIDE, Image.BILINEAR)
    add("chroma-subsampling", factor, to_bytes(planes @ np.linalg.inv(ycbcr).T / 255), "Pillow, box and bilinear, in YCbCr")
for step in (5, 30):
    base = ndimage.gaussian_filter(crop.astype(float), (3, 3, 0), mode="nearest", truncate=6)
    detail = crop - base
    phases = np.arange(3) / 3
    x = np.arange(-2, 120, 1 / 64)
    steps = np.interp(base / step + phases, x, np.floor(x) + np.clip(8 * (x % 1) - 3.5, 0, 1)) - phases
    add("banding", step, to_bytes((steps * step + detail ** 3 / (detail ** 2 + 2 * step ** 2)) / 255), "scipy.ndimage.gaussian_filter and numpy.interp")

here = pathlib.Path(__file__).parent
content = {"made_by": pathlib.Path(__file__).name, "side": SIDE, "cases": cases}
(here / "golden.json").write_text(json.dumps(content, indent=2) + "\n")
Image.fromarray(np.concatenate(tiles)).save(here / "golden.png", optimize=True)
print(len(cases), "cases,", (here / "golden.png").stat().st_size, "bytes")
