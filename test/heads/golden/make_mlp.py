"""Writes mlp.json and *.pt: the MLP head of AGM with every activation, and the losses between opinions, by PyTorch's autograd in float64.

    python3 test/heads/golden/make_mlp.py

An implementation of its own, after the formulas of arXiv 2509.17374 and of its authors' program. Parameters and embeddings are stated values.
"""
import collections
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).parent
sys.path[:0] = [str(here.parents[1] / "backbones/golden")]
from golden_step import stated_parameter
from stated_values import stated

COUNT, SIZE, HIDDEN = 7, 5, 6


def leaky(x, slope):
    return torch.where(x >= 0, x, slope * x)


def gate(p, x):
    w = torch.sigmoid(p("act1.g"))
    bent = torch.sigmoid(torch.clamp(p("act1.sig_act.alpha") * x + p("act1.sig_act.beta"), -20, 20))
    return w * p("act1.sig_act.gamma", True) * bent + (1 - w) * leaky(x, p("act1.lrelu_act.a"))


LAYERS = {
    "relu": [lambda p, x: F.relu(x)] * 2,
    "sigmoid": [lambda p, x: torch.sigmoid(x), lambda p, x: F.leaky_relu(x, 0.01)],
    "leaky-relu": [lambda p, x: F.leaky_relu(x, 0.01)] * 2,
    "gelu": [lambda p, x: F.gelu(x)] * 2,
    "tanh": [lambda p, x: torch.tanh(x)] * 2,
    "prelu": [lambda p, x: leaky(x, p("act1.a")), lambda p, x: leaky(x, p("act2.a"))],
    "gated": [gate, lambda p, x: leaky(x, p("act2.a"))],
}


def parameters(gamma):
    """A function from names to parameters, and those that were asked for."""
    known = {}

    def p(name, optional=False, shape=(HIDDEN,)):
        if optional and not gamma:
            return 1
        if name not in known:
            # the gate's exponent passes the clamp for some channels
            low, high = (-30, 30) if name == "act1.sig_act.alpha" else (-1, 1)
            known[name] = stated_parameter(name, shape, low, high).requires_grad_()
        return known[name]

    return p, known


def head(p, activation, x):
    first, second = LAYERS[activation]
    x = first(p, F.linear(x, p("fc1.weight", shape=(HIDDEN, SIZE)), p("fc1.bias")))
    x = second(p, F.linear(x, p("fc2.weight", shape=(HIDDEN, HIDDEN)), p("fc2.bias")))
    return F.linear(x, p("fc3.weight", shape=(1, HIDDEN)), p("fc3.bias", shape=(1,)))


def numbers(tensor):
    return tensor.detach().flatten().tolist()


golden = {"heads": [], "losses": []}
weights = stated_parameter("weights", (COUNT, 1), -1, 1)
for activation in LAYERS:
    for gamma in [False, True] if activation == "gated" else [False]:
        p, known = parameters(gamma)
        embedding = stated_parameter("embedding", (COUNT, SIZE), -2, 2).requires_grad_()
        z = head(p, activation, embedding)
        (z * weights).sum().backward()
        gradients = {name: numbers(value.grad) for name, value in known.items()}
        golden["heads"].append({"activation": activation, "gamma": gamma, "z": numbers(z), "gradients": gradients, "embedding": numbers(embedding.grad)})
        if activation in ("gated", "relu"):
            named = {"fc1": "adapter.0", "fc2": "adapter.2", "fc3": "adapter.4"}
            state = collections.OrderedDict()
            for name, value in known.items():
                layer, _, rest = name.partition(".")
                own = f"{named[layer]}.{rest}" if activation == "relu" else name
                state[("module." if gamma else "") + own] = value.detach().float()
            torch.save(state, here / f"mlp-{activation}{'-gamma' if gamma else ''}.pt")


def margin(order, values):
    n, m = len(order), 0.25 * order.std(unbiased=False)
    terms = [
        F.relu(m - torch.sign(order[i] - order[j]) * (values[i] - values[j]))
        for i in range(n) for j in range(i + 1, n) if order[i] != order[j]
    ]
    return sum(terms) * 2 / (n * (n - 1))


opinions = torch.round(stated_parameter("opinions", (8,), 0, 1) * 8) / 8
assert len(set(opinions.tolist())) < 8, "no equal opinions"
for name, term in {
    "mse": lambda p, y: torch.zeros(()),
    "correlation": lambda p, y: 1 - torch.corrcoef(torch.stack([p, y]))[0, 1],
    "margin": lambda p, y: margin(y, p),
    "agm": lambda p, y: margin(p, y),
}.items():
    predicted = stated_parameter("predicted", (8,), 0, 1).requires_grad_()
    error, order = F.mse_loss(predicted, opinions), term(predicted, opinions)
    (error + order).backward()
    golden["losses"].append({"name": name, "error": float(error), "order": float(order), "gradient": numbers(predicted.grad)})
golden["opinions"] = opinions.tolist()
(here / "mlp.json").write_text(json.dumps(golden) + "\n")
print({entry["activation"]: entry["z"][:2] for entry in golden["heads"]}, [(l["name"], l["error"], l["order"]) for l in golden["losses"]])
