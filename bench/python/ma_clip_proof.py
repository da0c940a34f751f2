"""Writes what `npm run bench -- prove-magnitude` compares with: CLIP of published size with random weights, and MA-CLIP's scores by PyTorch.

The folder holds images.json: token ids of the prompts, and files of raw RGB pixels with their sizes. This adds weights.pth, a state dict
with OpenAI's names, prompts.pth, and expected.json: for every image the scores of its crops, in their order. With --serve it scores the image
of that index once for every line of standard input, after those files are there, and prints how long that took. Positional embeddings are left
out, as MA-CLIP's authors do. Everything is computed in float32. Needs PyTorch and NumPy:

    python3 bench/python/ma_clip_proof.py --backbone clip-rn50 --folder FOLDER
"""
import argparse
import json
import pathlib
import sys
import time

import numpy
import torch

root = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(root / "test/backbones/golden"), str(root / "test/heads/golden"), str(pathlib.Path(__file__).parent)]
from clip_proof import BACKBONES, TEXT, encoder, parameter, tensors
from golden_step import DEVIATION, MEAN, normalized, pixels
from ma_clip import AUTHORS, crops, fused
from reference_models import ResNet, text_transformer, vision_transformer
from training_step import peak_memory, say

SIDE, STRIDE, SCALE, AT_ONCE = 224, 128, 100.0, 12


def load(folder, entry):
    """Normalised float32 [1, 3, H, W], as torchvision makes it."""
    flat = numpy.fromfile(folder / entry["file"], dtype=numpy.uint8)
    image = torch.from_numpy(flat).view(entry["height"], entry["width"], 3).permute(2, 0, 1)[None].float() / 255
    return (image - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)


def tower(model, shape, weights):
    """Normalised crops to embeddings, from weights of this process or of a file."""
    get = lambda name, *_: weights[name]
    if model is ResNet:
        return ResNet(get, **shape, statistic=get).embed
    return lambda x: vision_transformer(get, x, **shape, with_positions=False)


def scores_of(embed, prompts, image):
    parts = crops(image, SIDE, STRIDE).split(AT_ONCE)
    return fused(torch.cat([embed(part) for part in parts]), prompts, SCALE, **AUTHORS)


def prepare(folder, model, shape, description):
    sample = normalized(pixels("crops", 6, SIDE, SIDE))
    encoder(model, shape, sample)(sample[:1])
    text = text_transformer(parameter, torch.tensor(description["tokens"]), **TEXT, embedding=shape["embedding"]).float()
    prompts = torch.nn.functional.normalize(text, dim=-1).view(-1, 2, shape["embedding"])
    weights = {name: tensor.detach().float() for name, tensor in tensors.items()}
    if model is ResNet:
        weights["visual.attnpool.positional_embedding"] = torch.zeros(50, shape["width"] * 32)
    torch.save(weights, folder / "weights.pth")
    torch.save(prompts, folder / "prompts.pth")
    embed = tower(model, shape, weights)
    expected = []
    for entry in description["images"]:
        scores = scores_of(embed, prompts, load(folder, entry))
        expected.append({"scores": scores.tolist(), "score": float(scores.mean())})
        print(f"  {entry['width']}x{entry['height']}: {len(scores)} crops, score {float(scores.mean()):.6f}", file=sys.stderr, flush=True)
    (folder / "expected.json").write_text(json.dumps(expected))


def serve(folder, model, shape, entry):
    torch.set_num_threads(2)
    embed, prompts = tower(model, shape, torch.load(folder / "weights.pth")), torch.load(folder / "prompts.pth")
    image = load(folder, entry)
    say({"torch": torch.__version__})
    for _ in sys.stdin:
        started = time.perf_counter()
        scores_of(embed, prompts, image)
        say({"milliseconds": (time.perf_counter() - started) * 1000, "peakMemoryMiB": peak_memory()})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backbone", choices=BACKBONES, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--serve", type=int, metavar="IMAGE")
    options = parser.parse_args()
    description = json.loads((options.folder / "images.json").read_text())
    with torch.no_grad():
        if options.serve is None:
            prepare(options.folder, *BACKBONES[options.backbone], description)
        else:
            serve(options.folder, *BACKBONES[options.backbone], description["images"][options.serve])


if __name__ == "__main__":
    main()
