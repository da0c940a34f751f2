"""Writes magnitude.json: MA-CLIP's cues and scores of stated embeddings, and of images by two reduced encoders, by PyTorch in float64.

    python3 test/heads/golden/make_magnitude.py
"""
import json
import pathlib
import sys

import torch

here = pathlib.Path(__file__).parent
sys.path[:0] = [str(here), str(here.parents[1] / "backbones/golden")]
from golden_step import normalized, pixels, prompts, stated_parameter, stated_range
from ma_clip import AUTHORS, crops, fused, magnitude
from reference_models import ResNet, vision_transformer
from stated_values import stated

SIZE, COUNT, PAIRS, SCALE, SIDE, STRIDE = 12, 6, 3, 5.0, 32, 18
VARIANTS = [AUTHORS, {**AUTHORS, "magnitudeExponent": 0}, {**AUTHORS, "magnitudeExponent": -1.5},
            {"magnitudeExponent": 1, "similarityLogit": -0.5, "magnitudeLogit": 0.25, "fusionStrength": 3}]
SIZES = [(32, 32), (33, 50), (50, 68), (68, 85), (31, 60), (101, 131)]


def parameter(name, shape):
    low, high = {"running_mean": (-0.2, 0.2), "running_var": (0.25, 0.75)}.get(name.split(".")[-1], stated_range(name, shape))
    return stated_parameter(name, tuple(shape), low, high)


def transformer(x):
    return vision_transformer(parameter, x, 8, SIDE, 16, 3, 2, SIZE, "quick-gelu", with_positions=False)


resnet = ResNet(parameter, 8, [1, 1, 1, 1], 4, SIZE, statistic=lambda name, channels: parameter(name, (channels,)))
features = prompts(PAIRS, SIZE)
embedding = torch.from_numpy(((stated("embedding", COUNT * SIZE) - 0.5) ** 3).reshape(COUNT, SIZE)).float().double()
golden = {"variants": [], "images": []}
for constants in VARIANTS:
    leaf = embedding.clone().requires_grad_()
    scores = fused(leaf, features, SCALE, **constants)
    scores.sum().backward()
    golden["variants"].append({"constants": constants, "magnitude": magnitude(embedding, constants["magnitudeExponent"]).tolist(),
                               "scores": scores.tolist(), "gradient": leaf.grad.flatten().tolist()})
with torch.no_grad():
    for encoder, embed in (("transformer", transformer), ("resnet", resnet.embed)):
        for height, width in SIZES:
            parts = crops(normalized(pixels(f"image.{height}x{width}", 1, height, width)), SIDE, STRIDE)
            scores = fused(embed(parts), features, SCALE, **AUTHORS)
            golden["images"].append({"encoder": encoder, "height": height, "width": width, "scores": scores.tolist(), "score": float(scores.mean())})
            print(encoder, height, width, len(scores), float(scores.mean()), float(scores.std()) if len(scores) > 1 else "")
(here / "magnitude.json").write_text(json.dumps(golden) + "\n")
