"""A multilayer perceptron tells two spirals apart: Adam, CrossEntropyLoss, TensorDataset."""

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset


def make_net():
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 2))


def spirals(dtype):
    r = np.random.default_rng(0)
    turn = np.linspace(0.2, 3, 100)
    points = [np.stack([turn * np.cos(2 * turn + s), turn * np.sin(2 * turn + s)], 1) for s in (0, np.pi)]
    x = np.concatenate(points) + 0.05 * r.standard_normal((200, 2))
    return TensorDataset(torch.tensor(x, dtype=dtype), torch.tensor(np.repeat([0, 1], 100)))


def train(net, dtype):
    loader = DataLoader(spirals(dtype), batch_size=50)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    for _ in range(8):
        for x, t in loader:
            optimizer.zero_grad()
            loss = criterion(net(x), t)
            loss.backward()
            optimizer.step()
            yield loss.item()
