"""The training step that the scripts beside this one make in PyTorch, on the CPU or a CUDA device, for any image tower, one at a time; or scores.

The same step as ours: uint8 crops in, the whole image tower, cosine similarities to prompts, the three losses over groups of
2 (levels + 1) crops, backward, clipping by global norm, AdamW. Random weights: they change no time. Needs PyTorch and NumPy
(Debian: python3-torch with libopenblas0-pthread).

Prints one JSON object when it is ready, then for every line of standard input makes a step and prints how long it took: who asks
can let it take turns with something else. `yes | head -6 | python3 clip_rn50_step.py` makes six.
"""
import argparse
import json
import re
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

PAIRS = 7
MEAN, DEVIATION = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
MARGIN_CONSISTENCY, MARGIN_RANK = 2.5e-3, 6.75e-2


class Normalize(nn.Module):
    """uint8 [N, H, W, 3] to normalised float32 [N, 3, H, W]."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1))

    def forward(self, crops):
        return (crops.permute(0, 3, 1, 2).float() / 255 - self.mean) / self.deviation


def losses(similarity, photographs, levels):
    s = similarity.view(photographs, levels + 1, 2, PAIRS, 2)
    consistency = F.relu((s[:, :, 0] - s[:, :, 1]).abs() - MARGIN_CONSISTENCY).mean()
    milder, stronger = torch.triu_indices(levels + 1, levels + 1, 1)
    # [photographs, pairs of levels, 2, 2, prompts, 2]
    fall = s[:, milder][:, :, :, None] - s[:, stronger][:, :, None]
    return consistency + F.relu(MARGIN_RANK - fall[..., 0]).mean() + F.relu(MARGIN_RANK + fall[..., 1]).mean()


def peak_memory():
    """MiB that this program has held at most. (`ru_maxrss` would begin with that of the process that started it.)"""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) // 1024


def say(facts):
    print(json.dumps(facts), flush=True)


def score(tower, crops, prompts):
    """Scores the same crops for every line that comes in: the mean over pairs of prompts of a softmax of cosines, scale 10."""
    tower.eval()
    for _ in sys.stdin:
        started = time.perf_counter()
        with torch.inference_mode():
            similarity = torch.einsum("nd,psd->nps", F.normalize(tower(crops), dim=-1), prompts)
            (10 * similarity).softmax(-1)[..., 0].mean(-1)
        say({"milliseconds": round(1000 * (time.perf_counter() - started), 1), "peakMemoryMiB": peak_memory()})


def serve(make_tower, embedding, batch_statistics=False):
    """Makes a step of one tower, of which `make_tower(side)` is an instance, for every line that comes in."""
    parser = argparse.ArgumentParser(description="Training steps in PyTorch, one for each line of standard input")
    parser.add_argument("--photographs", type=int, default=1)
    parser.add_argument("--levels", type=int, default=4, help="severity levels; each photograph has 2 (levels + 1) crops")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32")
    parser.add_argument("--work", choices=["training", "scoring"], default="training")
    parser.add_argument("--compiled", action="store_true", help="the tower by torch.compile")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
    torch.backends.cudnn.benchmark = True
    tower = nn.Sequential(Normalize(), make_tower(options.side)).train(batch_statistics).to(options.device)
    if options.compiled:
        tower.compile()
    prompts = F.normalize(torch.randn(PAIRS, 2, embedding), dim=-1).to(options.device)
    decayed = [parameter for parameter in tower.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in tower.parameters() if parameter.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 1e-2}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-6)
    count = options.photographs * (options.levels + 1) * 2
    crops = torch.randint(0, 256, (count, options.side, options.side, 3), dtype=torch.uint8)
    say({"torch": torch.__version__, "parameters": sum(parameter.numel() for parameter in tower.parameters()), "crops": count})
    if options.work == "scoring":
        return score(tower, crops, prompts)
    for _ in sys.stdin:
        started = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(options.device, torch.bfloat16, enabled=options.precision == "bf16"):
            features = tower(crops.to(options.device))
        similarity = torch.einsum("nd,psd->nps", F.normalize(features.float(), dim=-1), prompts)
        loss = losses(similarity, options.photographs, options.levels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        if options.device == "cuda":
            torch.cuda.synchronize()
        elapsed = time.perf_counter() - started
        say({"milliseconds": round(1000 * elapsed, 1), "loss": float(loss), "peakMemoryMiB": peak_memory()})
