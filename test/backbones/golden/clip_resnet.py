"""Writes clip_resnet.safetensors: a reduced CLIP ModifiedResNet, its three losses and all gradients, by PyTorch's autograd.

An implementation of its own, in PyTorch's words and with full key and value projections of every position, after
Radford et al. 2021 (arXiv 2103.00020, section 2.4) and He et al. 2018 (arXiv 1812.01187, ResNet-D). Weights and pixels come
from stated_values.py; everything is computed in float64 and stored as float32. Made with Debian 12's PyTorch 1.13:

    /usr/bin/python3 test/backbones/golden/clip_resnet.py
"""
import math
import pathlib

import torch
import torch.nn.functional as F

from golden_step import losses, normalized, pixels, prompts, stated_parameter, write_safetensors
from stated_values import stated

WIDTH, BLOCKS, HEADS, EMBEDDING = 4, [1, 2, 1, 1], 4, 16
PHOTOGRAPHS, LEVELS, SIDE, PAIRS = 2, 2, 64, 3


class Model:
    def __init__(self, buffers=None):
        """With statistics of the batch, or with the given running ones."""
        self.training = buffers is None
        self.parameters, self.buffers, self.statistics = {}, dict(buffers or {}), {}

    def parameter(self, name, shape, low, high, kind="parameters"):
        table = getattr(self, kind)
        if name not in table:
            table[name] = stated_parameter(name, shape, low, high).requires_grad_(kind == "parameters")
        return table[name]

    def convolution(self, x, name, filters, kernel, stride=1):
        bound = math.sqrt(6 / (x.shape[1] * kernel**2))
        weight = self.parameter(name + ".weight", (filters, x.shape[1], kernel, kernel), -bound, bound)
        return F.conv2d(x, weight, stride=stride, padding=kernel // 2)

    def normalization(self, x, name):
        channels = x.shape[1]
        scale = self.parameter(name + ".weight", (channels,), 0.5, 1.5)
        bias = self.parameter(name + ".bias", (channels,), -0.2, 0.2)
        mean = self.parameter(name + ".running_mean", (channels,), -0.2, 0.2, "buffers")
        variance = self.parameter(name + ".running_var", (channels,), 0.25, 0.75, "buffers")
        if self.training:
            # ONNX keeps the population variance; PyTorch's own running statistics would keep the unbiased one
            self.statistics[name] = {"mean": x.detach().mean((0, 2, 3)), "var": x.detach().var((0, 2, 3), unbiased=False)}
            return F.batch_norm(x, None, None, scale, bias, training=True)
        return F.batch_norm(x, mean, variance, scale, bias, training=False)

    def unit(self, x, convolution, normalization, filters, kernel, stride=1):
        return self.normalization(self.convolution(x, convolution, filters, kernel, stride), normalization)

    def bottleneck(self, x, name, inner, stride):
        y = F.relu(self.unit(x, name + "conv1", name + "bn1", inner, 1))
        y = F.relu(self.unit(y, name + "conv2", name + "bn2", inner, 3))
        y = F.avg_pool2d(y, stride) if stride > 1 else y
        y = self.unit(y, name + "conv3", name + "bn3", inner * 4, 1)
        if stride > 1 or x.shape[1] != inner * 4:
            x = F.avg_pool2d(x, stride) if stride > 1 else x
            x = self.unit(x, name + "downsample.0", name + "downsample.1", inner * 4, 1)
        return F.relu(y + x)

    def linear(self, x, name, outputs):
        bound = math.sqrt(3 / x.shape[-1])
        weight = self.parameter(name + ".weight", (outputs, x.shape[-1]), -bound, bound)
        return F.linear(x, weight, self.parameter(name + ".bias", (outputs,), -0.1, 0.1))

    def attention_pool(self, x, name):
        batch, channels = x.shape[:2]
        positions = x.flatten(2).transpose(1, 2)
        tokens = torch.cat([positions.mean(1, keepdim=True), positions], 1)

        def by_head(y):
            return y.view(batch, -1, HEADS, channels // HEADS).transpose(1, 2)

        query = by_head(self.linear(tokens[:, :1], name + "q_proj", channels))
        key = by_head(self.linear(tokens, name + "k_proj", channels))
        value = by_head(self.linear(tokens, name + "v_proj", channels))
        attention = (query @ key.transpose(-1, -2) / math.sqrt(channels // HEADS)).softmax(-1)
        joined = (attention @ value).transpose(1, 2).reshape(batch, channels)
        return self.linear(joined, name + "c_proj", EMBEDDING)

    def embed(self, image):
        x = F.relu(self.unit(normalized(image), "visual.conv1", "visual.bn1", WIDTH // 2, 3, 2))
        x = F.relu(self.unit(x, "visual.conv2", "visual.bn2", WIDTH // 2, 3))
        x = F.relu(self.unit(x, "visual.conv3", "visual.bn3", WIDTH, 3))
        x = F.avg_pool2d(x, 2)
        for stage, blocks in enumerate(BLOCKS):
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                x = self.bottleneck(x, f"visual.layer{stage + 1}.{block}.", WIDTH * 2**stage, stride)
        return self.attention_pool(x, "visual.attnpool.")


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
    model = Model(buffers)
    values = losses(model.embed(crops), fixture["prompts"], PHOTOGRAPHS, LEVELS)
    values["loss"].backward()
    fixture.update({f"{mode}.{name}": value for name, value in values.items()})
    key_bias = model.parameters["visual.attnpool.k_proj.bias"].grad
    total = torch.cat([p.grad.flatten() for p in model.parameters.values()]).norm()
    assert key_bias.norm() < 1e-12 * total, "the key bias must not matter"
    for name, parameter in model.parameters.items():
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
        fixture[f"embedding.{height}x{width}"] = Model(buffers).embed(pixels(f"image.{height}x{width}", 2, height, width))
write_safetensors(pathlib.Path(__file__).with_name("clip_resnet.safetensors"), fixture)
