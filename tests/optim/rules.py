"""The optimizers of the tests, and how they are made in either library."""

import vizgrad
from tests.alike import same
from vizgrad import nn, optim

OPTIMIZERS = """
SGD(p)
SGD(p, lr=0.1, weight_decay=0.1)
SGD(p, lr=0.1, momentum=0.9)
SGD(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.1, maximize=True)
SGD(p, lr=0.1, momentum=0.9, nesterov=True)
Adam(p)
Adam(p, lr=0.1, betas=(0.5, 0.8), eps=1e-4, weight_decay=0.1)
Adam(p, lr=0.1, amsgrad=True, maximize=True)
Adam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)
AdamW(p)
AdamW(p, lr=0.1, weight_decay=0.3, amsgrad=True)
Adadelta(p)
Adadelta(p, lr=0.5, rho=0.7, eps=1e-3, weight_decay=0.1, maximize=True)
Adagrad(p)
Adagrad(p, lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, maximize=True)
RMSprop(p)
RMSprop(p, lr=0.1, alpha=0.8, weight_decay=0.1, maximize=True)
RMSprop(p, lr=0.1, momentum=0.7, centered=True)
Adamax(p)
Adamax(p, lr=0.1, betas=(0.5, 0.8), weight_decay=0.1, maximize=True)
NAdam(p)
NAdam(p, lr=0.1, momentum_decay=0.1, weight_decay=0.1, decoupled_weight_decay=True)
RAdam(p)
RAdam(p, lr=0.1, betas=(0.7, 0.9), weight_decay=0.1)
RAdam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)
ASGD(p)
ASGD(p, lr=0.1, lambd=0.3, t0=3, alpha=0.5, weight_decay=0.1)
Rprop(p)
Rprop(p, lr=0.1, etas=(0.3, 2), step_sizes=(1e-3, 0.3), maximize=True)
""".strip().splitlines()

SHAPES = [(5, 4), (3,), (), (190, 211)]  # the last is moved in blocks

MATRICES = """
Adafactor(p)
Adafactor(p, lr=0.1, beta2_decay=-0.5, eps=(1e-4, 1e-2), d=1.5, weight_decay=0.1, maximize=True)
Muon(p)
Muon(p, lr=0.1, momentum=0.8, nesterov=False, weight_decay=0, ns_steps=3, adjust_lr_fn="match_rms_adamw")
""".strip().splitlines()


def build(namespace, text, p):
    return eval(text, vars(namespace) | {"p": p, "q": nn.Parameter(vizgrad.ones(2)), "vizgrad": vizgrad})


def precision(text):
    """Muon computes in bfloat16, NAdam keeps a product in float32."""
    return {"Muon": 1e-3, "NAda": 1e-7}.get(text[:4], 1e-10)


def compared(have, want, mine, yours, rtol=1e-10):
    for a, b in zip(mine, yours, strict=True):
        same(a, b, rtol=rtol, atol=rtol / 100)
        assert set(have.state[a]) == set(want.state[b])
        for name, value in have.state[a].items():
            same(value, want.state[b][name], rtol=rtol, atol=rtol / 100, what=name)


def made(text="SGD(p, lr=0.1)", n=1):
    p = [nn.Parameter(vizgrad.ones(3)) for _ in range(n)]
    for x in p:
        x.grad = vizgrad.ones(3)
    return build(optim, text, p), p
