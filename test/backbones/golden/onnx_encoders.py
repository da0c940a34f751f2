"""Writes onnx_*.onnx and beside each a .safetensors: small image encoders as PyTorch exports them, what they compute, and gradients.

Everything but the files' own weights is computed in float64 and stored as float32. Made with Debian 12's PyTorch 1.13:

    /usr/bin/python3 test/backbones/golden/onnx_encoders.py
"""
import pathlib
import sys

import numpy as np
import torch
import torchvision
from torch.fx.experimental.optimization import fuse
from torchvision.models.mobilenetv3 import InvertedResidual, InvertedResidualConfig
from torchvision.models.resnet import BasicBlock
from torchvision.models.swin_transformer import SwinTransformer

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from golden_step import projected_gradients, write_safetensors

HERE = pathlib.Path(__file__).parent
EMBEDDING = 6
FREE_SIZE = {"image": {0: "batch", 2: "height", 3: "width"}, "embedding": {0: "batch"}}
FREE_BATCH = {"image": {0: "batch"}, "embedding": {0: "batch"}}


def disturbed(model):
    """Vectors that are not those of a new model, where many are equal: the exporter shares equal ones."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for values, low, high in [(module.running_mean, -0.3, 0.3), (module.running_var, 0.5, 2)]:
                values.uniform_(low, high)
    for name, values in model.named_parameters():
        if values.dim() == 1:
            values.data.uniform_(*((0.5, 1.5) if name.endswith("weight") else (-0.3, 0.3)))
    return model.eval()


def resnet():
    """Max pooling, a strided block with a shortcut, batch normalisation that stays apart."""
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(3, stride=2, padding=1),
        BasicBlock(8, 12, stride=2, downsample=torch.nn.Sequential(torch.nn.Conv2d(8, 12, 1, stride=2, bias=False), torch.nn.BatchNorm2d(12))),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(12, EMBEDDING),
    )


def mobilenet():
    """Depthwise and dilated convolutions, squeeze and excitation, hard activations; batch normalisation folded into convolutions."""
    norm = torch.nn.BatchNorm2d
    block = lambda *settings: InvertedResidual(InvertedResidualConfig(*settings, 1.0), norm)
    return fuse(disturbed(torch.nn.Sequential(
        torchvision.ops.misc.Conv2dNormActivation(3, 8, stride=2, norm_layer=norm, activation_layer=torch.nn.Hardswish),
        block(8, 3, 16, 8, True, "RE", 1, 1),
        block(8, 5, 24, 16, True, "HS", 2, 1),
        block(16, 3, 24, 16, False, "HS", 2, 2),
        torch.nn.Conv2d(16, 16, 3, padding=1, groups=4),
        torch.nn.ReLU6(),
        torch.nn.AvgPool2d(3, stride=2, padding=1),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(16, EMBEDDING),
    )))


def vision_transformer():
    """torchvision's: class token expanded to the batch, shape computations, attention of nn.MultiheadAttention."""
    model = torchvision.models.VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=12, mlp_dim=24, num_classes=EMBEDDING)
    torch.nn.init.normal_(model.heads.head.weight)
    torch.nn.init.normal_(model.class_token)
    return model


def swin_transformer():
    """torchvision's: windows of 3 on 8 positions, so that padding, shifts and masks are computed from shapes; a table of biases by position."""
    return SwinTransformer(patch_size=[4, 4], embed_dim=8, depths=[2, 1], num_heads=[2, 2], window_size=[3, 3], num_classes=EMBEDDING)


def densenet():
    """torchvision's: every layer reads the concatenation of all before it."""
    return torchvision.models.DenseNet(growth_rate=4, block_config=(2, 2), num_init_features=8, bn_size=2, num_classes=EMBEDDING)


def write(name, model, axes, opset, **export):
    model = disturbed(model)
    image = torch.randn(2, 3, 32, 32)
    torch.onnx.export(model, image, HERE / f"onnx_{name}.onnx", input_names=["image"], output_names=["embedding"], dynamic_axes=axes, opset_version=opset, **export)
    fixture = projected_gradients(model, torch.randn(3, 3, 32, 32), EMBEDDING)
    if "height" in axes["image"].values():
        wide = torch.randn(1, 3, 45, 38).double()
        fixture.update({"wide": wide, "wide.embedding": model(wide).detach()})
    write_safetensors(HERE / f"onnx_{name}.safetensors", {key: value.float() for key, value in fixture.items()})


torch.manual_seed(1)
write("resnet", resnet(), FREE_SIZE, 13, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
write("mobilenet", mobilenet(), FREE_SIZE, 14)
write("vision_transformer", vision_transformer(), FREE_BATCH, 16)
write("swin_transformer", swin_transformer(), FREE_BATCH, 16, do_constant_folding=False)
write("densenet", densenet(), FREE_SIZE, 13, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
