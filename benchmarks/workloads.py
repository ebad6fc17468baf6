"""Eight networks with their data, their loss and their optimizer, for VizGrad or for PyTorch: what steps.py times."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy
from net import net

Arrays = tuple[numpy.ndarray, ...]


@dataclass(frozen=True)
class Workload:
    """What one training step is made of; ``torch`` is whichever library is measured."""

    make: Callable[[Any], Any]  # torch -> the network
    data: Callable[[numpy.random.Generator], Arrays]  # one batch, as NumPy arrays
    loss: Callable[..., Any]  # (torch, network, *batch) -> a number
    optimizer: Callable[[Any, Any], Any]  # (torch.optim, parameters) -> its optimizer


def images(batch: int, channels: int, side: int) -> Callable[[Any], Arrays]:
    """Noise as pictures, and their classes."""

    def draw(chance: Any) -> Arrays:
        return chance.standard_normal((batch, channels, side, side)).astype("f4"), chance.integers(
            0, 10, batch
        )

    return draw


def words(batch: int, length: int) -> Callable[[Any], Arrays]:
    """Letters by number, and those that follow them."""

    def draw(chance: Any) -> Arrays:
        text = chance.integers(0, 65, (batch, length + 1))
        return text[:, :-1].copy(), text[:, 1:].copy()

    return draw


def classified(torch: Any, model: Any, x: Any, t: Any) -> Any:
    return torch.nn.functional.cross_entropy(model(x), t)


def continued(torch: Any, model: Any, x: Any, t: Any) -> Any:
    y = model(x)
    return torch.nn.functional.cross_entropy(y.reshape(-1, y.shape[-1]), t.reshape(-1))


def tiny(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 3))


def perceptron(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )


def lenet(torch: Any) -> Any:
    """LeCun et al., 1998, with today's activation and pooling."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip


def resnet(torch: Any) -> Any:
    """He et al., 2016, for CIFAR: three stages of 16, 32 and 64 channels, one block each."""
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, inputs: int, outputs: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn1, self.bn2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
            same = stride == 1 and inputs == outputs
            self.short = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

        def forward(self, x: Any) -> Any:
            y = torch.relu(self.bn1(self.conv1(x)))
            return torch.relu(self.bn2(self.conv2(y)) + self.short(x))

    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), Block(16, 16, 1), Block(16, 32, 2),
        Block(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip


def gpt(torch: Any) -> Any:
    """Radford et al., 2019, small: two blocks of width 64 that read 64 letters."""
    nn, f = torch.nn, torch.nn.functional

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(64), nn.LayerNorm(64)
            self.qkv, self.out = nn.Linear(64, 192), nn.Linear(64, 64)
            self.mlp = nn.Sequential(nn.Linear(64, 256), nn.GELU(), nn.Linear(256, 64))

        def forward(self, x: Any) -> Any:
            n, length, width = x.shape
            parts = self.qkv(self.norm1(x)).split(width, dim=2)
            q, k, v = (y.view(n, length, 4, width // 4).transpose(1, 2) for y in parts)
            y = f.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).reshape(n, length, width))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.word, self.place = nn.Embedding(65, 64), nn.Embedding(64, 64)
            self.blocks, self.norm = nn.Sequential(Block(), Block()), nn.LayerNorm(64)
            self.head = nn.Linear(64, 65, bias=False)

        def forward(self, x: Any) -> Any:
            h = self.word(x) + self.place(torch.arange(x.shape[1]))
            return self.head(self.norm(self.blocks(h)))

    return GPT()


def letters(torch: Any) -> Any:
    """An LSTM that reads 32 letters: Hochreiter & Schmidhuber, 1997."""
    nn = torch.nn

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.word, self.lstm = nn.Embedding(65, 64), nn.LSTM(64, 128, batch_first=True)
            self.head = nn.Linear(128, 65)

        def forward(self, x: Any) -> Any:
            return self.head(self.lstm(self.word(x))[0])

    return Reader()


def vae(torch: Any) -> Any:
    """Kingma & Welling, 2014."""
    nn = torch.nn

    class VAE(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.read, self.mean, self.spread = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
            self.write, self.last = nn.Linear(20, 400), nn.Linear(400, 784)

        def forward(self, x: Any, noise: Any) -> Any:
            h = torch.relu(self.read(x))
            mean, spread = self.mean(h), self.spread(h)
            z = mean + noise * torch.exp(0.5 * spread)
            return torch.sigmoid(self.last(torch.relu(self.write(z)))), mean, spread

    return VAE()


def reconstructed(torch: Any, model: Any, x: Any, noise: Any) -> Any:
    y, mean, spread = model(x, noise)
    cross = torch.nn.functional.binary_cross_entropy(y, x, reduction="sum")
    return cross - 0.5 * torch.sum(1 + spread - mean.pow(2) - spread.exp())


def pictures_and_noise(chance: Any) -> Arrays:
    return chance.random((64, 784)).astype("f4"), chance.standard_normal((64, 20)).astype("f4")


def points(chance: Any) -> Arrays:
    return chance.standard_normal((16, 4)).astype("f4"), chance.integers(0, 3, 16)


def first_look(torch: Any, model: Any, x: Any, t: Any) -> Any:
    return torch.nn.functional.nll_loss(model(x), t)


WORKLOADS: dict[str, Workload] = {
    "tiny MLP, 16×4": Workload(tiny, points, classified, lambda o, p: o.SGD(p, lr=0.1)),
    "MNIST MLP, 64×784": Workload(perceptron, images(64, 1, 28), classified, lambda o, p: o.Adam(p)),
    "LeNet, 64×1×28×28": Workload(
        lenet, images(64, 1, 28), classified, lambda o, p: o.SGD(p, lr=0.01, momentum=0.9)
    ),
    "first-look CNN, 32×1×8×8": Workload(
        lambda t: net(t, 8), images(32, 1, 8), first_look, lambda o, p: o.Adadelta(p, lr=0.1)
    ),
    "CIFAR ResNet, 32×3×32×32": Workload(
        resnet, images(32, 3, 32), classified, lambda o, p: o.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-4)
    ),
    "small GPT, 8×64 letters": Workload(gpt, words(8, 64), continued, lambda o, p: o.AdamW(p, lr=1e-3)),
    "LSTM, 16×32 letters": Workload(letters, words(16, 32), continued, lambda o, p: o.Adam(p)),
    "VAE, 64×784": Workload(vae, pictures_and_noise, reconstructed, lambda o, p: o.Adam(p)),
}


class Training:
    """One workload in one library, ready to step; all begin with PyTorch's weights."""

    def __init__(self, workload: Workload, torch: Any, weights: dict[str, numpy.ndarray]) -> None:
        self.torch, self.workload = torch, workload
        self.model = workload.make(torch)
        self.model.load_state_dict({k: torch.tensor(v) for k, v in weights.items()})
        self.batch = [torch.tensor(a) for a in workload.data(numpy.random.default_rng(0))]
        self.optimizer = workload.optimizer(torch.optim, self.model.parameters())

    def step(self) -> Any:
        self.optimizer.zero_grad()
        loss = self.workload.loss(self.torch, self.model, *self.batch)
        loss.backward()
        self.optimizer.step()
        return loss


def pair(name: str, ours: Any, theirs: Any) -> tuple[Training, Training]:
    """A workload in both libraries, once they were seen to compute the same losses.

    Dropout draws other numbers in each, so that is seen in evaluation.  RuntimeError if they do not.
    """
    workload = WORKLOADS[name]
    theirs.manual_seed(0)
    weights = {k: v.numpy() for k, v in workload.make(theirs).state_dict().items()}
    both = [Training(workload, library, weights) for library in (ours, theirs)]
    losses = []
    for training in both:
        training.model.eval()
        losses.append([training.step().item() for _ in range(3)])
        training.model.train()
    if not all(math.isclose(a, b, rel_tol=1e-3) for a, b in zip(*losses, strict=True)):
        raise RuntimeError(f"{name}: VizGrad's losses are {losses[0]}, PyTorch's {losses[1]}")
    return both[0], both[1]
