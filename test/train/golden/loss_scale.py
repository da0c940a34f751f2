"""Writes loss-scale.txt: the scales that PyTorch finds for steps with and without overflow. Made with Debian 12's PyTorch 1.13:

    /usr/bin/python3 test/train/golden/loss_scale.py

The first line has the initial scale and the growth interval; the others say of a step whether it overflows, and the scale after it.
torch.cuda.amp.GradScaler updates its scale on GPUs only; its subclass for sharded models has the same rule for processors. The file is
loaded by itself, because its package does not load in Python 3.11.
"""
import importlib.util
import pathlib

import torch
import torch.distributed

path = pathlib.Path(torch.distributed.__file__).parent / "fsdp/sharded_grad_scaler.py"
specification = importlib.util.spec_from_file_location("sharded_grad_scaler", path)
module = importlib.util.module_from_spec(specification)
specification.loader.exec_module(module)

INITIAL, INTERVAL = 2.0**16, 5
# overflows at the beginning, in a row, just before the scale would grow, and right after it has grown
OVERFLOWS = [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

scaler = module.ShardedGradScaler.__new__(module.ShardedGradScaler)
scaler._scale = torch.full((1,), INITIAL)
scaler._growth_factor, scaler._backoff_factor = 2.0, 0.5
scaler._growth_interval, scaler._growth_tracker = INTERVAL, 0
lines = [f"{INITIAL:g} {INTERVAL}"]
for overflow in OVERFLOWS:
    scaler._amp_update_scale_cpu_(torch.tensor([float(overflow)]))
    lines.append(f"{overflow} {scaler._scale.item():g}")
(pathlib.Path(__file__).parent / "loss-scale.txt").write_text("\n".join(lines) + "\n")
