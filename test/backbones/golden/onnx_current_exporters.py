"""Writes onnx_current_*.onnx and beside each a .safetensors: what current encoders are made of, as both exporters of current PyTorch write it.

The values are computed in float64 and stored as float32. Made with PyTorch 2.13 and onnxscript:

    python test/backbones/golden/onnx_current_exporters.py
"""
import math
import pathlib
import sys

import onnx
import onnxscript
import torch
from torch.nn import functional

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from golden_step import projected_gradients, write_safetensors

HERE = pathlib.Path(__file__).parent
EMBEDDING = 6
NAMES = {"input_names": ["image"], "output_names": ["image_features"]}


class SameConv(torch.nn.Conv2d):
    """TensorFlow's padding, which timm's tf_ models compute from the size of the image."""

    def forward(self, x):
        pads = [max((math.ceil(size / 2) - 1) * 2 + 3 - size, 0) for size in x.shape[-2:]]
        x = functional.pad(x, [pads[1] // 2, pads[1] - pads[1] // 2, pads[0] // 2, pads[0] - pads[0] // 2])
        return functional.conv2d(x, self.weight, self.bias, stride=2)


class StandardizedConv(torch.nn.Conv2d):
    """Weights standardized by batch normalization, as in timm's normalizer-free networks; the padding reflects."""

    def __init__(self, *settings):
        super().__init__(*settings)
        self.gain = torch.nn.Parameter(torch.ones(self.out_channels))

    def forward(self, x):
        rows = self.weight.reshape(1, self.out_channels, -1)
        weight = functional.batch_norm(rows, None, None, weight=self.gain, training=True, eps=1e-6).reshape_as(self.weight)
        return functional.conv2d(functional.pad(x, [1, 1, 1, 1], mode="reflect"), weight, self.bias)


class Attention(torch.nn.Module):
    """LeViT's: normalization of tokens, a table of biases by index, a column of ones beside the values (EfficientViT's)."""

    def __init__(self, width, tokens):
        super().__init__()
        self.qkv = torch.nn.Linear(width, 3 * width)
        self.norm = torch.nn.BatchNorm1d(3 * width)
        self.biases = torch.nn.Parameter(torch.zeros(2, tokens))
        places = torch.arange(tokens)
        self.register_buffer("places", (places[None] - places[:, None]).abs())

    def forward(self, x):
        images, tokens, width = x.shape
        qkv = functional.gelu(self.qkv(x))
        q, k, v = self.norm(qkv.flatten(0, 1)).reshape_as(qkv).reshape(images, tokens, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1) + self.biases[:, self.places]).softmax(-1)
        v = functional.pad(v, [0, 1], value=1.0)
        y = scores @ v
        return x + (y[..., :-1] / (y[..., -1:] + 0.5)).transpose(1, 2).flatten(2)


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = SameConv(3, 8, 3)
        self.shortcut = torch.nn.Sequential(torch.nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False), torch.nn.Conv2d(8, 8, 1))
        self.conv = StandardizedConv(8, 8, 3)
        self.channels = torch.nn.Conv1d(1, 1, 3, padding=1, bias=False)
        self.attention = Attention(8, 36)
        self.head = torch.nn.Linear(8, EMBEDDING)

    def forward(self, x):
        x = functional.gelu(self.stem(x))
        x = self.shortcut(x) + functional.interpolate(self.conv(functional.avg_pool2d(x, 3, 3)), size=(10, 10), mode="bilinear")
        # attention of channels (ECA), by a convolution along them
        x = x * self.channels(x.mean((2, 3)).unsqueeze(1)).sigmoid().transpose(1, 2).unsqueeze(-1)
        x = functional.interpolate(functional.avg_pool2d(x, 2, 2, ceil_mode=True, padding=1), scale_factor=2.0, mode="nearest")
        x = functional.max_pool2d(x, 2).flatten(2).transpose(1, 2)
        # positions counted from a mask
        x = x + 0.01 * torch.ones_like(x[..., :1]).cumsum(1)
        return self.head(self.attention(x).mean(1))


def by_dynamo(model, image, path):
    """As by default, but that nothing of over 7 elements is folded, as in encoders of a usual size."""
    dynamic = ({0: torch.export.Dim("batch")},)
    program = torch.onnx.export(model, image, dynamo=True, optimize=False, dynamic_shapes=dynamic, **NAMES)
    onnxscript.optimizer.optimize(program.model, input_size_limit=7, output_size_limit=7)
    program.save(path, external_data=False)
    plain = onnx.load(path)
    # where on a disk each line of the model lies is of no use
    for part in [*plain.graph.node, *plain.graph.value_info, *plain.graph.input, *plain.graph.output, *plain.graph.initializer, plain.graph, plain]:
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(plain, path)


def by_tracing(model, image, path):
    whole = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    torch.onnx.export(model, image, path, dynamo=False, dynamic_axes={"image": {0: "batch"}}, opset_version=17, **whole, **NAMES)


def write(name, export):
    torch.manual_seed(1)
    model = Encoder()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 2)
    # unlike those of a new model, where many are equal: the exporters share equal ones
    for parameter in model.parameters():
        if parameter.dim() == 1 or parameter is model.attention.biases:
            parameter.data.uniform_(0.3, 1.2)
    model.eval()
    image = torch.randn(2, 3, 39, 39)
    export(model, (image,), HERE / f"onnx_{name}.onnx")
    fixture = projected_gradients(model, torch.randn(3, 3, 39, 39), EMBEDDING)
    write_safetensors(HERE / f"onnx_{name}.safetensors", {key: value.float() for key, value in fixture.items()})


write("current", by_dynamo)
write("current_by_tracing", by_tracing)
