"""Training that is saved in the middle and goes on from the file: model, optimizer, scheduler and scaler."""

import io

import numpy as np
import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR


def make_net():
    return nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.SiLU(), nn.Linear(16, 2))


def parts(net):
    optimizer = AdamW(net.parameters(), lr=0.02, amsgrad=True)
    return optimizer, CosineAnnealingLR(optimizer, T_max=20), torch.amp.GradScaler("cpu", growth_interval=3)


def epochs(net, optimizer, scheduler, scaler, data, count):
    for _ in range(count):
        for x, y in data:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(net(x), y)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            yield loss.item()
        scheduler.step()


def train(net, dtype):
    r = np.random.default_rng(0)
    x = torch.tensor(r.standard_normal((60, 5)), dtype=dtype)
    y = torch.stack([x[:, 0] * x[:, 1], x.sum(1).tanh()], dim=1)
    data = list(zip(x.split(20), y.split(20), strict=True))
    optimizer, scheduler, scaler = parts(net)
    yield from epochs(net, optimizer, scheduler, scaler, data, 6)
    file = io.BytesIO()
    state = {"epoch": 6, "model": net.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "scheduler": scheduler.state_dict(), "scaler": scaler.state_dict()}, file)
    goes_on = list(epochs(net, optimizer, scheduler, scaler, data, 4))
    file.seek(0)
    checkpoint = torch.load(file, weights_only=True)
    assert checkpoint["epoch"] == 6
    net = make_net().to(dtype)
    optimizer, scheduler, scaler = parts(net)
    net.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    scaler.load_state_dict(checkpoint["scaler"])
    again = list(epochs(net, optimizer, scheduler, scaler, data, 4))
    assert again == goes_on, "a resumed run is the run that was not interrupted"
    yield from again
