"""Writes opinion_step.safetensors: ten steps of training with opinions, by PyTorch's autograd, clip_grad_norm_ and AdamW in float64.

    python3 test/train/golden/opinion_step.py

A reduced CLIP vision transformer stays as it is; changes of low rank of its queries and keys (arXiv 2106.09685) and a gated head of three
layers (arXiv 2509.17374) are trained with the squared error plus 1 - Pearson's correlation. Weights, pixels and opinions are stated values.
"""
import pathlib
import sys

import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parents[1] / "backbones/golden"))
from golden_step import normalized, pixels, stated_parameter, stated_range, write_safetensors
from reference_models import vision_transformer

PATCH, SIDE, WIDTH, LAYERS, HEADS, EMBEDDING, HIDDEN, RANK, ALPHA, CROPS, STEPS = 8, 32, 16, 2, 2, 12, 6, 2, 4, 6, 10
trained = {}


def stated_of(name, shape):
    return stated_parameter(name, tuple(shape), *stated_range(name, shape))


def train(name, *shape):
    if name not in trained:
        trained[name] = stated_of(name, shape).requires_grad_()
    return trained[name]


def changed(name, shape):
    weight = stated_of(name, shape)
    if not name.endswith("in_proj_weight"):
        return weight
    product = lambda side: train(f"lora.{name}.{side}.up", WIDTH, RANK) @ train(f"lora.{name}.{side}.down", RANK, WIDTH)
    return weight + ALPHA / RANK * torch.cat([product("query"), product("key"), torch.zeros(WIDTH, WIDTH)])


def leaky(x, slope):
    return torch.where(x >= 0, x, slope * x)


def head(x):
    p = lambda name, *shape: train("mlp." + name, *(shape or (HIDDEN,)))
    x = F.linear(x, p("fc1.weight", HIDDEN, EMBEDDING), p("fc1.bias"))
    w = torch.sigmoid(p("act1.g"))
    bent = torch.sigmoid(torch.clamp(p("act1.sig_act.alpha") * x + p("act1.sig_act.beta"), -20, 20))
    x = w * bent + (1 - w) * leaky(x, p("act1.lrelu_act.a"))
    x = leaky(F.linear(x, p("fc2.weight", HIDDEN, HIDDEN), p("fc2.bias")), p("act2.a"))
    return F.linear(x, p("fc3.weight", 1, HIDDEN), p("fc3.bias", 1))[:, 0]


def predict():
    image = normalized(pixels("rated", CROPS, SIDE, SIDE))
    return head(vision_transformer(changed, image, PATCH, SIDE, WIDTH, LAYERS, HEADS, EMBEDDING, "quick-gelu"))


opinions = stated_parameter("opinions", (CROPS,), 0, 1)
golden = {"predicted": predict()}
decayed = [value for name, value in trained.items() if name.startswith("mlp.fc") and name.endswith("weight")]
others = [value for name, value in trained.items() if not any(value is own for own in decayed)]
groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98), eps=1e-8)
for step in range(STEPS):
    predicted = predict()
    loss = F.mse_loss(predicted, opinions) + 1 - torch.corrcoef(torch.stack([predicted, opinions]))[0, 1]
    optimizer.zero_grad()
    loss.backward()
    golden[f"loss.{step}"] = loss
    if step == 0:
        golden.update({f"gradient.{name}": value.grad.clone() for name, value in trained.items()})
    torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
    optimizer.step()
golden.update({f"after.{name}": value for name, value in trained.items()})
write_safetensors(here / "opinion_step.safetensors", golden)
print([float(golden[f"loss.{step}"]) for step in range(STEPS)], len(trained))
