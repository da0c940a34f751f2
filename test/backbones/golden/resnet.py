"""Writes families/resnet-*: tiny ResNets of timm (whose names are torchvision's) and of Hugging Face's transformers.

    python3 test/backbones/golden/resnet.py      # timm 1.0.29, transformers 5.18, PyTorch 2.13
"""
from timm.models.resnet import Bottleneck, ResNet
from torch import nn
from transformers import ResNetConfig, ResNetModel

from family_golden import IMAGENET, expect, randomized, save

WIDTH, BLOCKS = 2, [1, 1, 1, 3]
SIZES = [(64, 64), (45, 77)]

timm = ResNet(Bottleneck, BLOCKS, num_classes=3, channels=tuple(WIDTH * 2**stage for stage in range(4)))
# timm's stem always has 64 channels
timm.conv1, timm.bn1 = nn.Conv2d(3, WIDTH, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(WIDTH)
timm.layer1[0].conv1 = nn.Conv2d(WIDTH, WIDTH, 1, bias=False)
timm.layer1[0].downsample[0] = nn.Conv2d(WIDTH, 4 * WIDTH, 1, bias=False)
randomized(timm, 1)
save("resnet-timm", timm.state_dict())
expect("resnet-timm", lambda x: timm.forward_features(x).mean((2, 3)), IMAGENET, SIZES, dict(timm.named_parameters()), (48, 48))

hugging_face = ResNetModel(ResNetConfig(embedding_size=WIDTH, hidden_sizes=[4 * WIDTH * 2**stage for stage in range(4)], depths=BLOCKS))
randomized(hugging_face, 2)
# as microsoft/resnet-50 is saved, which is a classifier
save("resnet-hugging-face", {f"resnet.{name}": tensor for name, tensor in hugging_face.state_dict().items()})
expect("resnet-hugging-face", lambda x: hugging_face(x).pooler_output.flatten(1), IMAGENET, SIZES)
