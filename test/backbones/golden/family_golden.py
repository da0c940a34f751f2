"""What the golden scripts of families of backbones share: tiny instances of reference implementations, saved as their authors save them.

A file NAME.safetensors (or .pth) holds the weights in half precision; NAME.expected.safetensors what the reference computes from them in
float64: `embedding.HxW` of two images of stated pixels, and `gradient.TENSOR`, the gradient of the sum of embedding x (stated - 1/2) over
two images of one size with respect to every tensor, under the name and in the shape that the layout gives it.
"""
import json
import pathlib
import re
import tempfile

import torch
from safetensors.torch import load_file

from golden_step import pixels, write_safetensors
from stated_values import stated

FOLDER = pathlib.Path(__file__).with_name("families")
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
SYMMETRIC = ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])


def randomized(model, seed):
    """Weights that are exact in half precision, nothing 0 or 1; products keep the size of what they multiply."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        # constants of the architecture
        if not tensor.is_floating_point() or re.search(r"bias_mask|periods|freqs", name):
            continue
        draw = torch.rand(tensor.shape, generator=generator)
        if name.endswith("running_var") or (tensor.dim() == 1 and ("norm" in name or "bn" in name or "ln_" in name or "normalization" in name
                or "downsample.1" in name) and name.endswith("weight")):
            tensor.copy_(0.5 + draw)
        elif tensor.dim() < 2 or tensor.numel() == max(tensor.shape):
            tensor.copy_(0.6 * draw - 0.3)
        else:
            bound = (3 / (tensor[0].numel() if tensor.dim() != 3 else tensor.shape[-1])) ** 0.5
            tensor.copy_(bound * (2 * draw - 1) * (1.4 if tensor.dim() == 4 else 1))
        tensor.copy_(tensor.half().float())
    return model.eval().double()


def image(name, height, width, statistics):
    """float64 [2, 3, height, width]"""
    mean, deviation = (torch.tensor(part, dtype=torch.float64).view(1, 3, 1, 1) for part in statistics)
    return (pixels(name, 2, height, width).permute(0, 3, 1, 2).double() / 255 - mean) / deviation


def saved(model):
    """The tensors that transformers writes, under the names that it writes them."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return load_file(pathlib.Path(folder) / "model.safetensors")


def save(name, tensors, suffix="safetensors"):
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.{suffix}"
    halves = {key: value.detach().half().contiguous().clone() if value.is_floating_point() else value for key, value in tensors.items()}
    if suffix == "safetensors":
        write_half(path, halves)
    else:
        torch.save(halves, path)


def write_half(path, tensors):
    header, parts, offset = {}, [], 0
    types = {torch.float16: "F16", torch.int64: "I64", torch.bool: "BOOL"}
    for name, tensor in tensors.items():
        data = tensor.numpy().tobytes()
        header[name] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


def expect(name, embed, statistics, sizes, parameters=None, gradient_size=None, **further):
    """@param parameters by the layout's names; without them no gradients are written."""
    expected = {}
    with torch.no_grad():
        for height, width in sizes:
            expected[f"embedding.{height}x{width}"] = embed(image(f"image.{height}x{width}", height, width, statistics))
    if parameters is not None:
        embedding = embed(image("gradient", *gradient_size, statistics))
        weights = torch.from_numpy(stated("weights", embedding.numel())).view_as(embedding) - 0.5
        (embedding * weights).sum().backward()
        for key, parameter in parameters.items():
            if parameter.grad is not None:
                expected[f"gradient.{key}"] = parameter.grad
    expected.update(further)
    write_safetensors(FOLDER / f"{name}.expected.safetensors", {key: value.float() for key, value in expected.items()})
    print(name, {key: float(value.norm()) for key, value in expected.items() if key.startswith("embedding")})
