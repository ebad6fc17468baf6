"""Functions with gradients of one's own: a Legendre polynomial, a clipped exponential, a straight-through sign."""

import math

import numpy as np
import torch
from torch.autograd import Function, gradcheck


class LegendrePolynomial3(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


class ClippedExp(Function):
    @staticmethod
    def forward(ctx, i, most):
        result = i.exp().clamp(max=most)
        ctx.save_for_backward(result)
        ctx.most = most
        ctx.mark_non_differentiable()
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result * (result < ctx.most), None


class Sign(Function):
    @staticmethod
    def forward(ctx, x):
        return torch.where(x >= 0, torch.ones_like(x), -torch.ones_like(x))

    @staticmethod
    def backward(ctx, g):
        return g if ctx.needs_input_grad[0] else None


class Fit(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for name, start in (("a", 0.0), ("b", -1.0), ("c", 0.0), ("d", 0.3)):
            setattr(self, name, torch.nn.Parameter(torch.full((), start)))
        self.gates = torch.nn.Parameter(torch.tensor([0.3, -0.2, 0.1]))


def make_net():
    return Fit()


def train(net, dtype):
    x = torch.linspace(-math.pi, math.pi, 200, dtype=dtype)
    y = torch.sin(x)
    features = torch.tensor(np.random.default_rng(0).standard_normal((200, 3)), dtype=dtype)
    P3 = LegendrePolynomial3.apply  # noqa: N806 - as in PyTorch's tutorial
    point = torch.tensor([0.3, -0.7], dtype=torch.float64, requires_grad=True)
    assert gradcheck(P3, (point,))
    for _ in range(60):
        y_pred = net.a + net.b * P3(net.c + net.d * x)
        loss = (y_pred - y).pow(2).mean()
        loss = loss + 1e-2 * ClippedExp.apply(net.gates, 1.1).sum()
        loss = loss + 1e-2 * (features @ Sign.apply(net.gates) - features.sum(1)).pow(2).mean()
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= 2e-2 * p.grad
                p.grad = None
        yield loss.item()
