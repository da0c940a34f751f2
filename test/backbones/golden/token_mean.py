"""Writes families/token-mean-*: what AGM's authors take of DINO (last_hidden_state.mean(1)), by Hugging Face's transformers.

    python3 test/backbones/golden/token_mean.py     # transformers 5.18, PyTorch 2.13

The instances are those of dinov2.py and dinov3.py, with weights of their own.
"""
from transformers import Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig, Dinov2WithRegistersModel

import torch

from family_golden import IMAGENET, expect, randomized, save, saved

SIDE, WIDTH = 56, 16
SHAPE = dict(image_size=SIDE, patch_size=14, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2)
for name, seed, model, sizes in [
    ("token-mean-dinov2", 15, Dinov2Model(Dinov2Config(**SHAPE)), [(SIDE, SIDE)]),
    ("token-mean-dinov2-registers", 16, Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**SHAPE)), [(SIDE, SIDE), (84, 42)]),
]:
    with torch.no_grad():
        randomized(model, seed)
    save(name, saved(model))
    expect(name, lambda x: model(x).last_hidden_state.mean(1), IMAGENET, sizes)
