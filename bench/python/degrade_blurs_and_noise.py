"""Blurs, colours, compression and noise, as a person would write them with PyTorch, SciPy, scikit-image, OpenCV and Pillow."""
import io

import cv2
import numpy as np
import scipy.ndimage as ndimage
import skimage.color as color
import torch
from PIL import Image

from degrade_parts import correlate, disc, from_tensor, from_unit, implement, lab_of, rgb_of, segment, smooth, to_tensor, to_unit


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
