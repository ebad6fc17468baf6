"""More programs for the table in `programs`: hooks, Functions, optimizers of one's own, memory that is shared."""

import contextlib

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.nn.functional as F
import vizgrad.optim as optim
from vizgrad import autograd
from vizgrad.utils.checkpoint import checkpoint

from .programs import program


class Hooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        h = torch.tanh(self.fc1(x))
        h.retain_grad()
        h.register_hook(lambda g: g * 2)
        h.grad_fn.register_prehook(lambda grads: (grads[0] + 0.25,))
        h.grad_fn.register_hook(lambda results, grads: (results[0] * 0.5,))
        self.hidden = h
        return self.fc2(h)


@program
def hooks():
    """Functions of the user's own that look at values and gradients, and replace them."""
    model = Hooked()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(5, 3)
    model.fc1.weight.register_hook(lambda g: g.clamp(-0.1, 0.1))
    model.fc2.register_forward_hook(lambda module, inputs, y: y * 1.5)
    model.fc2.register_full_backward_hook(lambda module, into, out: (into[0] * 0.9,))
    model.fc1.register_forward_pre_hook(lambda module, inputs: (inputs[0] + 1,))

    def body(keep):
        for _ in range(2):
            loss = model(x).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            keep(model.hidden.grad)
            optimizer.step()
            keep(loss)

    return model, optimizer, body


class Twice(autograd.Function):
    """Sine and cosine of x, with a backward of its own."""

    @staticmethod
    def forward(ctx, x, factor):
        s, c = torch.sin(x * factor), torch.cos(x * factor)
        ctx.save_for_backward(s, c)
        ctx.factor = factor
        return s, c

    @staticmethod
    def backward(ctx, gs, gc):
        s, c = ctx.saved_tensors
        return (gs * c - gc * s) * ctx.factor, None


class Curved(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)

    def forward(self, x):
        s, c = Twice.apply(self.fc(x), 2.0)
        return s * c + c


@program
def custom_function():
    model = Curved()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(4, 3)

    def body(keep):
        for _ in range(2):
            loss = model(x).square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)

    return model, optimizer, body


@program
def accumulation():
    """Two backward passes before each step, one graph walked twice, and a schedule of the learning rate."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1))
    optimizer = optim.AdamW(
        [{"params": model[0].parameters(), "lr": 0.01}, {"params": model[2].parameters()}],
        lr=0.05, weight_decay=0.1, amsgrad=True,
    )  # fmt: skip
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    batches = torch.randn(4, 5, 3)

    def body(keep):
        for i in range(2):
            optimizer.zero_grad(set_to_none=bool(i))
            for x in batches[2 * i : 2 * i + 2]:
                loss = model(x).pow(2).mean() / 2
                loss.backward(retain_graph=True)
            (loss * 3).backward()
            optimizer.step()
            scheduler.step()
            keep(loss)

    return model, optimizer, body


class Plain(optim.Optimizer):
    """Descent with momentum, written as PyTorch's tutorials do."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "velocity" not in state:
                    state["velocity"] = torch.zeros_like(p)
                state["velocity"].mul_(0.9).add_(p.grad)
                p.add_(state["velocity"], alpha=-group["lr"])


@program
def own_optimizer():
    model = nn.Linear(3, 2)
    optimizer = Plain(model.parameters(), lr=0.1)
    x = torch.randn(4, 3)

    def body(keep):
        for _ in range(3):
            loss = model(x).abs().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)

    return model, optimizer, body


@program
def by_hand():
    """No optimizer at all: gradients are asked for, parameters written to."""
    model = nn.Sequential(nn.Linear(3, 3), nn.Softplus(), nn.Linear(3, 1))
    x = torch.randn(4, 3)

    def body(keep):
        parameters = list(model.parameters())
        for i in range(3):
            loss = model(x).pow(2).sum()
            found = autograd.grad(loss, parameters)
            with torch.no_grad():
                for p, g in zip(parameters, found, strict=True):
                    if i == 1:
                        p.data = p.data - 0.05 * g
                    else:
                        p -= 0.05 * g
            keep(loss)

    return model, None, body


@program
def autocast():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x, target = torch.randn(5, 3), torch.arange(5) % 2

    def body(keep):
        for _ in range(2):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                y = model(x)
                loss = F.cross_entropy(y, target)
            loss.backward()
            optimizer.step()
            keep(loss)
            keep(y)

    return model, optimizer, body


class Forgetful(nn.Module):
    def __init__(self, reentrant):
        super().__init__()
        self.fc1, self.fc2, self.out = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 1)
        self.reentrant = reentrant

    def part(self, x):
        return F.dropout(torch.tanh(self.fc2(torch.tanh(x))), 0.3)

    def forward(self, x):
        return self.out(checkpoint(self.part, self.fc1(x), use_reentrant=self.reentrant))


def _forgetful(reentrant):
    model = Forgetful(reentrant)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(4, 3)

    def body(keep):
        for _ in range(2):
            loss = model(x).pow(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)

    return model, optimizer, body


@program
def checkpointed():
    return _forgetful(False)


@program
def checkpointed_reentrant():
    return _forgetful(True)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.out = nn.Linear(3, 5, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, x):
        return self.out(self.embed(x))


@program
def tied():
    """One parameter in two modules; a slow copy of it is kept beside."""
    model, slow = Tied(), Tied()
    optimizer = optim.NAdam(model.parameters(), lr=0.1)
    x, target = torch.arange(4), torch.arange(4) + 1

    def body(keep):
        slow.load_state_dict(model.state_dict())
        for _ in range(2):
            loss = F.cross_entropy(model(x), target)
            with torch.no_grad():
                distance = F.mse_loss(slow(x), model(x))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for a, b in zip(slow.parameters(), model.parameters(), strict=True):
                    a.mul_(0.9).add_(b, alpha=0.1)
            keep(loss)
            keep(distance)
        keep(slow.embed.weight)

    return model, optimizer, body


@program
def deciding():
    """How often the loop runs depends on what it computed; an error on the way is caught."""
    model = nn.Linear(3, 3)
    optimizer = optim.SGD(model.parameters(), lr=0.2)

    def body(keep):
        for _ in range(2):
            h, size = torch.randn(2, 3), 1.0
            while h.norm().item() > 0.6:
                size /= 2
                h = model(h).tanh() * size
                with contextlib.suppress(RuntimeError):
                    h @ torch.ones(4, 4)
            loss = (model(h) - 1).pow(2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)

    return model, optimizer, body


@program
def sharing():
    """Memory that is shared without history: detach, .data, numpy, and writes through them."""
    model = nn.Linear(3, 3)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    buffer = torch.zeros(2, 3)
    buffer.numpy()[...] = 1

    def body(keep):
        for i in range(2):
            y = model(buffer)
            seen = y.detach()
            loss = (y * seen).sum() + (y - seen.exp()).abs().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            buffer.numpy()[0] += i + 1
            model.bias.data.clamp_(-0.3, 0.3)
            seen.add_(1.0)
            keep(loss)
            keep(y)
            keep(seen)

    return model, optimizer, body


@program
def attention():
    """Dropout inside a transformer's layer, several outputs, indices."""
    model = nn.TransformerEncoderLayer(4, 2, dim_feedforward=5, dropout=0.2, batch_first=True)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(2, 3, 4)

    def body(keep):
        for _ in range(2):
            y = model(x)
            best, where = y.max(dim=1)
            parts = y.unbind(1)
            loss = best.sum() + torch.stack(parts[:2]).square().mean() + where.sum() * 0.0
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            keep(loss)
            keep(where)

    return model, optimizer, body
