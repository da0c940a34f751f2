"""Parts of the distortions in Python: conversions, filters and colour spaces, and the table that functions enter themselves in."""
import math

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
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
