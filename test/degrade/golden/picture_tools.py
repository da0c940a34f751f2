"""What scripts that make distorted pictures by SciPy and Pillow share: bytes from values, curves, kernels, and files in memory."""
import io

import numpy as np
import scipy.ndimage as ndimage
from PIL import Image
from scipy.interpolate import PchipInterpolator


def to_bytes(values):
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def curve(points):
    return PchipInterpolator(*zip(*points), extrapolate=True)


def correlate(image, kernel):
    kernel = kernel / kernel.sum()
    return to_bytes(np.stack([ndimage.correlate(image[..., c] / 255, kernel, mode="nearest") for c in range(3)], -1))


def through_file(image, *arguments, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, *arguments, **options)
    return np.asarray(Image.open(file).convert("RGB"))
