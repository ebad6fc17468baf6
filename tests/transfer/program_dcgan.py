"""A small DCGAN: two networks, two optimizers, transposed convolutions, weights drawn by apply()."""

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Conv") != -1:
        torch.nn.init.normal_(m.weight, 0.0, 0.1)
    elif classname.find("BatchNorm") != -1:
        torch.nn.init.normal_(m.weight, 1.0, 0.02)
        torch.nn.init.zeros_(m.bias)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(6, 16, 4, 1, 0, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(True),
            nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(True),
            nn.ConvTranspose2d(8, 1, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, input):
        return self.main(input)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(1, 8, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(8, 16, 4, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(16, 1, 4, 1, 0, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, input):
        return self.main(input).view(-1, 1).squeeze(1)


def make_net():
    net = nn.ModuleDict({"generator": Generator(), "discriminator": Discriminator()})
    net.apply(weights_init)
    return net


def train(net, dtype):
    r = np.random.default_rng(0)
    generator, discriminator = net["generator"], net["discriminator"]
    criterion = nn.BCELoss()
    optimizerD = optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))  # noqa: N806 - as it is done
    optimizerG = optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))  # noqa: N806
    for _ in range(12):
        real = torch.tensor(np.sign(r.standard_normal((8, 1, 4, 4))).repeat(4, 2).repeat(4, 3), dtype=dtype)
        discriminator.zero_grad()
        label = torch.full((8,), 1, dtype=dtype)
        errD_real = criterion(discriminator(real), label)  # noqa: N806
        errD_real.backward()
        noise = torch.tensor(r.standard_normal((8, 6, 1, 1)), dtype=dtype)
        fake = generator(noise)
        label.fill_(0)
        errD_fake = criterion(discriminator(fake.detach()), label)  # noqa: N806
        errD_fake.backward()
        optimizerD.step()
        generator.zero_grad()
        label.fill_(1)
        errG = criterion(discriminator(fake), label)  # noqa: N806
        errG.backward()
        optimizerG.step()
        yield (errD_real + errD_fake).item()
        yield errG.item()


LEARNS = False  # two losses that pull against each other
