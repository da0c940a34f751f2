"""Writes adamw.safetensors: ten steps of PyTorch's clip_grad_norm_ and AdamW. Made with Debian 12's PyTorch 1.13:

    /usr/bin/python3 test/train/golden/adamw.py

Parameters start from, and gradients are, stated values (test/backbones/golden/stated_values.py). The first gradients are above
the clipping norm, the last ones below it. Everything in float64, stored as float32.
"""
import json
import pathlib
import sys

import numpy as np
import torch

folder = pathlib.Path(__file__).parent
sys.path.insert(0, str(folder.parent.parent / "backbones/golden"))
from stated_values import stated

SHAPES = {"matrix": (7, 5), "bias": (5,), "kernel": (3, 2, 3, 3)}
LEARNING_RATES = [1e-3 * (step + 1) / 10 for step in range(10)]


def tensor(name, shape, size):
    values = size * (2 * stated(name, int(np.prod(shape))) - 1)
    return torch.from_numpy(values.astype(np.float32).astype(np.float64).reshape(shape))


parameters = {name: tensor(name, shape, 1).requires_grad_() for name, shape in SHAPES.items()}
groups = [
    {"params": [parameters["matrix"], parameters["kernel"]], "weight_decay": 0.1},
    {"params": [parameters["bias"]], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), eps=1e-6)
tensors = {}
for step, learning_rate in enumerate(LEARNING_RATES):
    for name, parameter in parameters.items():
        # from far above the clipping norm of 1 to below it; one element always zero
        parameter.grad = tensor(f"{name}.gradient.{step}", SHAPES[name], 2.0 ** (1 - step))
        parameter.grad.view(-1)[0] = 0
    norm = torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.step()
    tensors[f"{step}.norm"] = norm
    for name, parameter in parameters.items():
        tensors[f"{step}.{name}"] = parameter.detach().clone()
for name, parameter in parameters.items():
    tensors[f"moment1.{name}"] = optimizer.state[parameter]["exp_avg"]
    tensors[f"moment2.{name}"] = optimizer.state[parameter]["exp_avg_sq"]

header, parts, offset = {}, [], 0
for name, value in tensors.items():
    data = value.contiguous().numpy().astype("<f4").tobytes()
    header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + len(data)]}
    parts.append(data)
    offset += len(data)
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
(folder / "adamw.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))
print({name: float(value) for name, value in tensors.items() if name.endswith("norm")})
