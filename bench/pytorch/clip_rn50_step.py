"""Speed and memory of a training step of CLIP RN50 in PyTorch on the CPU, to put beside `npm run bench -- train --backbone clip-rn50`.

The same step: uint8 crops in, the whole image tower with attention pooling, cosine similarities to prompts, the three losses over
groups of 2 (levels + 1) crops, backward, clipping by global norm, AdamW. Normalisation uses frozen running statistics; its scale
and bias are trained. Random weights: they change no time. Needs PyTorch and NumPy (Debian: python3-torch):

    python3 bench/pytorch/clip_rn50_step.py --levels 4 --photographs 1
"""
import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, BLOCKS, HEADS, EMBEDDING, PAIRS = 64, [3, 4, 6, 3], 32, 1024, 7
MEAN, DEVIATION = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
MARGIN_CONSISTENCY, MARGIN_RANK = 2.5e-3, 6.75e-2


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

    def __init__(self, channels):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(channels, channels) for _ in range(3))
        self.output = nn.Linear(channels, EMBEDDING)

    def forward(self, x):
        positions = x.flatten(2).transpose(1, 2)
        mean = positions.mean(1, keepdim=True)
        tokens = torch.cat([mean, positions], 1)

        def heads(y):
            return y.view(len(y), -1, HEADS, y.shape[-1] // HEADS).transpose(1, 2)

        q, k, v = heads(self.query(mean)), heads(self.key(tokens)), heads(self.value(tokens))
        attention = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        return self.output((attention @ v).transpose(1, 2).flatten(1))


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        half = WIDTH // 2
        layers = [unit(3, half, 3, 2), nn.ReLU(), unit(half, half, 3), nn.ReLU(), unit(half, WIDTH, 3), nn.ReLU(), nn.AvgPool2d(2)]
        channels = WIDTH
        for stage, count in enumerate(BLOCKS):
            for block in range(count):
                layers.append(Bottleneck(channels, WIDTH * 2**stage, 2 if stage > 0 and block == 0 else 1))
                channels = WIDTH * 2**stage * 4
        self.trunk, self.pool = nn.Sequential(*layers), AttentionPool(channels)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1))

    def forward(self, crops):
        pixels = crops.permute(0, 3, 1, 2).float() / 255
        return self.pool(self.trunk((pixels - self.mean) / self.deviation))


def losses(similarity, photographs, levels):
    s = similarity.view(photographs, levels + 1, 2, PAIRS, 2)
    consistency = F.relu((s[:, :, 0] - s[:, :, 1]).abs() - MARGIN_CONSISTENCY).mean()
    milder, stronger = torch.triu_indices(levels + 1, levels + 1, 1)
    # [photographs, pairs of levels, 2, 2, prompts, 2]
    fall = s[:, milder][:, :, :, None] - s[:, stronger][:, :, None]
    return consistency + F.relu(MARGIN_RANK - fall[..., 0]).mean() + F.relu(MARGIN_RANK + fall[..., 1]).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=1)
    parser.add_argument("--levels", type=int, default=4, help="severity levels; each photograph has 2 (levels + 1) crops")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--steps", type=int, default=5, help="measured steps, after one that is not")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    tower = Tower().eval()
    prompts = F.normalize(torch.randn(PAIRS, 2, EMBEDDING), dim=-1)
    decayed = [parameter for parameter in tower.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in tower.parameters() if parameter.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 1e-2}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-6)
    count = options.photographs * (options.levels + 1) * 2
    crops = torch.randint(0, 256, (count, options.side, options.side, 3), dtype=torch.uint8)
    times = []
    for step in range(options.steps + 1):
        started = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        similarity = torch.einsum("nd,psd->nps", F.normalize(tower(crops), dim=-1), prompts)
        loss = losses(similarity, options.photographs, options.levels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        if step > 0:
            times.append(time.perf_counter() - started)
    median = statistics.median(times)
    print(json.dumps({
        "backbone": "clip-rn50",
        "parameters": sum(parameter.numel() for parameter in tower.parameters()),
        "crops": count,
        "crop": options.side,
        "threads": options.threads,
        "torch": torch.__version__,
        "loss": round(float(loss), 6),
        "imagesPerSecond": round(count / median, 3),
        "stepMilliseconds": round(1000 * median, 1),
        "fastestStepMilliseconds": round(1000 * min(times), 1),
        "peakMemoryMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


if __name__ == "__main__":
    main()
