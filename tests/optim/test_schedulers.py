"""Each schedule of the list, beside PyTorch's, for 50 epochs."""

import copy
import warnings

import pytest

import vizgrad
from tests.alike import torch
from vizgrad import nn, optim
from vizgrad.optim import lr_scheduler

SCHEDULES = """
LambdaLR(o, lambda e: 0.95**e)
LambdaLR(o, [lambda e: e // 10 + 1, lambda e: 0.9**e])
MultiplicativeLR(o, lambda e: 0.93)
StepLR(o, step_size=10, gamma=0.5)
MultiStepLR(o, milestones=[5, 20, 20, 40], gamma=0.3)
ConstantLR(o, factor=0.25, total_iters=8)
LinearLR(o, start_factor=0.1, total_iters=20)
LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=7)
ExponentialLR(o, gamma=0.9)
PolynomialLR(o, total_iters=30, power=2.0)
CosineAnnealingLR(o, T_max=20, eta_min=0.001)
CosineAnnealingWarmRestarts(o, T_0=10, T_mult=2, eta_min=0.001)
CosineAnnealingWarmRestarts(o, T_0=7)
CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=6, step_size_down=9)
CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=5, mode="triangular2")
CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=5, mode="exp_range", gamma=0.97)
CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=5, scale_fn=lambda x: 0.9**x, cycle_momentum=False)
OneCycleLR(o, max_lr=0.3, total_steps=60)
OneCycleLR(o, max_lr=[0.3, 0.1], epochs=12, steps_per_epoch=5, anneal_strategy="linear", three_phase=True)
SequentialLR(o, [ConstantLR(o, 0.1, total_iters=5), ExponentialLR(o, 0.9)], milestones=[6])
SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, 15), StepLR(o, 4)], milestones=[5, 20])
ChainedScheduler([ConstantLR(o, 0.1, total_iters=5), ExponentialLR(o, 0.9)])
ReduceLROnPlateau(o, patience=3, factor=0.5)
ReduceLROnPlateau(o, mode="max", patience=2, cooldown=2, threshold_mode="abs", min_lr=[0.2, 0.01])
""".strip().splitlines()


def build(namespace, text, o):
    return eval(text, vars(namespace) | {"o": o})


def rates(library, text, kind="SGD", stop=None):
    """The learning rates and momenta of 50 epochs; at ``stop`` all is saved and loaded into new objects."""
    params = [library.nn.Parameter(library.ones(2)) for _ in range(2)]

    def fresh():
        settings = {"momentum": 0.9} if kind == "SGD" else {}
        groups = [{"params": [params[0]], "lr": 0.5}, {"params": [params[1]], "lr": 0.05}]
        o = getattr(library.optim, kind)(groups, lr=0.1, **settings)
        return o, build(library.optim.lr_scheduler, text, o)

    o, schedule = fresh()
    seen = []
    for epoch in range(50):
        if epoch == stop:
            saved = copy.deepcopy((o.state_dict(), schedule.state_dict()))
            o, schedule = fresh()
            schedule.load_state_dict(saved[1])
            o.load_state_dict(saved[0])
        for p in params:
            p.grad = library.ones(2)
        o.step()
        schedule.step(*([1.0 / (1 + min(epoch, 9))] if "Plateau" in text else []))
        momenta = [g.get("momentum", g.get("betas", [None])[0]) for g in o.param_groups]
        seen.append([g["lr"] for g in o.param_groups] + momenta + schedule.get_last_lr())
    return seen


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("stop", [None, 20])
@pytest.mark.parametrize("text", SCHEDULES)
def test_same_as_torch(text, stop):
    for have, want in zip(rates(vizgrad, text, stop=stop), rates(torch(), text, stop=stop), strict=True):
        assert have == pytest.approx(want, rel=1e-12, abs=1e-15)


@pytest.mark.torch
@pytest.mark.parametrize("text", [t for t in SCHEDULES if "Cycl" in t or "OneCycle" in t])
def test_first_beta_takes_the_place_of_momentum(text):
    for have, want in zip(rates(vizgrad, text, "Adam"), rates(torch(), text, "Adam"), strict=True):
        assert have == pytest.approx(want, rel=1e-12)


def sgd():
    p = nn.Parameter(vizgrad.ones(2))
    p.grad = vizgrad.ones(2)
    return optim.SGD([p], lr=0.1)


def test_a_schedule_of_ones_own():
    class Root(lr_scheduler.LRScheduler):
        def get_lr(self):
            return [b * (1.0 + self.last_epoch) ** -0.5 for b in self.base_lrs]

    o = sgd()
    schedule = Root(o)
    for _ in range(3):
        o.step()
        schedule.step()
    assert schedule.get_last_lr() == pytest.approx([0.05])


def test_the_wrong_order_is_warned_of():
    o = sgd()
    schedule = lr_scheduler.StepLR(o, 1)
    with pytest.warns(UserWarning, match=r"before `optimizer.step\(\)`"):
        schedule.step()
    o, quiet = sgd(), None
    quiet = lr_scheduler.StepLR(o, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        o.step()
        quiet.step()


def test_asking_for_the_next_rate_is_warned_of():
    with pytest.warns(UserWarning, match="get_last_lr"):
        lr_scheduler.ExponentialLR(sgd(), 0.9).get_lr()


REFUSED = {
    "ConstantLR(o, factor=2.0)": "between 0 and 1",
    "LinearLR(o, start_factor=0.0)": "greater than 0",
    "LambdaLR(o, [lambda e: 1, lambda e: 1])": "Expected 1 lr_lambdas, but got 2",
    "OneCycleLR(o, max_lr=1.0)": "total_steps OR",
    "ReduceLROnPlateau(o, factor=1.0)": "Factor should be < 1.0",
    "ReduceLROnPlateau(o, mode='best')": "mode best is unknown",
    "CosineAnnealingWarmRestarts(o, T_0=0)": "positive integer T_0",
    "CyclicLR(o, 0.1, 0.2, mode='square')": "is invalid",
    "SequentialLR(o, [StepLR(o, 1)], [3])": "milestone",
    "ChainedScheduler([])": "at least one scheduler",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refuses(text):
    with pytest.raises(ValueError, match=REFUSED[text]):
        build(lr_scheduler, text, sgd())


def test_needs_an_optimizer():
    with pytest.raises(TypeError, match="is not an Optimizer"):
        lr_scheduler.StepLR(3, 1)
