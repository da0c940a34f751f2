"""Writes families/siglip2-*: tiny instances of SigLIP by Hugging Face's transformers (with texts), timm, and open_clip (of timm's images and its texts).

`features` of the expected values are the text features of `tokens`.

    python3 test/backbones/golden/siglip2.py      # timm 1.0.29, transformers 5.18, open_clip 3.3, PyTorch 2.13
"""
from functools import partial

import torch
from open_clip.transformer import TextTransformer
from timm.models.vision_transformer import VisionTransformer
from torch import nn
from transformers import SiglipConfig, SiglipModel

from family_golden import SYMMETRIC, expect, randomized, save, saved

SIDE, WIDTH, HIDDEN, VOCABULARY = 64, 16, 40, 30
SIZES, GRADIENT = [(SIDE, SIDE), (96, 53)], (80, 80)
TOKENS = torch.tensor([[5, 9, 12, 1] + [0] * 60, [7] * 63 + [1]])

SHAPE = dict(hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, intermediate_size=HIDDEN)
model = SiglipModel(SiglipConfig(vision_config=dict(**SHAPE, image_size=SIDE, patch_size=16),
                                 text_config=dict(**SHAPE, vocab_size=VOCABULARY, max_position_embeddings=64, projection_size=WIDTH)))
randomized(model, 1)
save("siglip2-hugging-face", saved(model))
embed = lambda x: model.vision_model(x, interpolate_pos_encoding=True).pooler_output
with torch.no_grad():
    features = model.text_model(TOKENS).pooler_output
vision = {f"vision_model.{name}": parameter for name, parameter in model.vision_model.named_parameters()}
expect("siglip2-hugging-face", embed, SYMMETRIC, SIZES, vision, GRADIENT, features=features)

# timm's own siglip models have another GELU than the original: see shared names of act_layer there
trunk = VisionTransformer(img_size=SIDE, patch_size=16, embed_dim=WIDTH, depth=2, num_heads=2, mlp_ratio=HIDDEN / WIDTH, class_token=False,
                          global_pool="map", num_classes=0, act_layer="gelu_tanh")
randomized(trunk, 2)
save("siglip2-timm", trunk.state_dict())
expect("siglip2-timm", trunk, SYMMETRIC, [(SIDE, SIDE)])

text = TextTransformer(context_length=64, vocab_size=VOCABULARY, width=WIDTH, heads=2, layers=2, mlp_ratio=HIDDEN / WIDTH, output_dim=WIDTH,
                       no_causal_mask=True, pool_type="last", proj_bias=True, act_layer=partial(nn.GELU, approximate="tanh"),
                       norm_layer=partial(nn.LayerNorm, eps=1e-6))
randomized(text, 3)
with torch.no_grad():
    features = text(TOKENS)
parts = {**{f"visual.trunk.{name}": tensor for name, tensor in trunk.state_dict().items()},
         **{f"text.{name}": tensor for name, tensor in text.state_dict().items()}, "logit_scale": torch.tensor(2.0), "logit_bias": torch.tensor(-2.0)}
save("siglip2-open-clip", parts)
expect("siglip2-open-clip", trunk, SYMMETRIC, [(SIDE, SIDE)], features=features)
