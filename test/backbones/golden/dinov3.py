"""Writes families/dinov3-*: tiny instances of DINOv3 by its authors' code, timm and Hugging Face's transformers, two of them with SwiGLU.

    python3 test/backbones/golden/dinov3.py CHECKOUT      # of github.com/facebookresearch/dinov3; timm 1.0.29, transformers 5.18, PyTorch 2.13
"""
import sys
from functools import partial

from timm.models.eva import Eva
from torch import nn
from transformers import DINOv3ViTConfig, DINOv3ViTModel

from family_golden import IMAGENET, expect, randomized, save, saved

sys.path.insert(0, sys.argv[1])
from dinov3.models.vision_transformer import DinoVisionTransformer

WIDTH = 16
SIZES, GRADIENT = [(64, 64), (96, 53)], (80, 80)
SHAPE = dict(img_size=64, patch_size=16, embed_dim=WIDTH, depth=2, num_heads=2)

# as dinov3/hub/backbones.py makes ViT-S+/16
authors = DinoVisionTransformer(**SHAPE, pos_embed_rope_base=100, pos_embed_rope_normalize_coords="separate", pos_embed_rope_rescale_coords=2,
                                pos_embed_rope_dtype="fp32", ffn_ratio=3, qkv_bias=True, layerscale_init=1e-5, norm_layer="layernormbf16",
                                ffn_layer="swiglu", n_storage_tokens=4, mask_k_bias=True)
authors.rope_embed._init_weights()
randomized(authors, 1)
for block in authors.blocks:
    block.attn.qkv.bias_mask.fill_(1)
    block.attn.qkv.bias_mask[WIDTH:2 * WIDTH] = 0
save("dinov3-authors", authors.state_dict(), "pth")
expect("dinov3-authors", authors, IMAGENET, SIZES, dict(authors.named_parameters()), GRADIENT)

TIMM = dict(**SHAPE, num_classes=0, global_pool="token", dynamic_img_size=True, init_values=1e-5, rope_type="dinov3", rope_temperature=100,
            rope_rotate_half=True, use_rot_pos_emb=True, use_abs_pos_emb=False, num_reg_tokens=4, use_fc_norm=False,
            norm_layer=partial(nn.LayerNorm, eps=1e-5))
for name, seed, options in [
    ("dinov3-timm", 2, dict(qkv_bias=False)),
    ("dinov3-timm-biased", 3, dict(qkv_bias=True, swiglu_mlp=True, swiglu_align_to=8, mlp_ratio=2)),
]:
    timm = randomized(Eva(**TIMM, **options), seed)
    save(name, timm.state_dict())
    # timm takes whole patches only
    expect(name, lambda x: timm.forward_features(x)[:, 0], IMAGENET, [(64, 64), (96, 48)])

hugging_face = DINOv3ViTModel(DINOv3ViTConfig(image_size=64, patch_size=16, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2,
                                              intermediate_size=4 * WIDTH, num_register_tokens=4))
randomized(hugging_face, 4)
save("dinov3-hugging-face", saved(hugging_face))
expect("dinov3-hugging-face", lambda x: hugging_face(x).pooler_output, IMAGENET, SIZES)
