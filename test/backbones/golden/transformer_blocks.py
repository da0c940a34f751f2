"""The residual attention blocks of CLIP's transformers in PyTorch's words, with parameters by name.

After Radford et al. 2021 (arXiv 2103.00020, section 2.4) and Vaswani et al. 2017 (arXiv 1706.03762). Every token of every block is
computed, and queries, keys and values of all tokens are projected.
"""
import math

import torch
import torch.nn.functional as F

ACTIVATIONS = {"quick-gelu": lambda x: x * torch.sigmoid(1.702 * x), "gelu": F.gelu}


def layer_norm(parameter, x, name):
    return F.layer_norm(x, x.shape[-1:], parameter(name + ".weight", x.shape[-1:]), parameter(name + ".bias", x.shape[-1:]), 1e-5)


def linear(parameter, x, name, outputs):
    return F.linear(x, parameter(name + ".weight", (outputs, x.shape[-1])), parameter(name + ".bias", (outputs,)))


def attention(parameter, x, name, heads, mask):
    count, length, width = x.shape
    projected = F.linear(x, parameter(name + ".in_proj_weight", (3 * width, width)), parameter(name + ".in_proj_bias", (3 * width,)))
    query, key, value = (part.view(count, length, heads, -1).transpose(1, 2) for part in projected.chunk(3, -1))
    scores = query @ key.transpose(-1, -2) / math.sqrt(width // heads)
    if mask is not None:
        scores = scores + mask
    return linear(parameter, (scores.softmax(-1) @ value).transpose(1, 2).reshape(x.shape), name + ".out_proj", width)


def blocks(parameter, x, name, layers, heads, activation, mask=None):
    """[N, T, C] to [N, T, C]; `parameter(name, shape)` gives the tensors."""
    for layer in range(layers):
        own = f"{name}.resblocks.{layer}"
        x = x + attention(parameter, layer_norm(parameter, x, own + ".ln_1"), own + ".attn", heads, mask)
        hidden = linear(parameter, layer_norm(parameter, x, own + ".ln_2"), own + ".mlp.c_fc", 4 * x.shape[-1])
        x = x + linear(parameter, ACTIVATIONS[activation](hidden), own + ".mlp.c_proj", x.shape[-1])
    return x


def stated_range(name, shape):
    """Where stated parameters lie: products keep the size of what they multiply, nothing is 0 or 1."""
    if len(shape) == 1:
        return (0.5, 1.5) if name.endswith(".weight") else (-0.2, 0.2)
    if name.endswith("embedding"):
        return -1, 1
    bound = math.sqrt(3 / (shape[0] if name.endswith("proj") else math.prod(shape[1:])))
    return -bound, bound
