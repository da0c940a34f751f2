"""Tone curves, shifts of place and sharpness, as a person would write them with the same libraries."""
import math

import cv2
import numpy as np
import skimage.color as color
import torch
import torch.nn.functional as functional

from degrade_parts import curve, from_tensor, from_unit, implement, lab_of, rgb_of, smooth, to_tensor, to_unit


def table_of(function):
    return from_unit(function(np.arange(256) / 255))


@implement("brighten", "scikit-image")
def _(crop, amount):
    bright = curve([(0, 0), (0.5, 0.5 + amount / 2), (1, 1)])
    lab = color.rgb2lab(to_unit(crop))
    lab[..., 0] = 100 * bright(lab[..., 0] / 100)
    return from_unit((2 * bright(to_unit(crop)) + color.lab2rgb(lab)) / 3)


@implement("brighten", "OpenCV")
def _(crop, amount):
    bright = curve([(0, 0), (0.5, 0.5 + amount / 2), (1, 1)])
    lab = cv2.cvtColor(to_unit(crop), cv2.COLOR_RGB2LAB)
    lab[..., 0] = np.interp(lab[..., 0], np.arange(0, 101, 0.1), 100 * bright(np.arange(0, 1.01, 0.001).clip(0, 1)))
    return from_unit((2 * cv2.LUT(crop, table_of(bright)) / np.float32(255) + cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)) / 3)


def add_tone_curve(name, function_of):
    @implement(name, "PyTorch")
    def _(crop, strength):
        knots = torch.from_numpy(function_of(strength)(np.arange(256) / 255).astype(np.float32))
        position = to_tensor(crop) * 255
        index = position.long().clamp(0, 254)
        return from_tensor(knots[index] + (knots[index + 1] - knots[index]) * (position - index))

    @implement(name, "OpenCV")
    def _(crop, strength):
        return cv2.LUT(crop, table_of(function_of(strength)))


add_tone_curve("darken", lambda amount: curve([(0, 0), (0.5, 0.5 - amount / 2), (1, 1)]))
add_tone_curve("linear-contrast-change", lambda m: curve([(0, 0), (0.25, 0.25 - m / 4), (0.75, 0.75 + m / 4), (1, 1)]))


@implement("mean-shift", "PyTorch")
def _(crop, amount):
    return from_tensor(to_tensor(crop) + amount)


@implement("mean-shift", "OpenCV")
def _(crop, amount):
    return cv2.convertScaleAbs(crop, alpha=1, beta=255 * amount)


@implement("nonlinear-contrast-change", "PyTorch")
def _(crop, half):
    return from_tensor(0.5 + 2 * half * (to_tensor(crop) - 0.5))


@implement("nonlinear-contrast-change", "OpenCV")
def _(crop, half):
    return cv2.convertScaleAbs(crop, alpha=2 * half, beta=255 * (0.5 - half))


@implement("jitter", "PyTorch")
def _(crop, deviation):
    side = crop.shape[0]
    grid = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing="xy"), -1)[None].float()
    grid = (grid + torch.randn_like(grid) * deviation + 0.5) * 2 / side - 1
    return from_tensor(functional.grid_sample(to_tensor(crop), grid, mode="nearest", padding_mode="border", align_corners=False))


@implement("jitter", "OpenCV")
def _(crop, deviation):
    side = crop.shape[0]
    noise = np.random.default_rng(1).standard_normal((2, side, side), np.float32) * np.float32(deviation)
    x, y = np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32))
    return cv2.remap(crop, x + noise[0], y + noise[1], cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)


@implement("non-eccentricity-patch", "NumPy")
def _(crop, count):
    result, random, side = crop.copy(), np.random.default_rng(1), max(1, crop.shape[0] // 14)
    for _ in range(round(count)):
        x, y = random.integers(side, crop.shape[1] - 2 * side), random.integers(side, crop.shape[0] - 2 * side)
        dx, dy = random.integers(-side, side + 1, 2)
        result[y:y + side, x:x + side] = crop[y + dy:y + dy + side, x + dx:x + dx + side]
    return result


@implement("pixelate", "PyTorch")
def _(crop, side):
    small = functional.adaptive_avg_pool2d(to_tensor(crop), round(crop.shape[0] / side))
    return from_tensor(functional.interpolate(small, size=crop.shape[:2], mode="nearest-exact"))


@implement("pixelate", "OpenCV")
def _(crop, side):
    small = cv2.resize(crop, (round(crop.shape[1] / side), round(crop.shape[0] / side)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, crop.shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT)


def optimal_table(crop, classes):
    """The quantiser of least squared error: dynamic programming over a matrix of the errors of all intervals of values."""
    counts, values = np.bincount(crop.ravel(), minlength=256).astype(float), np.arange(256.0)
    weight, first, second = (np.concatenate([[0], np.cumsum(counts * values ** power)]) for power in (0, 1, 2))
    weights = weight[None] - weight[:, None]
    error = (second[None] - second[:, None]) - (first[None] - first[:, None]) ** 2 / np.maximum(weights, 1)
    error[np.tril_indices(257)] = np.inf
    least, choices = np.where(np.arange(257) == 0, 0, np.inf), []
    for _ in range(classes):
        total = least[:, None] + error
        choices.append(total.argmin(0))
        least = total.min(0)
    table, end = np.zeros(256, np.uint8), 256
    for choice in reversed(choices):
        start = choice[end]
        table[start:end] = np.rint((first[end] - first[start]) / max(weight[end] - weight[start], 1))
        end = start
    return table


@implement("quantization", "NumPy")
def _(crop, count):
    few, more = (optimal_table(crop, classes)[crop] for classes in (math.floor(count), math.ceil(count)))
    border = round(count % 1 * crop.shape[0])
    return np.concatenate([more[:border], few[border:]])


@implement("color-block", "NumPy")
def _(crop, count):
    result, random, side = crop.copy(), np.random.default_rng(1), max(1, crop.shape[0] // 7)
    for _ in range(round(count)):
        x, y = random.integers(0, crop.shape[1] - side), random.integers(0, crop.shape[0] - side)
        result[y:y + side, x:x + side] = random.integers(0, 256, 3)
    return result


@implement("high-sharpen", "PyTorch")
def _(crop, amount):
    lab = lab_of(to_tensor(crop))
    lightness = lab[:, :1] + amount * (lab[:, :1] - smooth(lab[:, :1], 3))
    return from_tensor(rgb_of(torch.cat([lightness, lab[:, 1:]], 1)))


@implement("high-sharpen", "OpenCV")
def _(crop, amount):
    lab = cv2.cvtColor(to_unit(crop), cv2.COLOR_RGB2LAB)
    lab[..., 0] += amount * (lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 3, borderType=cv2.BORDER_REPLICATE))
    return from_unit(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))
