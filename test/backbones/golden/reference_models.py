"""CLIP's image and text encoders in PyTorch's words, with tensors by the names of openai/CLIP: what our graphs are proven against.

An implementation of its own, after Radford et al. 2021 (arXiv 2103.00020, section 2.4), He et al. 2018 (arXiv 1812.01187, ResNet-D),
Dosovitskiy et al. 2021 (arXiv 2010.11929) and Vaswani et al. 2017 (arXiv 1706.03762). Nothing is left out: every token of every
block is computed, and queries, keys and values of all positions are projected.

`parameter(name, shape)` gives the tensors.
"""
import math

import torch
import torch.nn.functional as F

ACTIVATIONS = {"quick-gelu": lambda x: x * torch.sigmoid(1.702 * x), "gelu": F.gelu}


def linear(parameter, x, name, outputs):
    return F.linear(x, parameter(name + ".weight", (outputs, x.shape[-1])), parameter(name + ".bias", (outputs,)))


def layer_norm(parameter, x, name):
    size = x.shape[-1:]
    return F.layer_norm(x, size, parameter(name + ".weight", size), parameter(name + ".bias", size), 1e-5)


def attend(query, key, value, heads, mask=None):
    """[N, Q, C], [N, T, C], [N, T, C] to [N, Q, C]."""
    query, key, value = (x.view(len(x), x.shape[1], heads, -1).transpose(1, 2) for x in (query, key, value))
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    attended = (scores if mask is None else scores + mask).softmax(-1) @ value
    return attended.transpose(1, 2).flatten(2)


def self_attention(parameter, x, name, heads, mask):
    width = x.shape[-1]
    projected = F.linear(x, parameter(name + ".in_proj_weight", (3 * width, width)), parameter(name + ".in_proj_bias", (3 * width,)))
    return linear(parameter, attend(*projected.chunk(3, -1), heads, mask), name + ".out_proj", width)


def blocks(parameter, x, name, layers, heads, activation, mask=None):
    for layer in range(layers):
        own = f"{name}.resblocks.{layer}"
        x = x + self_attention(parameter, layer_norm(parameter, x, own + ".ln_1"), own + ".attn", heads, mask)
        hidden = linear(parameter, layer_norm(parameter, x, own + ".ln_2"), own + ".mlp.c_fc", 4 * x.shape[-1])
        x = x + linear(parameter, ACTIVATIONS[activation](hidden), own + ".mlp.c_proj", x.shape[-1])
    return x


def positions(parameter, name, channels, cells, rows, columns):
    """[1 + rows columns, channels], of an embedding of cells x cells positions."""
    embedding = parameter(name, (cells**2 + 1, channels))
    grid = embedding[1:].view(1, cells, cells, channels).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=(rows, columns), mode="bicubic", align_corners=False)
    return torch.cat([embedding[:1], grid.flatten(2)[0].transpose(0, 1)])


def vision_transformer(parameter, pixels, patch, side, width, layers, heads, embedding, activation, with_positions=True):
    """Normalised [N, 3, H, W] to [N, embedding]."""
    patches = F.conv2d(pixels, parameter("visual.conv1.weight", (width, 3, patch, patch)), stride=patch)
    token = parameter("visual.class_embedding", (width,)).expand(len(patches), 1, width)
    x = torch.cat([token, patches.flatten(2).transpose(1, 2)], 1)
    if with_positions:
        x = x + positions(parameter, "visual.positional_embedding", width, side // patch, *patches.shape[2:])
    x = blocks(parameter, layer_norm(parameter, x, "visual.ln_pre"), "visual.transformer", layers, heads, activation)
    return layer_norm(parameter, x[:, 0], "visual.ln_post") @ parameter("visual.proj", (width, embedding))


def text_transformer(parameter, tokens, vocabulary, width, layers, heads, embedding, activation):
    """Ids [N, T] to unnormalised features [N, embedding]."""
    length = tokens.shape[1]
    x = parameter("token_embedding.weight", (vocabulary, width))[tokens]
    x = x + parameter("positional_embedding", (length, width))
    mask = torch.full((length, length), float("-inf"), dtype=x.dtype).triu(1)
    x = layer_norm(parameter, blocks(parameter, x, "transformer", layers, heads, activation, mask), "ln_final")
    return x[torch.arange(len(tokens)), tokens.argmax(-1)] @ parameter("text_projection", (width, embedding))


class ResNet:
    """`statistic(name, channels)` gives running statistics; without it, those of the batch are used and kept in `statistics`."""

    def __init__(self, parameter, width, counts, heads, embedding, statistic=None, positions_for=None):
        self.parameter, self.statistic, self.statistics = parameter, statistic, {}
        self.width, self.counts, self.heads, self.embedding, self.positions_for = width, counts, heads, embedding, positions_for

    def unit(self, x, convolution, normalization, filters, kernel, stride=1):
        weight = self.parameter(convolution + ".weight", (filters, x.shape[1], kernel, kernel))
        x = F.conv2d(x, weight, stride=stride, padding=kernel // 2)
        scale, bias = (self.parameter(f"{normalization}.{kind}", (filters,)) for kind in ("weight", "bias"))
        if self.statistic:
            mean, variance = (self.statistic(f"{normalization}.running_{kind}", filters) for kind in ("mean", "var"))
            return F.batch_norm(x, mean, variance, scale, bias, training=False)
        # ONNX keeps the population variance; PyTorch's own running statistics would keep the unbiased one
        self.statistics[normalization] = {"mean": x.detach().mean((0, 2, 3)), "var": x.detach().var((0, 2, 3), unbiased=False)}
        return F.batch_norm(x, None, None, scale, bias, training=True)

    def bottleneck(self, x, name, inner, stride):
        y = F.relu(self.unit(x, name + "conv1", name + "bn1", inner, 1))
        y = F.relu(self.unit(y, name + "conv2", name + "bn2", inner, 3))
        y = F.avg_pool2d(y, stride) if stride > 1 else y
        y = self.unit(y, name + "conv3", name + "bn3", inner * 4, 1)
        if stride > 1 or x.shape[1] != inner * 4:
            x = F.avg_pool2d(x, stride) if stride > 1 else x
            x = self.unit(x, name + "downsample.0", name + "downsample.1", inner * 4, 1)
        return F.relu(y + x)

    def attention_pool(self, x, name):
        channels, rows, columns = x.shape[1:]
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([x.mean(1, keepdim=True), x], 1)
        if self.positions_for is not None:
            x = x + positions(self.parameter, name + "positional_embedding", channels, self.positions_for // 32, rows, columns)
        query, key, value = (linear(self.parameter, y, f"{name}{which}_proj", channels) for which, y in (("q", x[:, :1]), ("k", x), ("v", x)))
        return linear(self.parameter, attend(query, key, value, self.heads)[:, 0], name + "c_proj", self.embedding)

    def embed(self, pixels):
        """Normalised [N, 3, H, W] to [N, embedding]."""
        width = self.width
        x = F.relu(self.unit(pixels, "visual.conv1", "visual.bn1", width // 2, 3, 2))
        x = F.relu(self.unit(x, "visual.conv2", "visual.bn2", width // 2, 3))
        x = F.avg_pool2d(F.relu(self.unit(x, "visual.conv3", "visual.bn3", width, 3)), 2)
        for stage, count in enumerate(self.counts):
            for block in range(count):
                x = self.bottleneck(x, f"visual.layer{stage + 1}.{block}.", width * 2**stage, 2 if stage > 0 and block == 0 else 1)
        return self.attention_pool(x, "visual.attnpool.")
