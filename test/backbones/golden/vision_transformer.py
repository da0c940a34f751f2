"""Writes vision_transformer.safetensors: a reduced CLIP vision transformer, its three losses and all gradients, by PyTorch's autograd.

Weights and pixels come from stated_values.py; everything is computed in float64 and stored as float32. `native` is a step at the
size of the positional embedding, `interpolated` one at another, with the other activation. Made with Debian 12's PyTorch 1.13:

    /usr/bin/python3 test/backbones/golden/vision_transformer.py
"""
import pathlib

import torch
import torch.nn.functional as F

from golden_step import losses, normalized, pixels, prompts, stated_parameter, write_safetensors
from transformer_blocks import blocks, layer_norm, stated_range

PATCH, SIDE, WIDTH, LAYERS, HEADS, EMBEDDING = 8, 32, 16, 3, 2, 12
PHOTOGRAPHS, LEVELS, PAIRS = 2, 2, 3


class Model:
    def __init__(self, activation):
        self.activation, self.parameters = activation, {}

    def parameter(self, name, shape):
        if name not in self.parameters:
            self.parameters[name] = stated_parameter(name, tuple(shape), *stated_range(name, shape)).requires_grad_()
        return self.parameters[name]

    def positions(self, rows, columns):
        cells = SIDE // PATCH
        embedding = self.parameter("visual.positional_embedding", (cells**2 + 1, WIDTH))
        grid = embedding[1:].view(1, cells, cells, WIDTH).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, size=(rows, columns), mode="bicubic", align_corners=False)
        return torch.cat([embedding[:1], grid.flatten(2)[0].transpose(0, 1)])

    def embed(self, image):
        patches = F.conv2d(normalized(image), self.parameter("visual.conv1.weight", (WIDTH, 3, PATCH, PATCH)), stride=PATCH)
        token = self.parameter("visual.class_embedding", (WIDTH,)).expand(len(patches), 1, WIDTH)
        x = torch.cat([token, patches.flatten(2).transpose(1, 2)], 1) + self.positions(*patches.shape[2:])
        x = blocks(self.parameter, layer_norm(self.parameter, x, "visual.ln_pre"), "visual.transformer", LAYERS, HEADS, self.activation)
        return layer_norm(self.parameter, x[:, 0], "visual.ln_post") @ self.parameter("visual.proj", (WIDTH, EMBEDDING))


fixture = {"prompts": prompts(PAIRS, EMBEDDING)}
for mode, side, activation in (("native", SIDE, "quick-gelu"), ("interpolated", 48, "gelu")):
    model = Model(activation)
    crops = pixels(f"crops.{mode}", PHOTOGRAPHS * (LEVELS + 1) * 2, side, side)
    values = losses(model.embed(crops), fixture["prompts"], PHOTOGRAPHS, LEVELS)
    values["loss"].backward()
    fixture.update({f"{mode}.{name}": value for name, value in values.items()})
    fixture.update({f"{mode}.gradient.{name}": parameter.grad for name, parameter in model.parameters.items()})
    print(mode, {name: float(value) for name, value in values.items()})
with torch.no_grad():
    for height, width in ((32, 32), (40, 56), (27, 61)):
        fixture[f"embedding.{height}x{width}"] = Model("quick-gelu").embed(pixels(f"image.{height}x{width}", 2, height, width))
write_safetensors(pathlib.Path(__file__).with_name("vision_transformer.safetensors"), fixture)
