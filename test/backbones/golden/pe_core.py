"""Writes families/pe-core-*: tiny instances of Perception Encoder by its authors' code (with texts), timm, and open_clip (of timm's images and its texts).

`features` of the expected values are the text features of `tokens`.

    python3 test/backbones/golden/pe_core.py CHECKOUT      # of github.com/facebookresearch/perception_models; needs einops
"""
import sys
from functools import partial

import torch
from open_clip.transformer import TextTransformer
from timm.models.eva import Eva
from torch import nn

from family_golden import SYMMETRIC, expect, randomized, save

sys.path.insert(0, sys.argv[1])
from core.vision_encoder.config import PEConfig, PETextConfig
from core.vision_encoder.pe import CLIP

SIDE, WIDTH, EMBEDDING, VOCABULARY, CONTEXT = 64, 16, 12, 30, 8
SIZES, GRADIENT = [(SIDE, SIDE), (96, 53)], (80, 80)
TOKENS = torch.tensor([[27, 5, 9, 28, 0, 0, 0, 0], [27, 7, 7, 3, 11, 28, 0, 0]])

model = CLIP(PEConfig(patch_size=16, width=WIDTH, layers=2, heads=2, mlp_ratio=4.0, output_dim=EMBEDDING, image_size=SIDE, pool_type="attn",
                      use_cls_token=True),
             PETextConfig(context_length=CONTEXT, width=WIDTH, heads=2, layers=2, output_dim=EMBEDDING, vocab_size=VOCABULARY))
randomized(model, 1)
save("pe-core-authors", model.state_dict(), "pt")
with torch.no_grad():
    features = model.encode_text(TOKENS)
visual = {f"visual.{name}": parameter for name, parameter in model.visual.named_parameters()}
expect("pe-core-authors", model.visual, SYMMETRIC, SIZES, visual, GRADIENT, features=features)

# for one size: timm interpolates positions otherwise than the authors
trunk = Eva(img_size=SIDE, patch_size=16, embed_dim=WIDTH, depth=2, num_heads=2, mlp_ratio=4.0, num_classes=EMBEDDING, global_pool="map", attn_type="rope",
            use_pre_transformer_norm=True, use_rot_pos_emb=True, ref_feat_shape=(4, 4), rope_grid_offset=1.0, rope_grid_indexing="xy",
            attn_pool_num_heads=8, attn_pool_mlp_ratio=4.0, norm_layer=partial(nn.LayerNorm, eps=1e-5))
randomized(trunk, 2)
# as timm converts the authors' weights
trunk.head.bias.data.zero_()
save("pe-core-timm", trunk.state_dict())
expect("pe-core-timm", trunk, SYMMETRIC, [(SIDE, SIDE)])

text = TextTransformer(context_length=CONTEXT, vocab_size=VOCABULARY, width=WIDTH, heads=2, layers=2, output_dim=EMBEDDING)
randomized(text, 3)
with torch.no_grad():
    features = text(TOKENS)
parts = {**{f"visual.trunk.{name}": tensor for name, tensor in trunk.state_dict().items()},
         **{f"text.{name}": tensor for name, tensor in text.state_dict().items()}, "logit_scale": torch.tensor(2.0)}
save("pe-core-open-clip", parts)
expect("pe-core-open-clip", trunk, SYMMETRIC, [(SIDE, SIDE)], features=features)
