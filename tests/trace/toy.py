"""A small network, a loop that trains it, and sinks for tests."""

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.nn.functional as F
import vizgrad.optim as optim
from vizgrad.trace.publisher import Publisher
from vizgrad.trace.run import Run


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16, 16)

    def forward(self, x):
        return torch.relu(self.fc(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 16)
        self.block = Block()
        self.last = nn.Linear(16, 3)

    def forward(self, x):
        return self.last(self.block(self.first(x)))


def data(n=12):
    torch.manual_seed(1)
    return torch.randn(n, 4), torch.arange(n) % 3


def train(model, optimizer, steps=10, each=lambda step: None):
    x, target = data()
    for step in range(1, steps + 1):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), target)
        loss.backward()
        optimizer.step()
        each(step)
    return loss.item()


class Page:
    """Takes what a page would be sent."""

    def __init__(self):
        self.got = []

    def send(self, message, points):
        self.got.append((message, points))

    def status(self):
        return next(part for part in self.got[-1][0]["parts"] if part["is"] == "status")

    def parts(self, kind):
        return [part for message, _ in self.got for part in message["parts"] if part["is"] == kind]


def setup(**options):
    """A model, its optimizer, a page, and a run that speaks only when it is told to, or at its end."""
    torch.manual_seed(0)
    model = Net()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    page = Page()
    options.setdefault("publisher", Publisher(threaded=False, sleep=lambda seconds: None))
    run = Run(model, optimizer, **options)
    run.channel.page = page
    return model, optimizer, page, run
