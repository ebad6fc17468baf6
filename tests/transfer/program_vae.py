"""A variational autoencoder: reparameterization, binary cross entropy plus KL divergence, Adam."""

import numpy as np
import torch
from torch import nn, optim
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 32)
        self.fc21 = nn.Linear(32, 4)
        self.fc22 = nn.Linear(32, 4)
        self.fc3 = nn.Linear(4, 32)
        self.fc4 = nn.Linear(32, 64)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar, noise):
        std = torch.exp(0.5 * logvar)
        eps = torch.as_tensor(noise).to(std)
        return mu + eps * std

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x, noise):
        mu, logvar = self.encode(x.view(-1, 64))
        z = self.reparameterize(mu, logvar, noise)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 64), reduction="sum")  # noqa: N806 - as in PyTorch's example
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())  # noqa: N806
    return BCE + KLD


def make_net():
    return VAE()


def train(model, dtype):
    r = np.random.default_rng(0)
    centre = r.integers(1, 7, (200, 2))
    grid = np.stack(np.meshgrid(np.arange(8), np.arange(8), indexing="ij"))
    images = np.exp(-((grid - centre[:, :, None, None]) ** 2).sum(1) / 2)
    data = torch.tensor(images[:, None], dtype=dtype)
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(8):
        for batch in data.split(50):
            optimizer.zero_grad()
            recon, mu, logvar = model(batch, r.standard_normal((len(batch), 4)))
            loss = loss_function(recon, batch, mu, logvar)
            loss.backward()
            optimizer.step()
            yield loss.item() / len(batch)
