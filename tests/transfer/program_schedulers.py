"""Every learning-rate schedule once, one after the other, on one small network; the rates are compared too."""

import warnings

import numpy as np
import torch
from torch import nn
from torch.optim import SGD, lr_scheduler


def make_net():
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))


def schedules(optimizer):
    yield lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    yield lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.9)
    yield lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    yield lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.3)
    yield lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
    yield lr_scheduler.LinearLR(optimizer, start_factor=0.2, total_iters=4)
    yield lr_scheduler.ExponentialLR(optimizer, gamma=0.8)
    yield lr_scheduler.PolynomialLR(optimizer, total_iters=4, power=2.0)
    yield lr_scheduler.CosineAnnealingLR(optimizer, T_max=4, eta_min=0.001)
    yield lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    yield lr_scheduler.CyclicLR(optimizer, base_lr=0.01, max_lr=0.1, step_size_up=2, cycle_momentum=False)
    yield lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=6)
    yield lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, threshold=0.5)
    warm, cool = (
        lr_scheduler.LinearLR(optimizer, 0.1, total_iters=2),
        lr_scheduler.ExponentialLR(optimizer, 0.7),
    )
    yield lr_scheduler.SequentialLR(optimizer, [warm, cool], milestones=[2])
    yield lr_scheduler.ChainedScheduler(
        [
            lr_scheduler.ConstantLR(optimizer, 0.5, total_iters=2),
            lr_scheduler.ExponentialLR(optimizer, gamma=0.9),
        ]
    )


def train(net, dtype):
    r = np.random.default_rng(0)
    x = torch.tensor(r.standard_normal((40, 3)), dtype=dtype)
    y = (x[:, :1] * x[:, 1:2]).detach()
    for which in range(15):
        optimizer = SGD([{"params": net[0].parameters()}, {"params": net[2].parameters(), "lr": 0.02}], lr=0.05,
                        momentum=0.8)  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schedule = list(zip(range(which + 1), schedules(optimizer)))[-1][1]  # noqa: B905
        for group in optimizer.param_groups:  # the schedules before it have been at the rate
            group["lr"] = group["initial_lr"] if which < 10 else group["lr"]
        for _ in range(5):
            optimizer.zero_grad()
            loss = nn.functional.smooth_l1_loss(net(x), y)
            loss.backward()
            optimizer.step()
            if isinstance(schedule, lr_scheduler.ReduceLROnPlateau):
                schedule.step(loss.item())
            else:
                schedule.step()
            yield loss.item()
            yield 1 + sum(group["lr"] for group in optimizer.param_groups)


LEARNS = False  # losses and rates take turns
