"""PSNR and SSIM of the crop at the top of golden.png against itself moved by one pixel, by scikit-image: the numbers in fidelity.test.ts."""
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

pristine = np.asarray(Image.open(Path(__file__).with_name('golden.png')).convert('RGB'))
pristine = pristine[:pristine.shape[1]]
moved = np.roll(pristine, 1, axis=1)
luma = [image @ np.array([0.299, 0.587, 0.114]) for image in (pristine, moved)]
_, similarity = structural_similarity(
    *luma, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, full=True
)
print(peak_signal_noise_ratio(pristine, moved), similarity.mean())
