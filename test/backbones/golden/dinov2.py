"""Writes families/dinov2-*: tiny instances of DINOv2 by its authors' code, timm and Hugging Face's transformers, with and without registers.

    python3 test/backbones/golden/dinov2.py CHECKOUT      # of github.com/facebookresearch/dinov2; timm 1.0.29, transformers 5.18, PyTorch 2.13
"""
import sys

from timm.models.vision_transformer import VisionTransformer
from transformers import Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig, Dinov2WithRegistersModel

from family_golden import IMAGENET, expect, randomized, save, saved

sys.path.insert(0, sys.argv[1])
from dinov2.models.vision_transformer import DinoVisionTransformer

SIDE, WIDTH = 56, 16
SIZES, GRADIENT = [(SIDE, SIDE), (84, 42)], (70, 70)
SHAPE = dict(img_size=SIDE, patch_size=14, embed_dim=WIDTH, depth=2, num_heads=2)
HUGGING_FACE = dict(image_size=SIDE, patch_size=14, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2)

# as dinov2/hub/backbones.py makes them
for name, seed, options in [
    ("dinov2-authors", 1, dict(interpolate_offset=0.1)),
    ("dinov2-registers-authors", 2, dict(num_register_tokens=4, interpolate_antialias=True, interpolate_offset=0.0)),
]:
    authors = randomized(DinoVisionTransformer(**SHAPE, init_values=1.0, block_chunks=0, **options), seed)
    save(name, authors.state_dict(), "pth")
    expect(name, authors, IMAGENET, SIZES, dict(authors.named_parameters()), GRADIENT)

# timm interpolates positions otherwise than the authors of models without registers
for name, seed, options, sizes in [
    ("dinov2-timm", 3, {}, [(SIDE, SIDE)]),
    ("dinov2-registers-timm", 4, dict(reg_tokens=4, no_embed_class=True), SIZES),
]:
    timm = randomized(VisionTransformer(**SHAPE, init_values=1e-5, num_classes=0, dynamic_img_size=True, **options), seed)
    save(name, timm.state_dict())
    expect(name, lambda x: timm.forward_features(x)[:, 0], IMAGENET, sizes)

for name, seed, model, sizes in [
    ("dinov2-hugging-face", 5, Dinov2Model(Dinov2Config(**HUGGING_FACE)), [(SIDE, SIDE)]),
    ("dinov2-registers-hugging-face", 6, Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**HUGGING_FACE)), SIZES),
]:
    randomized(model, seed)
    save(name, saved(model))
    expect(name, lambda x: model(x).pooler_output, IMAGENET, sizes)
