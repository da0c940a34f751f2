"""Writes clip_resnet.safetensors: a reduced CLIP ModifiedResNet, its three losses and all gradients, by PyTorch's autograd.

Weights and pixels come from stated_values.py; everything is computed in float64 and stored as float32. Made with Debian 12's
PyTorch 1.13:

    /usr/bin/python3 test/backbones/golden/clip_resnet.py
"""
import pathlib

import torch

from golden_step import losses, normalized, pixels, prompts, stated_parameter, stated_range, write_safetensors
from reference_models import ResNet
from stated_values import stated

WIDTH, BLOCKS, HEADS, EMBEDDING = 4, [1, 2, 1, 1], 4, 16
PHOTOGRAPHS, LEVELS, SIDE, PAIRS = 2, 2, 64, 3


class Tensors:
    def __init__(self, buffers=None):
        self.parameters, self.buffers = {}, buffers

    def parameter(self, name, shape):
        if name not in self.parameters:
            self.parameters[name] = stated_parameter(name, tuple(shape), *stated_range(name, shape)).requires_grad_()
        return self.parameters[name]

    def model(self, positions_for=None):
        """With statistics of the batch, or with the given running ones; with a positional embedding for images of some side."""
        statistic = None if self.buffers is None else lambda name, channels: self.buffers[name]
        return ResNet(self.parameter, WIDTH, BLOCKS, HEADS, EMBEDDING, statistic, positions_for)


def running_statistics(statistics):
    """Those of the batch, disturbed: the network stays well conditioned, and its two normalizations differ."""
    buffers = {}
    for name, batch in statistics.items():
        draw = lambda kind: torch.from_numpy(stated(f"{name}.{kind}", len(batch["mean"])))
        buffers[name + ".running_mean"] = batch["mean"] + batch["var"].sqrt() * 0.4 * (draw("shift") - 0.5)
        buffers[name + ".running_var"] = batch["var"] * (0.75 + 0.5 * draw("stretch"))
    return {name: buffer.float().double() for name, buffer in buffers.items()}


fixture = {"prompts": prompts(PAIRS, EMBEDDING)}
crops = pixels("crops", PHOTOGRAPHS * (LEVELS + 1) * 2, SIDE, SIDE)
buffers = None
for mode in ("batch", "running"):
    tensors = Tensors(buffers)
    model = tensors.model()
    values = losses(model.embed(normalized(crops)), fixture["prompts"], PHOTOGRAPHS, LEVELS)
    values["loss"].backward()
    fixture.update({f"{mode}.{name}": value for name, value in values.items()})
    key_bias = tensors.parameters["visual.attnpool.k_proj.bias"].grad
    total = torch.cat([p.grad.flatten() for p in tensors.parameters.values()]).norm()
    assert key_bias.norm() < 1e-12 * total, "the key bias must not matter"
    for name, parameter in tensors.parameters.items():
        if name != "visual.attnpool.k_proj.bias":
            fixture[f"{mode}.gradient.{name}"] = parameter.grad
    for name, batch in model.statistics.items():
        fixture.update({f"statistic.{name}.running_{kind}": value for kind, value in batch.items()})
    print(mode, {name: float(value) for name, value in values.items()}, "gradient norm", float(total))
    if mode == "batch":
        buffers = running_statistics(model.statistics)
        fixture.update({f"buffer.{name}": buffer for name, buffer in buffers.items()})
with torch.no_grad():
    for height, width in ((64, 64), (45, 61), (77, 109)):
        image = normalized(pixels(f"image.{height}x{width}", 2, height, width))
        fixture[f"embedding.{height}x{width}"] = Tensors(buffers).model().embed(image)
        fixture[f"positions.{height}x{width}"] = Tensors(buffers).model(SIDE).embed(image)
write_safetensors(pathlib.Path(__file__).with_name("clip_resnet.safetensors"), fixture)
