"""Training steps of timm's models in PyTorch: what `npm run bench -- train --backbone resnet50 --vs pytorch` and its like measure ours beside.

    python3 bench/python/timm_step.py resnet50 --photographs 1 --levels 4      # needs timm
"""
import sys

import timm
import torch

from training_step import serve

NAME = sys.argv.pop(1)


def tower(side):
    if NAME.startswith("resnet"):
        # the layout in which PyTorch convolves fastest
        return timm.create_model(NAME, num_classes=0).to(memory_format=torch.channels_last)
    if "dino" in NAME:
        return timm.create_model(NAME, num_classes=0, img_size=side, global_pool="token")
    # the projection of Perception Encoder is a head of timm's
    return timm.create_model(NAME, img_size=side, **({} if "pe_core" in NAME else {"num_classes": 0}))


if __name__ == "__main__":
    with torch.device("meta"):
        model = tower(224 if "dino" in NAME or NAME.startswith("resnet") else timm.get_pretrained_cfg(NAME).input_size[1])
    serve(tower, model.num_classes or model.num_features)
