"""Photographs with known distortions, by NumPy, SciPy, scikit-image and Pillow: what `bench -- why` asks a model about.

why_distortions.py FOLDER < request.json

The request: {"photographs": [path, ...], "severities": {name: [group, [strength, ...]]}, "levels": [3, 4, 5], "pairs": n, "seed": n}. Writes PNG
files and labels.jsonl: {"file", "photograph", "distortions": [{"name", "group", "level"}, ...]}. Of each photograph there is one as it is, with an
empty list; one with each distortion, at one of the levels, drawn; and `pairs` with two distortions of different groups.
"""
import json
import pathlib
import sys

import numpy as np
import scipy.ndimage as ndimage
import skimage.color as color
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "test/degrade/golden"))
from picture_tools import correlate, curve, through_file, to_bytes

distortions = {}


def distortion(name):
    def register(function):
        distortions[name] = function
        return function
    return register


def smooth(values, sigma):
    return ndimage.gaussian_filter(values, (sigma, sigma, 0)[:values.ndim], mode="nearest")


def from_lab(lab):
    return np.nan_to_num(color.lab2rgb(lab))


@distortion("gaussian-blur")
def gaussian_blur(image, sigma, random):
    return to_bytes(smooth(image / 255, sigma))


@distortion("lens-blur")
def lens_blur(image, radius, random):
    half = int(np.ceil(radius))
    y, x = np.mgrid[-half:half + 1, -half:half + 1]
    return correlate(image, np.clip(radius + 0.5 - np.hypot(x, y), 0, 1))


@distortion("motion-blur")
def motion_blur(image, length, random):
    angle = random.uniform(0, np.pi)
    reach = int(np.ceil(length / 2)) + 1
    y, x = np.mgrid[-reach:reach + 1, -reach:reach + 1]
    end = np.array([np.cos(angle), np.sin(angle)])
    along = np.clip(x * end[0] + y * end[1], -(length - 1) / 2, (length - 1) / 2)
    return correlate(image, np.maximum(0, 1 - np.hypot(x - along * end[0], y - along * end[1])))


@distortion("color-diffusion")
def color_diffusion(image, factor, random):
    lab = color.rgb2lab(image / 255)
    lab[..., 1:] = factor * smooth(lab[..., 1:], 1.5 * factor + 2)
    return to_bytes(from_lab(lab))


@distortion("color-shift")
def color_shift(image, distance, random):
    direction = random.uniform(0, 2 * np.pi)
    gradient = np.hypot(*(ndimage.sobel(image @ (0.299, 0.587, 0.114), axis) for axis in (0, 1)))
    mask = smooth(gradient, 4)
    low, high = np.percentile(mask, (1, 99))
    mask = np.clip((mask - low) / (high - low), 0, 1)
    green = image[..., 1].astype(float)
    moved = ndimage.shift(green, (distance * np.sin(direction), distance * np.cos(direction)), order=1, mode="nearest")
    result = image.copy()
    result[..., 1] = np.rint(green + mask * (moved - green))
    return result


@distortion("color-saturation-hsv")
def color_saturation_hsv(image, factor, random):
    hsv = color.rgb2hsv(image / 255)
    if factor < 0:
        hsv[..., 0] = (hsv[..., 0] + 0.5) % 1
    hsv[..., 1] = np.clip(abs(factor) * hsv[..., 1], 0, 1)
    return to_bytes(color.hsv2rgb(hsv))


@distortion("color-saturation-lab")
def color_saturation_lab(image, factor, random):
    return to_bytes(from_lab(color.rgb2lab(image / 255) * (1, factor, factor)))


@distortion("jpeg2000")
def jpeg2000(image, ratio, random):
    return through_file(image, "JPEG2000", quality_mode="rates", quality_layers=[ratio], irreversible=True)


@distortion("jpeg")
def jpeg(image, quality, random):
    return through_file(image, "JPEG", quality=int(quality))


@distortion("white-noise")
def white_noise(image, variance, random):
    return to_bytes(image / 255 + np.sqrt(variance) * random.standard_normal(image.shape))


@distortion("white-noise-ycbcr")
def white_noise_ycbcr(image, variance, random):
    ycbcr = color.rgb2ycbcr(image / 255)
    ycbcr += np.sqrt(variance) * 255 * random.standard_normal(image.shape)
    return to_bytes(color.ycbcr2rgb(ycbcr))


@distortion("impulse-noise")
def impulse_noise(image, share, random):
    draws = random.random(image.shape)
    return np.where(draws < share / 2, 0, np.where(draws > 1 - share / 2, 255, image)).astype(np.uint8)


@distortion("multiplicative-noise")
def multiplicative_noise(image, variance, random):
    return to_bytes(image / 255 * (1 + np.sqrt(variance) * random.standard_normal(image.shape)))


@distortion("brighten")
def brighten(image, amount, random):
    lab = color.rgb2lab(image / 255)
    bright = curve([(0, 0), (0.5, 0.5 + amount / 2), (1, 1)])
    lab[..., 0] = 100 * bright(lab[..., 0] / 100)
    return to_bytes((2 * bright(image / 255) + from_lab(lab)) / 3)


@distortion("darken")
def darken(image, amount, random):
    return to_bytes(curve([(0, 0), (0.5, 0.5 - amount / 2), (1, 1)])(image / 255))


@distortion("mean-shift")
def mean_shift(image, amount, random):
    return to_bytes(image / 255 + random.choice([-1, 1]) * amount)


@distortion("jitter")
def jitter(image, deviation, random):
    height, width, _ = image.shape
    y, x = np.mgrid[:height, :width] + deviation * random.standard_normal((2, height, width))
    planes = [ndimage.map_coordinates(image[..., c].astype(float), (y, x), order=1, mode="nearest") for c in range(3)]
    return to_bytes(np.stack(planes, -1) / 255)


@distortion("non-eccentricity-patch")
def non_eccentricity_patch(image, count, random):
    result = image.copy()
    height, width, _ = image.shape
    side = min(height, width) // 14
    for _ in range(int(count)):
        top, left = random.integers(height - side), random.integers(width - side)
        from_top, from_left = np.clip(np.array([top, left]) + random.integers(-side // 2, side // 2 + 1, 2), 0, (height - side, width - side))
        result[top:top + side, left:left + side] = image[from_top:from_top + side, from_left:from_left + side]
    return result


@distortion("pixelate")
def pixelate(image, side, random):
    height, width, _ = image.shape
    small = Image.fromarray(image).resize((round(width / side), round(height / side)), Image.BOX)
    return np.asarray(small.resize((width, height), Image.NEAREST))


@distortion("quantization")
def quantization(image, count, random):
    """Lloyd's iteration over the histogram of all values."""
    counts = np.bincount(image.ravel(), minlength=256)
    values = np.arange(256)
    centers = np.percentile(image, (np.arange(int(count)) + 0.5) / int(count) * 100)
    for _ in range(50):
        nearest = abs(values[:, None] - centers).argmin(1)
        sums = np.bincount(nearest, counts, len(centers))
        centers = np.where(sums > 0, np.bincount(nearest, counts * values, len(centers)) / np.maximum(sums, 1), centers)
    return to_bytes(centers[abs(values[:, None] - centers).argmin(1)][image] / 255)


@distortion("color-block")
def color_block(image, count, random):
    result = image.copy()
    height, width, _ = image.shape
    side = min(height, width) // 7
    for _ in range(int(count)):
        top, left = random.integers(height - side), random.integers(width - side)
        result[top:top + side, left:left + side] = random.integers(256, size=3)
    return result


@distortion("high-sharpen")
def high_sharpen(image, amount, random):
    lab = color.rgb2lab(image / 255)
    lab[..., 0] += amount * (lab[..., 0] - smooth(lab[..., 0], 3))
    return to_bytes(from_lab(lab))


@distortion("linear-contrast-change")
def linear_contrast_change(image, magnitude, random):
    shift = random.choice([-1, 1]) * magnitude / 4
    return to_bytes(curve([(0, 0), (0.25, 0.25 - shift), (0.75, 0.75 + shift), (1, 1)])(image / 255))


@distortion("nonlinear-contrast-change")
def nonlinear_contrast_change(image, half, random):
    return to_bytes(0.5 + 2 * half * (image / 255 - 0.5))


def main(folder):
    request = json.load(sys.stdin)
    severities, levels, seed = request["severities"], request["levels"], request["seed"]
    names = sorted(severities)

    def distorted(image, chosen, random):
        for name, level in chosen:
            image = distortions[name](image, severities[name][1][level - 1], random)
        return image

    with open(f"{folder}/labels.jsonl", "w") as labels:
        for number, path in enumerate(request["photographs"]):
            image = np.asarray(Image.open(path).convert("RGB"))
            random = np.random.default_rng([seed, number])
            plan = [[]] + [[(name, int(random.choice(levels)))] for name in names]
            while len(plan) < 1 + len(names) + request["pairs"]:
                first, second = random.choice(names, 2, replace=False)
                if severities[first][0] != severities[second][0]:
                    plan.append([(str(name), int(random.choice(levels))) for name in (first, second)])
            for index, chosen in enumerate(plan):
                result = distorted(image, chosen, np.random.default_rng([seed, number, index]))
                file = f"{number}-{index}.png"
                Image.fromarray(result).save(f"{folder}/{file}", compress_level=1)
                facts = [{"name": name, "group": severities[name][0], "level": level} for name, level in chosen]
                labels.write(json.dumps({"file": file, "photograph": path, "distortions": facts}) + "\n")


main(sys.argv[1])
