"""Writes vision_transformer.safetensors: a reduced CLIP vision transformer, its three losses and all gradients, by PyTorch's autograd.

Weights and pixels come from stated_values.py; everything is computed in float64 and stored as float32. `native` is a step at the
size of the positional embedding, `interpolated` one at another, with the other activation. Made with Debian 12's PyTorch 1.13:

    /usr/bin/python3 test/backbones/golden/vision_transformer.py
"""
import pathlib

import torch

from golden_step import losses, normalized, pixels, prompts, stated_parameter, stated_range, write_safetensors
from reference_models import vision_transformer

PATCH, SIDE, WIDTH, LAYERS, HEADS, EMBEDDING = 8, 32, 16, 3, 2, 12
PHOTOGRAPHS, LEVELS, PAIRS = 2, 2, 3


class Tensors:
    def __init__(self, activation):
        self.activation, self.parameters = activation, {}

    def parameter(self, name, shape):
        if name not in self.parameters:
            self.parameters[name] = stated_parameter(name, tuple(shape), *stated_range(name, shape)).requires_grad_()
        return self.parameters[name]

    def embed(self, image):
        return vision_transformer(self.parameter, normalized(image), PATCH, SIDE, WIDTH, LAYERS, HEADS, EMBEDDING, self.activation)


fixture = {"prompts": prompts(PAIRS, EMBEDDING)}
for mode, side, activation in (("native", SIDE, "quick-gelu"), ("interpolated", 48, "gelu")):
    tensors = Tensors(activation)
    crops = pixels(f"crops.{mode}", PHOTOGRAPHS * (LEVELS + 1) * 2, side, side)
    values = losses(tensors.embed(crops), fixture["prompts"], PHOTOGRAPHS, LEVELS)
    values["loss"].backward()
    fixture.update({f"{mode}.{name}": value for name, value in values.items()})
    fixture.update({f"{mode}.gradient.{name}": parameter.grad for name, parameter in tensors.parameters.items()})
    print(mode, {name: float(value) for name, value in values.items()})
with torch.no_grad():
    for height, width in ((32, 32), (40, 56), (27, 61)):
        fixture[f"embedding.{height}x{width}"] = Tensors("quick-gelu").embed(pixels(f"image.{height}x{width}", 2, height, width))
write_safetensors(pathlib.Path(__file__).with_name("vision_transformer.safetensors"), fixture)
