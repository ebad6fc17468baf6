"""Small training programs of every kind that a stepper must follow, each to be run undisturbed and stepped through.

A program is a function without arguments.  It returns a model, its optimizer (or None) and a body; what the body
gives to ``keep`` is compared between runs, tensors at the end of the program.
"""

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.nn.functional as F
import vizgrad.optim as optim
from vizgrad import autograd

PROGRAMS = {}


def program(make):
    """Enter a program in the table."""
    PROGRAMS[make.__name__] = make
    return make


def start(name):
    """The program as it stands before its first line: model, optimizer, body."""
    torch.manual_seed(7)
    return PROGRAMS[name]()


@program
def perceptron():
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, target = torch.randn(6, 4), torch.arange(6) % 3

    def body(keep):
        for _ in range(3):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), target)
            loss.backward()
            optimizer.step()
            keep(loss)

    return model, optimizer, body


class Convolutional(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.drop = nn.Dropout(0.4)
        self.fc = nn.Linear(2 * 4 * 4, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 2)
        return self.fc(self.drop(x.flatten(1)))


@program
def convolutional():
    model = Convolutional()
    optimizer = optim.Adam(model.parameters(), lr=0.05)

    def body(keep):
        for _ in range(2):
            x, target = torch.rand(2, 1, 10, 10), torch.randint(0, 3, (2,))
            optimizer.zero_grad(set_to_none=False)
            loss = F.cross_entropy(model(x), target)
            loss.backward()
            optimizer.step()
            keep(loss)
        model.eval()
        with torch.no_grad():
            keep(model(x))

    return model, optimizer, body


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 3)
        self.lstm = nn.LSTM(3, 4, num_layers=2, batch_first=True)
        self.out = nn.Linear(4, 7)

    def forward(self, x, state):
        y, state = self.lstm(self.embed(x), state)
        return self.out(y), state


@program
def recurrent():
    """Truncated backpropagation: a hidden state is carried from step to step."""
    model = Words()
    optimizer = optim.RMSprop(model.parameters(), lr=0.01)
    text = torch.arange(24).reshape(2, 12) * 5 % 7

    def body(keep):
        state = None
        for i in range(0, 9, 3):
            x, target = text[:, i : i + 3], text[:, i + 1 : i + 4]
            y, state = model(x, state)
            state = tuple(s.detach() for s in state)
            loss = F.cross_entropy(y.reshape(-1, 7), target.reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            keep(nn.utils.clip_grad_norm_(model.parameters(), 0.5))
            optimizer.step()
            keep(loss)
        keep(state[0])

    return model, optimizer, body


@program
def shared_cell():
    """The same weights at each moment, in a loop of the user's own."""
    cell = nn.GRUCell(2, 3)

    def body(keep):
        optimizer = optim.Adagrad(cell.parameters(), lr=0.1)
        for _ in range(2):
            h = torch.zeros(1, 3)
            for x in torch.randn(3, 1, 2):
                h = cell(x, h)
            loss = h.pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)

    return cell, None, body


@program
def gradient_penalty():
    """Gradients of gradients: a critic whose slope is to be one."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = optim.SGD(model.parameters(), lr=0.1)

    def body(keep):
        for _ in range(2):
            x = torch.randn(5, 3, requires_grad=True)
            score = model(x)
            (slope,) = autograd.grad(score.sum(), x, create_graph=True)
            loss = score.mean() + ((slope.norm(dim=1) - 1) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)
            keep(slope)

    return model, optimizer, body


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2), nn.Linear(3, 2))
        self.critic = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2), nn.Linear(3, 1))


@program
def adversaries():
    """Two optimizers that move two halves of one model in turn."""
    model = Pair()
    mine = optim.Adam(model.generator.parameters(), lr=0.02)
    theirs = optim.Adam(model.critic.parameters(), lr=0.02)
    real = torch.randn(4, 2) + 3

    def body(keep):
        for _ in range(2):
            made = model.generator(torch.randn(4, 2))
            theirs.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model.critic(real), torch.ones(4, 1))
            loss = loss + F.binary_cross_entropy_with_logits(model.critic(made.detach()), torch.zeros(4, 1))
            loss.backward()
            theirs.step()
            keep(loss)
            mine.zero_grad()
            loss = F.binary_cross_entropy_with_logits(model.critic(made), torch.ones(4, 1))
            loss.backward()
            mine.step()
            keep(loss)

    return model, mine, body


@program
def closure():
    """LBFGS computes the loss as often as it likes, inside its step."""
    model = nn.Linear(3, 1)
    optimizer = optim.LBFGS(model.parameters(), lr=0.5, max_iter=3)
    x = torch.randn(6, 3)
    target = x.sum(1, keepdim=True)

    def body(keep):
        def again():
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), target)
            loss.backward()
            return loss

        for _ in range(2):
            keep(optimizer.step(again))

    return model, optimizer, body


class InPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        y = self.fc(x)
        y = y.add_(1.0).relu_() * 1.5
        left, right = y[:, :2], y[:, 2:]
        right.mul_(left.detach() + 0.5)
        y[0] = 2.0
        y[:, 1] += x[:, 1]
        z = torch.zeros_like(y)
        z[:2] = y[:2]
        z.view(-1)[5:7] = y.t()[0, :2]
        a, b = z.chunk(2, dim=1)
        return (a * b).sum() + left.sum() + y.transpose(0, 1)[3].sum()


@program
def in_place():
    """Written over, sliced, looked at from several sides."""
    model = InPlace()
    optimizer = optim.SGD(model.parameters(), lr=0.01)
    x = torch.randn(3, 4)

    def body(keep):
        for _ in range(2):
            loss = model(x)
            loss += model.fc.bias.square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)

    return model, optimizer, body
