"""What the distortions cost in Python: the same operations in PyTorch, SciPy, scikit-image, OpenCV and Pillow, one thread, uint8 in, uint8 out.

    python3 bench/python/degrade.py --side 224 --level 3 < strengths.json
Standard input: {"distortion name": strength}. Standard output: {"distortion name": {"library": milliseconds per crop}}.
Each function is what a person would write with that library; where two libraries offer an operation both are measured.
"""
import argparse
import io
import json
import math
import statistics
import sys
import time

import cv2
import numpy as np
import scipy.ndimage as ndimage
import skimage.color as color
import torch
import torch.nn.functional as functional
from PIL import Image
from scipy.interpolate import PchipInterpolator

torch.set_num_threads(1)
cv2.setNumThreads(1)

implementations = {}


def implement(name, library):
    def register(function):
        implementations.setdefault(name, {})[library] = function
        return function
    return register


def to_tensor(crop):
    return torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 255


def from_tensor(tensor):
    return (tensor.clamp(0, 1) * 255).round().to(torch.uint8)[0].permute(1, 2, 0).contiguous().numpy()


def to_unit(crop):
    return crop.astype(np.float32) / 255


def from_unit(values):
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def gaussian_kernel(sigma):
    reach = math.ceil(3 * sigma)
    kernel = torch.exp(-torch.arange(-reach, reach + 1).float() ** 2 / (2 * sigma * sigma))
    return kernel / kernel.sum()


def smooth(tensor, sigma):
    """Separable convolution per channel, borders continued."""
    kernel = gaussian_kernel(sigma)
    reach, channels = len(kernel) // 2, tensor.shape[1]
    padded = functional.pad(tensor, (reach,) * 4, mode="replicate")
    rows = functional.conv2d(padded, kernel.expand(channels, 1, 1, -1), groups=channels)
    return functional.conv2d(rows, kernel[:, None].expand(channels, 1, -1, 1), groups=channels)


def correlate(tensor, kernel):
    reach = kernel.shape[-1] // 2
    padded = functional.pad(tensor, (reach,) * 4, mode="replicate")
    return functional.conv2d(padded, kernel.expand(3, 1, *kernel.shape), groups=3)


def disc(radius):
    half = math.ceil(radius - 0.5)
    fine = (np.arange((2 * half + 1) * 11) + 0.5) / 11 - half - 0.5
    kernel = (fine[:, None] ** 2 + fine[None] ** 2 <= radius ** 2).reshape(2 * half + 1, 11, 2 * half + 1, 11).mean((1, 3))
    return (kernel / kernel.sum()).astype(np.float32)


def segment(length, angle):
    half = (length - 1) / 2
    reach = math.ceil(half) + 1
    y, x = np.mgrid[-reach:reach + 1, -reach:reach + 1]
    end = np.array([np.cos(angle), np.sin(angle)]) * half
    along = np.clip((x * end[0] + y * end[1]) / half ** 2, -1, 1)
    kernel = np.maximum(0, 1 - np.hypot(x - along * end[0], y - along * end[1]))
    return (kernel / kernel.sum()).astype(np.float32)


RGB_TO_XYZ = torch.tensor([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
WHITE = RGB_TO_XYZ.sum(1)


def lab_of(tensor):
    linear = torch.where(tensor > 0.04045, ((tensor + 0.055) / 1.055) ** 2.4, tensor / 12.92)
    xyz = torch.einsum("ij,njhw->nihw", RGB_TO_XYZ / WHITE[:, None], linear)
    f = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), 7.787 * xyz + 4 / 29)
    return torch.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def rgb_of(lab):
    fy = (lab[:, 0] + 16) / 116
    f = torch.stack([fy + lab[:, 1] / 500, fy, fy - lab[:, 2] / 200], 1)
    xyz = torch.where(f > 6 / 29, f ** 3, (f - 4 / 29) / 7.787)
    linear = torch.einsum("ij,njhw->nihw", torch.inverse(RGB_TO_XYZ / WHITE[:, None]), xyz).clamp(0, 1)
    return torch.where(linear > 0.0031308, 1.055 * linear.clamp(min=1e-6) ** (1 / 2.4) - 0.055, 12.92 * linear)


def curve(points):
    return PchipInterpolator(*zip(*points))


@implement("gaussian-blur", "PyTorch")
def _(crop, sigma):
    return from_tensor(smooth(to_tensor(crop), sigma))


@implement("gaussian-blur", "SciPy")
def _(crop, sigma):
    return from_unit(ndimage.gaussian_filter(to_unit(crop), (sigma, sigma, 0), mode="nearest"))


@implement("gaussian-blur", "OpenCV")
def _(crop, sigma):
    return cv2.GaussianBlur(crop, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


@implement("lens-blur", "PyTorch")
def _(crop, radius):
    return from_tensor(correlate(to_tensor(crop), torch.from_numpy(disc(radius))))


@implement("lens-blur", "SciPy")
def _(crop, radius):
    unit, kernel = to_unit(crop), disc(radius)
    return from_unit(np.stack([ndimage.correlate(unit[..., c], kernel, mode="nearest") for c in range(3)], -1))


@implement("lens-blur", "OpenCV")
def _(crop, radius):
    return cv2.filter2D(crop, -1, disc(radius), borderType=cv2.BORDER_REPLICATE)


@implement("motion-blur", "PyTorch")
def _(crop, length):
    return from_tensor(correlate(to_tensor(crop), torch.from_numpy(segment(length, 0.7))))


@implement("motion-blur", "OpenCV")
def _(crop, length):
    return cv2.filter2D(crop, -1, segment(length, 0.7), borderType=cv2.BORDER_REPLICATE)


@implement("color-diffusion", "PyTorch")
def _(crop, factor):
    lab = lab_of(to_tensor(crop))
    return from_tensor(rgb_of(torch.cat([lab[:, :1], factor * smooth(lab[:, 1:], 1.5 * factor + 2)], 1)))


@implement("color-diffusion", "OpenCV")
def _(crop, factor):
    lab = cv2.cvtColor(to_unit(crop), cv2.COLOR_RGB2LAB)
    lab[..., 1:] = factor * cv2.GaussianBlur(lab[..., 1:], (0, 0), 1.5 * factor + 2, borderType=cv2.BORDER_REPLICATE)
    return from_unit(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


@implement("color-shift", "SciPy")
def _(crop, distance):
    unit = to_unit(crop)
    luma = unit @ np.float32([0.299, 0.587, 0.114])
    edges = ndimage.gaussian_filter(np.hypot(*np.gradient(luma)), 4, mode="nearest")
    low, high = np.percentile(edges, (1, 99))
    mask = np.clip((edges - low) / (high - low), 0, 1)
    green = ndimage.shift(unit[..., 1], (distance * 0.6, distance * 0.8), order=1, mode="nearest")
    unit[..., 1] += (green - unit[..., 1]) * mask
    return from_unit(unit)


@implement("color-saturation-hsv", "scikit-image")
def _(crop, factor):
    return from_unit(color.hsv2rgb(color.rgb2hsv(to_unit(crop)) * np.float32([1, factor, 1])))


@implement("color-saturation-hsv", "OpenCV")
def _(crop, factor):
    hsv = cv2.cvtColor(to_unit(crop), cv2.COLOR_RGB2HSV)
    hsv[..., 1] *= factor
    return from_unit(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))


@implement("color-saturation-lab", "PyTorch")
def _(crop, factor):
    return from_tensor(rgb_of(lab_of(to_tensor(crop)) * torch.tensor([1, factor, factor])[:, None, None]))


@implement("color-saturation-lab", "scikit-image")
def _(crop, factor):
    return from_unit(color.lab2rgb(color.rgb2lab(to_unit(crop)) * np.float32([1, factor, factor])))


@implement("color-saturation-lab", "OpenCV")
def _(crop, factor):
    lab = cv2.cvtColor(to_unit(crop), cv2.COLOR_RGB2LAB) * np.float32([1, factor, factor])
    return from_unit(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


@implement("jpeg", "Pillow")
def _(crop, quality):
    file = io.BytesIO()
    Image.fromarray(crop).save(file, "JPEG", quality=round(quality))
    return np.asarray(Image.open(file))


@implement("jpeg", "OpenCV")
def _(crop, quality):
    _, file = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, round(quality)])
    return cv2.imdecode(file, cv2.IMREAD_COLOR)


@implement("jpeg2000", "Pillow")
def _(crop, ratio):
    file = io.BytesIO()
    Image.fromarray(crop).save(file, "JPEG2000", quality_mode="rates", quality_layers=[ratio], irreversible=True, mct=1)
    return np.asarray(Image.open(file))


@implement("white-noise", "PyTorch")
def _(crop, variance):
    tensor = to_tensor(crop)
    return from_tensor(tensor + torch.randn_like(tensor) * variance ** 0.5)


@implement("white-noise", "NumPy")
def _(crop, variance):
    return from_unit(to_unit(crop) + np.random.default_rng(1).standard_normal(crop.shape, np.float32) * np.float32(variance ** 0.5))


TO_YCBCR = torch.tensor([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])


@implement("white-noise-ycbcr", "PyTorch")
def _(crop, variance):
    ycbcr = torch.einsum("ij,njhw->nihw", TO_YCBCR, to_tensor(crop))
    return from_tensor(torch.einsum("ij,njhw->nihw", torch.inverse(TO_YCBCR), ycbcr + torch.randn_like(ycbcr) * variance ** 0.5))


@implement("impulse-noise", "PyTorch")
def _(crop, density):
    tensor = to_tensor(crop)
    draws = torch.rand_like(tensor)
    return from_tensor(torch.where(draws < density / 2, torch.zeros(()), torch.where(draws < density, torch.ones(()), tensor)))


@implement("impulse-noise", "NumPy")
def _(crop, density):
    draws = np.random.default_rng(1).random(crop.shape, np.float32)
    result = crop.copy()
    result[draws < density] = 255
    result[draws < density / 2] = 0
    return result


@implement("multiplicative-noise", "PyTorch")
def _(crop, variance):
    tensor = to_tensor(crop)
    return from_tensor(tensor * (1 + torch.randn_like(tensor) * variance ** 0.5))


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
