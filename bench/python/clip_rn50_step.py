"""Training steps of CLIP RN50 in PyTorch: what `npm run bench -- train --backbone clip-rn50 --vs pytorch` measures ours beside.

Normalisation uses frozen running statistics; its scale and bias are trained.
"""
import torch
import torch.nn.functional as F
from torch import nn

from training_step import serve

EMBEDDING = 1024


def unit(inputs, filters, kernel, stride=1):
    convolution = nn.Conv2d(inputs, filters, kernel, stride, kernel // 2, bias=False)
    nn.init.kaiming_normal_(convolution.weight)
    return nn.Sequential(convolution, nn.BatchNorm2d(filters))


class Bottleneck(nn.Module):
    def __init__(self, channels, inner, stride):
        super().__init__()
        self.first, self.second, self.third = unit(channels, inner, 1), unit(inner, inner, 3), unit(inner, inner * 4, 1)
        self.pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
        self.shortcut = unit(channels, inner * 4, 1) if stride > 1 or channels != inner * 4 else nn.Identity()
        self.shortcut_pool = self.pool if stride > 1 else nn.Identity()

    def forward(self, x):
        y = F.relu(self.second(F.relu(self.first(x))))
        return F.relu(self.third(self.pool(y)) + self.shortcut(self.shortcut_pool(x)))


class AttentionPool(nn.Module):
    """The mean of all positions asks; the mean and all positions answer."""

    def __init__(self, channels, heads, embedding):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(channels, channels) for _ in range(3))
        self.output = nn.Linear(channels, embedding)

    def forward(self, x):
        positions = x.flatten(2).transpose(1, 2)
        mean = positions.mean(1, keepdim=True)
        tokens = torch.cat([mean, positions], 1)

        def heads(y):
            return y.view(len(y), -1, self.heads, y.shape[-1] // self.heads).transpose(1, 2)

        q, k, v = heads(self.query(mean)), heads(self.key(tokens)), heads(self.value(tokens))
        attention = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        return self.output((attention @ v).transpose(1, 2).flatten(1))


class Tower(nn.Module):
    def __init__(self, width, blocks, heads, embedding):
        super().__init__()
        half = width // 2
        layers = [unit(3, half, 3, 2), nn.ReLU(), unit(half, half, 3), nn.ReLU(), unit(half, width, 3), nn.ReLU(), nn.AvgPool2d(2)]
        channels = width
        for stage, count in enumerate(blocks):
            for block in range(count):
                layers.append(Bottleneck(channels, width * 2**stage, 2 if stage > 0 and block == 0 else 1))
                channels = width * 2**stage * 4
        self.trunk, self.pool = nn.Sequential(*layers), AttentionPool(channels, heads, embedding)

    def forward(self, pixels):
        return self.pool(self.trunk(pixels))


if __name__ == "__main__":
    serve(lambda side: Tower(width=64, blocks=[3, 4, 6, 3], heads=32, embedding=EMBEDDING), EMBEDDING)
