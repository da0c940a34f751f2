"""Writes convolution_gradients.json: gradients of torch.nn.functional.conv2d by its input and by its weights, with PyTorch's autograd.

    python3 convolution_gradients.py

X, W and dY are whole numbers from -4 to 4, stated by name (../../backbones/golden/stated_values.py), so that gradients are whole numbers too.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

here = Path(__file__).parent
sys.path.insert(0, str(here.parent.parent / "backbones" / "golden"))
from stated_values import stated  # noqa: E402

# name: shape of X, filters, kernel, strides, pads (top, left, bottom, right), dilations, groups
CASES = {
    "plain": ([2, 2, 5, 6], 3, [3, 2], [1, 1], [0, 0, 0, 0], [1, 1], 1),
    "padded on all sides": ([2, 2, 5, 5], 3, [3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1),
    "asymmetric pads": ([1, 2, 5, 6], 3, [3, 3], [1, 1], [0, 2, 1, 0], [1, 1], 1),
    "pads beyond the kernel": ([1, 2, 4, 4], 2, [2, 2], [1, 1], [3, 2, 0, 3], [1, 1], 1),
    "strides": ([2, 2, 7, 8], 3, [3, 3], [2, 3], [0, 0, 0, 0], [1, 1], 1),
    "strides and asymmetric pads": ([1, 2, 7, 8], 3, [3, 2], [2, 3], [1, 0, 2, 1], [1, 1], 1),
    "strides beyond the kernel": ([1, 3, 7, 7], 2, [1, 1], [3, 2], [0, 0, 0, 0], [1, 1], 1),
    "dilations": ([1, 2, 7, 8], 3, [3, 2], [1, 1], [1, 1, 0, 2], [2, 3], 1),
    "groups": ([2, 4, 5, 5], 6, [3, 3], [1, 1], [1, 0, 1, 1], [1, 1], 2),
    "a group for each channel": ([2, 4, 6, 6], 4, [3, 3], [2, 2], [1, 1, 1, 1], [1, 1], 4),
    "everything": ([1, 4, 9, 10], 4, [3, 2], [2, 1], [2, 1, 0, 1], [2, 3], 2),
    "patches that leave a border": ([2, 3, 7, 9], 4, [3, 4], [3, 4], [0, 0, 0, 0], [1, 1], 1),
    "several tiles of 4x4": ([2, 4, 9, 6], 4, [3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1),
}


def whole_numbers(name, shape):
    return torch.from_numpy(np.floor(9 * stated(name, int(np.prod(shape)))).reshape(shape) - 4)


def golden(name, shape, filters, kernel, strides, pads, dilations, groups):
    x = whole_numbers(name + ".x", shape).requires_grad_()
    w = whole_numbers(name + ".w", [filters, shape[1] // groups, *kernel]).requires_grad_()
    top, left, bottom, right = pads
    y = F.conv2d(F.pad(x, (left, right, top, bottom)), w, stride=strides, dilation=dilations, groups=groups)
    dx, dw = torch.autograd.grad(y, [x, w], whole_numbers(name + ".dy", list(y.shape)))
    numbers = lambda tensor: [int(value) for value in tensor.flatten()]
    return {
        "name": name,
        "x": shape,
        "w": list(w.shape),
        "dy": list(y.shape),
        "attributes": {"kernel_shape": kernel, "strides": strides, "pads": pads, "dilations": dilations, "group": groups},
        "dx": numbers(dx),
        "dw": numbers(dw),
    }


cases = [golden(name, *case) for name, case in CASES.items()]
lines = ",\n    ".join(json.dumps(case) for case in cases)
text = f'{{\n  "torch": "{torch.__version__.split("+")[0]}",\n  "cases": [\n    {lines}\n  ]\n}}\n'
(here / "convolution_gradients.json").write_text(text)
