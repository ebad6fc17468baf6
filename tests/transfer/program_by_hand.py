"""Logistic regression and a polynomial fit by hand

Tensors, autograd, in-place updates, no nn.Module inside.
"""

import numpy as np
import torch
from torch import nn


class Weights(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.zeros(4))
        self.w = nn.Parameter(torch.zeros(3, 1))


def make_net():
    return Weights()


def train(net, dtype):
    r = np.random.default_rng(0)
    x = torch.linspace(-1, 1, 50, dtype=dtype)
    y = torch.sin(3 * x)
    powers = torch.stack([x**i for i in range(4)], dim=1)
    points = torch.tensor(r.standard_normal((50, 3)), dtype=dtype)
    labels = (points[:, :1] - points[:, 1:2] > 0).to(dtype)
    for _ in range(30):
        fit = ((powers @ net.a - y) ** 2).mean()
        chance = 1 / (1 + torch.exp(-(points @ net.w)))
        cross = -(labels * torch.log(chance) + (1 - labels) * torch.log(1 - chance)).mean()
        loss = fit + cross
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= 0.3 * p.grad
                p.grad.zero_()
        yield loss.item()
