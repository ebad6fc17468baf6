"""Losses that are ops of their own: one number that says how wrong the predictions are."""

from __future__ import annotations

from vizgrad.engine import shapes
from vizgrad.engine.op import Formula, op
from vizgrad.engine.samples import Sample
from vizgrad.engine.words import Value


class loss(Formula):
    """``reduction`` says what becomes of the losses of a batch: "mean", "sum", or "none" to keep them apart."""


@op
class mse_loss(loss):
    """(x - t)², averaged"""

    samples = (Sample((3, 4), (3, 4)), Sample((3, 4), (3, 4), reduction="sum"), Sample((3,), (3,), reduction="none"))
    broadcasts = True
    promotes = "mixed"

    @staticmethod
    def shape(input, target, reduction="mean"):
        return shapes.broadcast(input, target) if reduction == "none" else ()

    def forward(xp, input: Value, target: Value, reduction: str = "mean"):
        y = xp.square(input - target)
        return y if reduction == "none" else xp.mean(y) if reduction == "mean" else xp.sum(y)

    def d_input(xp, g, input, target, reduction):
        far = input - target
        return far * (g * (2 / far.size)) if reduction == "mean" else far * (2 * g)

    def d_target(xp, g, input, target, reduction):
        far = target - input
        return far * (g * (2 / far.size)) if reduction == "mean" else far * (2 * g)


@op
class nll_loss(loss):
    """-x[t], averaged: how unlikely the right class was, given log-probabilities

    input (N, C, …) or (C,), target (N, …) or () with class numbers; weight (C,) counts classes differently; targets
    equal to ``ignore_index`` do not count.
    """

    samples = (
        Sample((5, 4), (5,), whole={1: 4}),
        Sample((5, 4), (5,), whole={1: 4}, reduction="sum"),
        Sample((2, 3, 4), (2, 4), whole={1: 3}, reduction="none"),
        Sample((5, 4), (5,), whole={1: 4}, ignore_index=2),
    )
    formula = "-mean(x[t])"

    @staticmethod
    def shape(input, target, weight=None, ignore_index=-100, reduction="mean"):
        return tuple(target) if reduction == "none" else ()

    def forward(
        xp,
        input: Value,
        target: Value,
        weight: Value | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
    ):
        classes = 1 if input.ndim > 1 else 0
        index, share = _counted(xp, input, target, weight, ignore_index, classes)
        picked = xp.take_along_axis(input, xp.expand_dims(index, classes), axis=classes)
        losses = -xp.reshape(picked, target.shape)
        losses = xp.where(share == 0, share, losses * share)
        if reduction == "mean":
            total = xp.sum(share)
            share = share / total
            losses = xp.sum(losses) / total
        elif reduction == "sum":
            losses = xp.sum(losses)
        return losses, {"index": xp.expand_dims(index, classes), "share": share}

    def d_input(xp, g, input_shape, index, share):
        classes = 1 if len(input_shape) > 1 else 0
        zeros = xp.rule("zeros")(share, input_shape)
        return xp.rule("scatter_add")(zeros, index, xp.reshape(-share * g, index.shape), classes)


def _counted(xp, input, target, weight, ignore_index, classes):
    """Which class each sample asks for, and how much the sample counts."""
    n = input.shape[classes]
    index = target
    if not _within(target, n):
        seen = target != ignore_index
        index = xp.where(seen, target, xp.zeros_like(target))
        if not _within(index, n):
            bad = int(index.max()) if int(index.max()) >= n else int(index.min())
            raise IndexError(f"Target {bad} is out of bounds: there are {n} classes, numbered from 0.")
    share = xp.ones(target.shape, dtype=input.dtype) if weight is None else weight[index]
    return index, share if 0 > ignore_index and index is target else share * (target != ignore_index)


def _within(target, n):
    return not target.size or (0 <= int(target.min()) and int(target.max()) < n)
