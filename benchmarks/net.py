"""The network of the first notebook, for VizGrad or for PyTorch: whatever library is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy


def library(name: str) -> Any:
    """``vizgrad`` or ``torch``, with the parts that a training step needs."""
    import importlib

    for part in ("nn.functional", "optim.lr_scheduler"):
        importlib.import_module(f"{name}.{part}")
    return importlib.import_module(name)


def net(torch: Any, side: int) -> Any:
    """Two convolutions, pooling, dropout, two linear layers."""
    nn, f = torch.nn, torch.nn.functional

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
            self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
            self.dropout1 = nn.Dropout(0.25)
            self.dropout2 = nn.Dropout(0.5)
            self.fc1 = nn.Linear(64 * (side // 2) ** 2, 128)
            self.fc2 = nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            x = f.relu(self.conv1(x))
            x = f.relu(self.conv2(x))
            x = f.max_pool2d(x, 2)
            x = self.dropout1(x)
            x = torch.flatten(x, 1)
            x = f.relu(self.fc1(x))
            x = self.dropout2(x)
            return f.log_softmax(self.fc2(x), dim=1)

    return Net()


def stepper(torch: Any, batch: int, side: int) -> tuple[Callable[[], None], Any, Any]:
    """A function that takes one training step, the model and its optimizer."""
    chance = numpy.random.default_rng(0)
    images = torch.from_numpy(chance.normal(size=(batch, 1, side, side)).astype("f4"))
    labels = torch.from_numpy(chance.integers(0, 10, batch))
    torch.manual_seed(0)
    model = net(torch, side)
    optimizer = torch.optim.Adadelta(model.parameters(), lr=0.1)
    loss_of = torch.nn.functional.nll_loss

    def step() -> None:
        optimizer.zero_grad()
        loss_of(model(images), labels).backward()
        optimizer.step()

    return step, model, optimizer
