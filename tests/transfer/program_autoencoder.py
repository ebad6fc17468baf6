"""An autoencoder with transposed convolutions: RMSprop, MSE, parameter groups, weights by hand in no_grad."""

import numpy as np
import torch
import torch.nn as nn


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.LeakyReLU(0.1), nn.Flatten(), nn.Linear(64, 6)
        )
        self.decoder = nn.Sequential(
            nn.Linear(6, 64),
            nn.Unflatten(1, (4, 4, 4)),
            nn.SiLU(),
            nn.ConvTranspose2d(4, 1, 4, stride=2, padding=1),
        )
        self.register_buffer("mean", torch.zeros(1, 1, 8, 8))

    def forward(self, x):
        return self.decoder(self.encoder(x - self.mean)) + self.mean


def make_net():
    net = Autoencoder()
    with torch.no_grad():
        for p in net.decoder.parameters():
            p.mul_(0.5)
    return net


def train(net, dtype):
    r = np.random.default_rng(0)
    x = torch.tensor(
        np.sin(np.outer(r.uniform(1, 2, 40), np.arange(64) / 8)).reshape(40, 1, 8, 8), dtype=dtype
    )
    net.mean = x.mean(0, keepdim=True)
    groups = [{"params": net.encoder.parameters()}, {"params": net.decoder.parameters(), "lr": 2e-3}]
    optimizer = torch.optim.RMSprop(groups, lr=1e-3, momentum=0.5, centered=True)
    for _ in range(30):
        y = net(x)
        loss = nn.functional.mse_loss(y, x) + 1e-3 * sum(p.abs().sum() for p in net.encoder[3].parameters())
        net.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()
