"""Writes text_transformer.safetensors: features of a reduced CLIP text transformer, for texts of different lengths.

Weights are stated values; all tokens of the context are computed, in float64. Made with Debian 12's PyTorch 1.13:

    /usr/bin/python3 test/prompts/golden/text_transformer.py
"""
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "backbones/golden"))
from golden_step import stated_parameter, stated_range, write_safetensors
from reference_models import text_transformer

VOCABULARY, CONTEXT, WIDTH, LAYERS, HEADS, EMBEDDING = 50, 12, 16, 3, 2, 10
# 48 starts a text, 49 ends it, 0 fills the rest
TEXTS = [[48, 7, 3, 49], [48, 49], [48, 11, 12, 12, 47, 1, 30, 49], [48, 3, 7, 49]]


def parameter(name, shape):
    return stated_parameter(name, tuple(shape), *stated_range(name, shape))


tokens = torch.tensor([text + [0] * (CONTEXT - len(text)) for text in TEXTS])
fixture = {
    activation: text_transformer(parameter, tokens, VOCABULARY, WIDTH, LAYERS, HEADS, EMBEDDING, activation)
    for activation in ("quick-gelu", "gelu")
}
write_safetensors(pathlib.Path(__file__).with_name("text_transformer.safetensors"), fixture)
