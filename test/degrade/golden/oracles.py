"""Independent results of the distortions that draw nothing but parameters, by SciPy, scikit-image, OpenCV, PyTorch and Pillow.

`oracles[name](crop, strength, **parameters)` gives [height, width, 3] bytes; `made_by[name]` says what computed them.
"""
import cv2
import numpy as np
import scipy.ndimage as ndimage
import skimage.color as color
import torch
from PIL import Image

from picture_tools import correlate, curve, through_file, to_bytes

oracles = {}
made_by = {}


def oracle(name, tools):
    def register(function):
        oracles[name] = function
        made_by[name] = tools
        return function
    return register


def lab_to_rgb(lab):
    """Without the clipping of z < 0 in skimage.color.lab2xyz, which changes colours far outside sRGB before they are clipped for display."""
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], -1)
    return color.xyz2rgb(np.array([0.95047, 1, 1.08883]) * np.where(f > 6 / 29, f ** 3, 3 * (6 / 29) ** 2 * (f - 4 / 29)))


def smooth(values, sigma):
    return ndimage.gaussian_filter(values, (sigma, sigma, 0)[:values.ndim], mode="nearest", truncate=6)


def resize(values, size, kernel):
    planes = [Image.fromarray(values[..., c].astype(np.float32)).resize(size, kernel) for c in range(values.shape[-1])]
    return np.stack([np.asarray(plane) for plane in planes], -1)


def shrunk(crop, factor):
    return max(1, round(crop.shape[1] / factor)), max(1, round(crop.shape[0] / factor))


@oracle("gaussian-blur", "scipy.ndimage.gaussian_filter")
def gaussian_blur(crop, sigma):
    return to_bytes(smooth(crop / 255, sigma))


@oracle("lens-blur", "scipy.ndimage.correlate, disc by area")
def lens_blur(crop, radius):
    """Weights: the share of each pixel inside the circle, from 101 x 101 points."""
    half = int(np.ceil(radius - 0.5))
    fine = (np.arange((2 * half + 1) * 101) + 0.5) / 101 - half - 0.5
    inside = fine[:, None] ** 2 + fine[None, :] ** 2 <= radius ** 2
    return correlate(crop, inside.reshape(2 * half + 1, 101, 2 * half + 1, 101).mean((1, 3)))


@oracle("motion-blur", "scipy.ndimage.correlate, segment by distance")
def motion_blur(crop, length, orientation):
    """Weights: one minus the distance to the segment, where positive: the definition of MATLAB's fspecial('motion')."""
    half = (length - 1) / 2
    reach = int(np.ceil(half)) + 1
    y, x = np.mgrid[-reach:reach + 1, -reach:reach + 1]
    end = np.array([np.cos(orientation), np.sin(orientation)]) * half
    along = np.clip((x * end[0] + y * end[1]) / half ** 2, -1, 1)
    return correlate(crop, np.maximum(0, 1 - np.hypot(x - along * end[0], y - along * end[1])))


@oracle("color-diffusion", "skimage.color and scipy.ndimage.gaussian_filter")
def color_diffusion(crop, factor):
    lab = color.rgb2lab(crop / 255)
    lab[..., 1:] = factor * smooth(lab[..., 1:], 1.5 * factor + 2)
    return to_bytes(lab_to_rgb(lab))


@oracle("color-shift", "scipy.ndimage.shift, gaussian_filter and numpy.percentile")
def color_shift(crop, distance, direction):
    luma = crop @ (0.299, 0.587, 0.114)
    gradient = np.hypot(*(ndimage.correlate1d(luma, [-1, 0, 1], axis, mode="nearest") for axis in (0, 1)))
    mask = smooth(gradient, 4)
    low, high = np.percentile(mask, (1, 99))
    mask = np.clip((mask - low) / (high - low), 0, 1)
    green = crop[..., 1].astype(float)
    moved = ndimage.shift(green, (distance * np.sin(direction), distance * np.cos(direction)), order=1, mode="nearest")
    result = crop.copy()
    result[..., 1] = np.rint(green + mask * (moved - green))
    return result


@oracle("color-saturation-hsv", "skimage.color.rgb2hsv, hsv2rgb")
def color_saturation_hsv(crop, factor):
    hsv = color.rgb2hsv(crop / 255)
    if factor < 0:  # The complementary hue, of the same value, by hand: v - s v (1 - d) with d what hsv2rgb gives for s = 1.
        pure = color.hsv2rgb(np.stack([hsv[..., 0], np.ones_like(hsv[..., 0]), np.ones_like(hsv[..., 0])], -1))
        return to_bytes(hsv[..., 2:] * (1 - factor * hsv[..., 1:2] * (1 - pure)))
    return to_bytes(color.hsv2rgb(hsv * (1, factor, 1)))


@oracle("color-saturation-lab", "skimage.color.rgb2lab, xyz2rgb")
def color_saturation_lab(crop, factor):
    return to_bytes(lab_to_rgb(color.rgb2lab(crop / 255) * (1, factor, factor)))


@oracle("jpeg2000", "Pillow (OpenJPEG)")
def jpeg2000(crop, ratio):
    decompositions = max(0, min(5, int(np.log2(min(crop.shape[:2]) / 8))))
    header = 111 + 6 * decompositions  # the main header, which the ratio leaves out
    layers = [crop.size / (crop.size / ratio + header)]
    options = dict(quality_mode="rates", quality_layers=layers, irreversible=True, mct=1, num_resolutions=decompositions + 1)
    return through_file(crop, "JPEG2000", no_jp2=True, progression="RPCL", **options)


@oracle("jpeg", "Pillow (libjpeg-turbo)")
def jpeg(crop, quality):
    return through_file(crop, "JPEG", quality=quality, subsampling="4:2:0")


@oracle("brighten", "scipy PchipInterpolator and skimage.color")
def brighten(crop, amount):
    bright = curve([(0, 0), (0.5, 0.5 + amount / 2), (1, 1)])
    lab = color.rgb2lab(crop / 255)
    lab[..., 0] = 100 * bright(lab[..., 0] / 100)
    return to_bytes((2 * bright(crop / 255) + np.clip(lab_to_rgb(lab), 0, 1)) / 3)


@oracle("darken", "scipy PchipInterpolator")
def darken(crop, amount):
    return to_bytes(curve([(0, 0), (0.5, 0.5 - amount / 2), (1, 1)])(crop / 255))


@oracle("mean-shift", "torch")
def mean_shift(crop, amount, sign):
    return to_bytes((torch.from_numpy(crop / 255) + sign * amount).clamp(0, 1).numpy())


@oracle("pixelate", "scipy.ndimage.mean")
def pixelate(crop, side):
    rows, columns = [np.floor((np.arange(n) + 0.5) * max(1, round(n / side)) / n).astype(int) for n in crop.shape[:2]]
    blocks = rows[:, None] * (columns[-1] + 1) + columns
    means = [ndimage.mean(crop[..., c], blocks, np.arange(blocks.max() + 1)) for c in range(3)]
    return to_bytes(np.stack(means, -1)[blocks] / 255)


@oracle("quantization", "numpy, optimal classes by dynamic programming over a matrix of variances")
def quantization(crop, count):
    counts = np.bincount(crop.ravel(), minlength=256).astype(float)
    values = np.arange(256.0)
    error = np.full((257, 257), np.inf)
    for first in range(256):
        weight = np.cumsum(counts[first:])
        mean = np.cumsum((counts * values)[first:]) / np.maximum(weight, 1)
        error[first, first + 1:] = np.maximum(np.cumsum((counts * values ** 2)[first:]) - weight * mean ** 2, 0)

    def classes(number):
        least = np.where(np.arange(257) == 0, 0, np.inf)
        choices = []
        for _ in range(number):
            total = least[:, None] + error
            choices.append(total.argmin(0))
            least = total.min(0)
        table, end = np.zeros(256), 256
        for choice in reversed(choices):
            first = choice[end]
            inside = slice(first, end)
            table[inside] = np.average(values[inside], weights=counts[inside] + 1e-12)
            end = first
        return to_bytes(table[crop] / 255)

    border = round(count % 1 * crop.shape[0])
    return np.concatenate([classes(int(np.ceil(count)))[:border], classes(int(count))[border:]])


@oracle("high-sharpen", "cv2.GaussianBlur and skimage.color")
def high_sharpen(crop, amount):
    lab = color.rgb2lab(crop / 255)
    lightness = lab[..., 0].copy()
    lab[..., 0] += amount * (lightness - cv2.GaussianBlur(lightness, (31, 31), 3, borderType=cv2.BORDER_REPLICATE))
    return to_bytes(lab_to_rgb(lab))


@oracle("linear-contrast-change", "scipy PchipInterpolator")
def linear_contrast_change(crop, magnitude, sign):
    shift = sign * magnitude / 4
    return to_bytes(curve([(0, 0), (0.25, 0.25 - shift), (0.75, 0.75 + shift), (1, 1)])(crop / 255))


@oracle("nonlinear-contrast-change", "cv2.convertScaleAbs")
def nonlinear_contrast_change(crop, half):
    return cv2.convertScaleAbs(crop, alpha=2 * half, beta=(0.5 - half) * 255)


@oracle("webp", "Pillow (libwebp)")
def webp(crop, quality):
    return through_file(crop, "WEBP", quality=quality, method=0)


@oracle("double-jpeg", "Pillow (libjpeg-turbo)")
def double_jpeg(crop, quality, offsetX, offsetY):
    return jpeg(jpeg(np.pad(crop, ((offsetY, 0), (offsetX, 0), (0, 0)), mode="edge"), quality)[offsetY:, offsetX:], quality)


@oracle("downscale-upscale", "Pillow, bicubic")
def downscale_upscale(crop, factor):
    small = to_bytes(resize(crop, shrunk(crop, factor), Image.BICUBIC) / 255)
    return to_bytes(resize(small, crop.shape[1::-1], Image.BICUBIC) / 255)


@oracle("chroma-subsampling", "Pillow, box and bilinear, in YCbCr")
def chroma_subsampling(crop, factor):
    ycbcr = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
    planes = crop @ ycbcr.T
    small = resize(planes[..., 1:], shrunk(crop, factor), Image.BOX)
    planes[..., 1:] = resize(small, crop.shape[1::-1], Image.BILINEAR)
    return to_bytes(planes @ np.linalg.inv(ycbcr).T / 255)


@oracle("banding", "scipy.ndimage.gaussian_filter and numpy.interp")
def banding(crop, step):
    base = smooth(crop.astype(float), 3)
    detail = crop - base
    phases = np.arange(3) / 3
    x = np.arange(-2, 120, 1 / 64)
    steps = np.interp(base / step + phases, x, np.floor(x) + np.clip(8 * (x % 1) - 3.5, 0, 1)) - phases
    return to_bytes((steps * step + detail ** 3 / (detail ** 2 + 2 * step ** 2)) / 255)
