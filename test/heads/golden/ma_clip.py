"""MA-CLIP's score (arXiv 2511.09948) in PyTorch's words: what the magnitude head and its crops are proven against.

An implementation of its own, from the formulas that the authors' program computes.
"""
import torch
import torch.nn.functional as F

AUTHORS = dict(magnitudeExponent=0.5, similarityLogit=1.0, magnitudeLogit=0.6, fusionStrength=1.0)


def similarity(embedding, prompts, scale):
    """Unnormalised [N, D] and unit vectors [pairs, 2, D] to [N]."""
    cosines = torch.einsum("nd,psd->nps", embedding / embedding.norm(dim=-1, keepdim=True), prompts)
    return (scale * cosines).softmax(-1)[..., 0].mean(-1)


def magnitude(embedding, exponent):
    """Unnormalised [N, D] to [N]."""
    absolute = embedding.abs()
    x = absolute / (absolute.std(dim=-1, keepdim=True) + 1e-6)
    transformed = torch.log(x + 1) if exponent == 0 else ((x + 1) ** exponent - 1) / exponent
    return transformed.mean(-1)


def fused(embedding, prompts, scale, magnitudeExponent, similarityLogit, magnitudeLogit, fusionStrength):
    q_similarity, q_magnitude = similarity(embedding, prompts, scale), magnitude(embedding, magnitudeExponent)
    d = q_similarity - q_magnitude
    weights = torch.stack([similarityLogit + fusionStrength * d, magnitudeLogit - fusionStrength * d], -1).softmax(-1)
    return weights[:, 0] * q_similarity + weights[:, 1] * q_magnitude


def crops(image, side, stride):
    """Normalised [1, 3, H, W] to [crops, 3, side, side]: those that fit, row by row, then the whole image, alone where a side is too small."""
    whole = F.interpolate(image, size=(side, side), mode="bilinear", align_corners=False)
    if min(image.shape[2:]) < side:
        return whole
    columns = F.unfold(image, side, stride=stride)
    return torch.cat([columns[0].T.reshape(-1, 3, side, side), whole])
