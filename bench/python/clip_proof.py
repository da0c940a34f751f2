"""Writes what `npm run bench -- prove` compares with: a CLIP model of published size with random weights, and what PyTorch makes of it.

Into a folder: weights.pth, a state dict with OpenAI's names; qualiclip.pth, the same as QualiCLIP publishes it; expected.safetensors with
crops, token ids, features of images and texts, losses with margins away from every kink, the gradient of every parameter of the image
encoder, its parameters after ten steps of AdamW on these gradients, and images of several sizes with their scores. Weights and pixels are stated values; everything is computed in float64 by the reference models
of the tests. Needs PyTorch and NumPy (Debian: python3-torch):

    python3 bench/python/clip_proof.py --backbone clip-vit-b-32 --folder FOLDER
"""
import argparse
import pathlib
import re
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "test/backbones/golden"))
from golden_step import arranged, losses, normalized, pixels, stated_parameter, stated_range, write_safetensors
from reference_models import ResNet, text_transformer, vision_transformer
from stated_values import stated

TRANSFORMER = dict(side=224, width=768, layers=12, heads=12, embedding=512, activation="quick-gelu")
RESNET = dict(width=64, heads=32)
BACKBONES = {
    "clip-rn50": (ResNet, dict(**RESNET, counts=[3, 4, 6, 3], embedding=1024)),
    "clip-rn101": (ResNet, dict(**RESNET, counts=[3, 4, 23, 3], embedding=512)),
    "clip-vit-b-32": (vision_transformer, dict(**TRANSFORMER, patch=32)),
    "clip-vit-b-16": (vision_transformer, dict(**TRANSFORMER, patch=16)),
}
TEXT = dict(vocabulary=49408, width=512, layers=12, heads=8, activation="quick-gelu")
CONTEXT, START, END = 77, 49406, 49407
PHOTOGRAPHS, LEVELS, PAIRS = 1, 2, 7
# height and width of scored images: what was trained on, wide, tall and odd
SIZES = [(224, 224), (240, 352), (333, 251)]

tensors = {}


def parameter(name, shape):
    if name not in tensors:
        tensors[name] = stated_parameter(name, tuple(shape), *range_of(name, shape)).requires_grad_(name.startswith("visual."))
    return tensors[name]


def range_of(name, shape):
    """As in the tests, except where a network of published depth would not be computable in float32.

    Strong random bottlenecks multiply rounding errors; trained ones add little to their shortcut. And rounding turns some ReLUs on
    or off, a share e of them changing gradients by e^(1/2): their inputs, above all the sums with shortcuts, stay away from zero.
    """
    if not re.search(r"bn\d\.|downsample\.1\.", name):
        return stated_range(name, shape)
    if "layer" in name and "bn3" in name:
        return (0.1, 0.3) if name.endswith("weight") else (0.3, 0.6)
    return (0.5, 1.5) if name.endswith("weight") else (1, 2)


def statistics_near(batch):
    """Running statistics near those of the batch, so that the network stays well conditioned."""
    for name, own in batch.items():
        shift, stretch = (torch.from_numpy(stated(f"{name}.{kind}", len(own["mean"]))) for kind in ("shift", "stretch"))
        tensors[name + ".running_mean"] = (own["mean"] + own["var"].sqrt() * 0.4 * (shift - 0.5)).float().double()
        tensors[name + ".running_var"] = (own["var"] * (0.75 + 0.5 * stretch)).float().double()


def texts():
    """Ids of texts of 3 to 20 tokens between start and end."""
    rows = torch.zeros(PAIRS * 2, CONTEXT, dtype=torch.long)
    for row, share in enumerate(stated("lengths", len(rows))):
        words = torch.from_numpy((stated(f"words.{row}", 3 + int(share * 18)) * START).astype("int64"))
        rows[row, : len(words) + 2] = torch.cat([torch.tensor([START]), words, torch.tensor([END])])
    return rows


def encoder(model, shape, crops):
    """Normalised pixels to embeddings; the statistics of a ResNet fit the crops."""
    if model is not ResNet:
        return lambda x: model(parameter, x, **shape)
    with torch.no_grad():
        by_batch = ResNet(parameter, **shape)
        by_batch.embed(crops)
    statistics_near(by_batch.statistics)
    return ResNet(parameter, **shape, statistic=lambda name, _: tensors[name]).embed


def scored_images(embed, prompts):
    """Images of several sizes, and their scores by the definition of QualiCLIP's hub file (arXiv 2403.11176): each image's unit embedding
    times the stored rows, scale 100, softmax over pairs of neighbours, mean of the first of each."""
    images = {f"image.{index}": pixels(f"image.{index}", 1, *size) for index, size in enumerate(SIZES)}
    scores = []
    with torch.no_grad():
        for image in images.values():
            logits = 100 * torch.nn.functional.normalize(embed(normalized(image)), dim=-1) @ prompts.flatten(0, 1).T
            scores.append(logits.view(-1, 2).softmax(-1)[:, 0].mean())
    print("  scores", [float(score) for score in scores])
    assert all(0.02 < score < 0.98 for score in scores), "saturated scores prove nothing"
    return {**{name: image.float() for name, image in images.items()}, "scores": torch.stack(scores)}


def margin_in_widest_gap(values, low, high):
    """Between two neighbours of the sorted positive values, from one quantile to another: some terms are active, none is near its kink."""
    ordered = values.detach().flatten().sort().values
    ordered = ordered[ordered > 0]
    ordered = ordered[int(low * len(ordered)) : int(high * len(ordered))]
    gap = (ordered[1:] - ordered[:-1]).argmax()
    return float((ordered[gap] + ordered[gap + 1]) / 2)


def margins(embedding, prompts):
    s = arranged(embedding, prompts, PHOTOGRAPHS, LEVELS)
    milder, stronger = torch.triu_indices(LEVELS + 1, LEVELS + 1, 1)
    fall = s[:, milder][:, :, :, None] - s[:, stronger][:, :, None]
    return {
        "margin_consistency": margin_in_widest_gap((s[:, :, 0] - s[:, :, 1]).abs(), 0.1, 0.5),
        "margin_rank": margin_in_widest_gap(torch.stack([fall[..., 0], -fall[..., 1]]), 0.3, 0.9),
    }


def after_ten_steps(trained):
    """Clipping by global norm and AdamW, on the gradients at float32 and ever smaller."""
    after = {name: tensor.detach().clone() for name, tensor in trained.items()}
    decayed, others = ([p for name, p in after.items() if (p.ndim > 1 and not name.endswith("embedding")) == decays] for decays in (True, False))
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.98), eps=1e-8)
    for step in range(10):
        for name, tensor in after.items():
            tensor.grad = trained[name].grad.float().double() * (1 - step / 16)
        torch.nn.utils.clip_grad_norm_(after.values(), 1.0)
        optimizer.step()
    return after


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backbone", choices=BACKBONES, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--side", type=int, default=224)
    options = parser.parse_args()
    model, shape = BACKBONES[options.backbone]
    crops, tokens = pixels("crops", PHOTOGRAPHS * (LEVELS + 1) * 2, options.side, options.side), texts()
    with torch.no_grad():
        features = text_transformer(parameter, tokens, **TEXT, embedding=shape["embedding"])
    prompts = torch.nn.functional.normalize(features, dim=-1).view(PAIRS, 2, -1)
    embed = encoder(model, shape, normalized(crops))
    embedding = embed(normalized(crops))
    chosen = margins(embedding, prompts)
    values = losses(embedding, prompts, PHOTOGRAPHS, LEVELS, **chosen, clearance=1e-6)
    values["loss"].backward()
    # softmax does not see the bias of the keys: its gradient is rounding
    trained = {name: t for name, t in tensors.items() if t.grad is not None and not name.endswith("k_proj.bias")}
    # what published files hold besides
    unused = {"logit_scale": torch.tensor(4.6052)}
    for name in [name for name in tensors if name.endswith("running_mean")]:
        unused[name.replace("running_mean", "num_batches_tracked")] = torch.tensor(1)
    if model is ResNet:
        unused["visual.attnpool.positional_embedding"] = torch.zeros(50, shape["width"] * 32)
    published = {**{name: tensor.detach().float() for name, tensor in tensors.items()}, **unused}
    torch.save(published, options.folder / "weights.pth")
    qualiclip = {f"clip_model.{name}": tensor for name, tensor in published.items()}
    torch.save({**qualiclip, "prompts_features": prompts.flatten(0, 1).float()}, options.folder / "qualiclip.pth")
    write_safetensors(options.folder / "expected.safetensors", {
        **{"crops": crops.float(), "tokens": tokens.float(), "image": embedding, "text": features},
        **{name: torch.tensor(margin) for name, margin in chosen.items()},
        **{f"loss.{name}": value for name, value in values.items()},
        **{f"gradient.{name}": tensor.grad for name, tensor in trained.items()},
        **{f"adamw.{name}": tensor for name, tensor in after_ten_steps(trained).items()},
        **scored_images(embed, prompts),
    })


if __name__ == "__main__":
    main()
