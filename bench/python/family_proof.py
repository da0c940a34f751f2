"""Writes what `npm run bench -- prove` compares with for the families beside CLIP: a model of published size with random weights, and what PyTorch makes of it.

Into a folder: weights.safetensors, a state dict with the names of timm, or of transformers for DINOv2, whose positions of the class token
timm folds into it; expected.safetensors with crops, prompts, features of the images, losses with margins away from every kink, and the
gradient of every parameter under its name. Pixels and prompts are stated values; everything is computed in float64. Needs timm and
transformers:

    python3 bench/python/family_proof.py --model vit_small_patch16_dinov3_qkvb --side 224 --folder FOLDER
"""
import argparse
import pathlib
import re
import sys

import timm
import torch
from timm.data import resolve_model_data_config
from transformers import Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig, Dinov2WithRegistersModel

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "test/backbones/golden"))
from clip_proof import LEVELS, PAIRS, PHOTOGRAPHS, margins
from family_golden import IMAGENET, randomized
from golden_step import losses, pixels, prompts, write_safetensors
from stated_values import stated


WIDTHS = {"small": 384, "base": 768}


def dinov2(name):
    width = next(width for size, width in WIDTHS.items() if size in name)
    shape = dict(image_size=518, patch_size=14, hidden_size=width, num_hidden_layers=12, num_attention_heads=width // 64)
    if "reg4" in name:
        return Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**shape))
    model = Dinov2Model(Dinov2Config(**shape))
    model.embeddings.interpolate_pos_encoding = lambda tokens, height, width: offset_positions(model.embeddings, height // 14, width // 14)
    return model


def offset_positions(embeddings, rows, columns):
    """Positions of the models without registers, as their authors interpolate them: by a scale with an offset of .1 (transformers: by size)."""
    table = embeddings.position_embeddings
    side = round((table.shape[1] - 1) ** 0.5)
    grid = table[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
    scales = ((rows + 0.1) / side, (columns + 0.1) / side)
    grid = torch.nn.functional.interpolate(grid, scale_factor=scales, mode="bicubic", antialias=False)
    return torch.cat([table[:, :1], grid.permute(0, 2, 3, 1).flatten(1, 2)], dim=1)


def built(name, side):
    """A model, and its embedding of normalised pixels."""
    if name.endswith("dinov2"):
        model = dinov2(name)
        return model, lambda x: model(x).pooler_output
    model = timm_model(name, side)
    return model, model


def published(name):
    """A tensor's name in files of transformers, which names those of attention otherwise in memory."""
    name = re.sub(r"attention\.([qkv])_proj", lambda found: "attention.attention." + {"q": "query", "k": "key", "v": "value"}[found[1]], name)
    return re.sub(r"attention\.(o|out)_proj", "attention.output.dense", name)


def timm_model(name, side):
    if name.startswith("resnet"):
        return timm.create_model(name, num_classes=0)
    if "dino" in name:
        return timm.create_model(name, num_classes=0, global_pool="token", dynamic_img_size=True)
    # SigLIP 2's own activation; the projection of Perception Encoder is a head of timm's
    options = {} if "pe_core" in name else dict(num_classes=0, act_layer="gelu_tanh")
    model = timm.create_model(name, img_size=side, **options)
    # in float64, attention of 1,024 tokens in all layers takes more than 24 GiB
    model.set_grad_checkpointing()
    return model


def condition(model, embed, x):
    """Statistics near those of the batch, and inputs of ReLUs away from zero, as clip_proof.py says; weak residual branches."""
    def fit(name):
        def before(layer, arguments):
            deviation, mean = torch.std_mean(arguments[0], dim=(0, 2, 3), correction=0)
            shift, stretch = (torch.from_numpy(stated(f"{name}.{kind}", len(mean))) for kind in ("shift", "stretch"))
            layer.running_mean.copy_((mean + deviation * 0.4 * (shift - 0.5)).float())
            layer.running_var.copy_((deviation**2 * (0.75 + 0.5 * stretch)).float())
        return before

    hooks = []
    for name, layer in model.named_modules():
        if not isinstance(layer, torch.nn.BatchNorm2d):
            continue
        weak = name.endswith("bn3")
        for kind, (low, high) in (("weight", (0.1, 0.3) if weak else (0.5, 1.5)), ("bias", (0.3, 0.6) if weak else (2, 3))):
            getattr(layer, kind).copy_(torch.from_numpy(low + (high - low) * stated(f"{name}.{kind}", layer.num_features)).float())
        hooks.append(layer.register_forward_pre_hook(fit(name)))
    embed(x)
    for hook in hooks:
        hook.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--side", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    options = parser.parse_args()
    model, embed = built(options.model, options.side)
    data = None if options.model.endswith("dinov2") else resolve_model_data_config(model)
    statistics = IMAGENET if data is None else (data["mean"], data["std"])
    mean, deviation = (torch.tensor(part, dtype=torch.float64).view(1, 3, 1, 1) for part in statistics)
    crops = pixels("crops", PHOTOGRAPHS * (LEVELS + 1) * 2, options.side, options.side)
    x = (crops.permute(0, 3, 1, 2).double() / 255 - mean) / deviation
    with torch.no_grad():
        randomized(model, 1)
        condition(model, embed, x)
        if "pe_core" in options.model:
            model.head.bias.zero_()
    embedding = embed(x)
    features = prompts(PAIRS, embedding.shape[1])
    chosen = margins(embedding, features)
    values = losses(embedding, features, PHOTOGRAPHS, LEVELS, **chosen, clearance=1e-6)
    values["loss"].backward()
    # constants of the architecture, which published files leave out
    named = published if options.model.endswith("dinov2") else str
    state = {named(name): tensor.float().contiguous() for name, tensor in model.state_dict().items() if not re.search("periods|freqs|num_batches", name)}
    write_safetensors(options.folder / "weights.safetensors", state)
    write_safetensors(options.folder / "expected.safetensors", {
        **{"crops": crops.float(), "prompts": features, "image": embedding},
        **{name: torch.tensor(margin) for name, margin in chosen.items()},
        **{f"loss.{name}": value for name, value in values.items()},
        **{f"gradient.{named(name)}": p.grad for name, p in model.named_parameters() if p.grad is not None},
    })


if __name__ == "__main__":
    main()
