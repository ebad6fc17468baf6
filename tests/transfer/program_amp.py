"""Mixed precision as PyTorch's recipe has it: autocast, GradScaler, clipping of unscaled gradients."""

import numpy as np
import torch
from torch import nn


def make_net():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 32),
        nn.LayerNorm(32), nn.GELU(), nn.Linear(32, 3),
    )  # fmt: skip


def train(net, dtype):
    r = np.random.default_rng(0)
    t = r.integers(0, 3, 48)
    x = torch.tensor(r.standard_normal((48, 1, 8, 8)) + t.reshape(-1, 1, 1, 1), dtype=dtype)
    t = torch.tensor(t)
    device, use_amp = "cpu", True
    loss_fn = nn.CrossEntropyLoss()
    opt = torch.optim.SGD(net.parameters(), lr=0.05)
    scaler = torch.amp.GradScaler(device, enabled=use_amp, growth_interval=4)
    for _ in range(20):
        with torch.autocast(device_type=device, dtype=torch.bfloat16, enabled=use_amp):
            output = net(x)
            loss = loss_fn(output, t)
        if dtype is torch.float32:
            assert output.dtype is torch.bfloat16
            assert loss.dtype is torch.float32
        scaler.scale(loss).backward()
        scaler.unscale_(opt)
        torch.nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)
        scaler.step(opt)
        scaler.update()
        opt.zero_grad()
        yield loss.item()
    yield scaler.get_scale() * 1e-9


CLOSE = {"float32": 0.03}  # bfloat16 has 8 bits; float64 is left alone by autocast
