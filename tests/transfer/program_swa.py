"""Averaged weights: SWALR, AveragedModel by mean and by exponential decay, update_bn."""

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn


def make_net():
    return nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))


def train(model, dtype):
    r = np.random.default_rng(0)
    t = r.integers(0, 3, 96)
    x = torch.tensor(r.standard_normal((96, 4)) + np.eye(3, 4)[t], dtype=dtype)
    t = torch.tensor(t)
    loader = [(x[i : i + 32], t[i : i + 32]) for i in range(0, 96, 32)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    swa_model, ema_model = AveragedModel(model), AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    swa_scheduler = SWALR(optimizer, swa_lr=0.05, anneal_epochs=2)
    for epoch in range(8):
        for input, target in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(input), target)
            loss.backward()
            optimizer.step()
            ema_model.update_parameters(model)
            yield loss.item()
        if epoch > 4:
            swa_model.update_parameters(model)
            swa_scheduler.step()
        else:
            scheduler.step()
    update_bn(loader, swa_model)
    update_bn(loader, ema_model)
    with torch.no_grad():
        for averaged in (swa_model, ema_model):
            yield nn.functional.cross_entropy(averaged.eval()(x), t).item()
