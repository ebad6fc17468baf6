"""LBFGS with a closure: Rosenbrock's valley, a small network fitted to a sine, both kinds of line search."""

import torch
from torch import nn


def make_net():
    net = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
    net.register_parameter("point", nn.Parameter(torch.tensor([-1.2, 1.0])))
    return net


def train(net, dtype):
    layers = [net[0], net[2]]
    valley = torch.optim.LBFGS([net.point], lr=0.5, max_iter=3, line_search_fn="strong_wolfe")

    def rosenbrock():
        valley.zero_grad()
        x, y = net.point
        loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
        loss.backward()
        return loss

    for _ in range(6):
        yield valley.step(rosenbrock).item()
    x = torch.linspace(-2, 2, 40, dtype=dtype).unsqueeze(1)
    target = torch.sin(2 * x)
    criterion = nn.MSELoss()
    optimizer = torch.optim.LBFGS(
        [p for m in layers for p in m.parameters()], lr=0.1, max_iter=4, history_size=5
    )

    def closure():
        optimizer.zero_grad()
        out = net(x)
        loss = criterion(out, target)
        loss.backward()
        return loss

    for _ in range(8):
        yield optimizer.step(closure).item()
