"""Losses: one number that says how wrong the predictions are."""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Shape, Value

PAIR = (
    Sample((3, 4), (3, 4)),
    Sample((3, 4), (3, 1), reduction="sum"),
    Sample((3,), (3,), reduction="none"),
)
CHANCES = (
    Sample((3, 4), (3, 4), low=0.1, high=0.9),
    Sample((3, 4), (3, 4), (4,), low=0.1, high=0.9, reduction="none"),
)


class loss(Formula):
    """Input and target broadcast.  ``reduction``: "mean", "sum", or "none" to keep the elements apart."""

    samples = PAIR
    broadcasts = True
    promotes = "mixed"

    @staticmethod
    def shape(input, target, *_, reduction="mean", **__):
        together = shapes.broadcast(input, target)
        return together if reduction == "none" else ()


def folded(xp, losses, reduction):
    """What becomes of the losses of all elements."""
    if reduction == "none":
        return losses
    return xp.mean(losses) if reduction == "mean" else xp.sum(losses)


def each(g, element, reduction):
    """The gradient that reaches each element's loss: of a mean, one n-th."""
    return g / shapes.elements(element) if reduction == "mean" else g


@op
class mse_loss(loss):
    """(x - t)², averaged"""

    def forward(xp, input: Value, target: Value, reduction: str = "mean"):
        return folded(xp, xp.square(input - target), reduction)

    def d_input(xp, g, input, target, reduction):
        far = input - target
        return far * (2 * each(g, far, reduction))

    def d_target(xp, g, input, target, reduction):
        far = target - input
        return far * (2 * each(g, far, reduction))


@op
class l1_loss(loss):
    """|x - t|, averaged"""

    def forward(xp, input: Value, target: Value, reduction: str = "mean"):
        return folded(xp, xp.absolute(input - target), reduction)

    def d_input(xp, g, input, target, reduction):
        far = input - target
        return xp.sign(far) * each(g, far, reduction)

    def d_target(xp, g, input, target, reduction):
        far = target - input
        return xp.sign(far) * each(g, far, reduction)


@op
class smooth_l1_loss(loss):
    """(x - t)² / (2 beta) where |x - t| < beta, else |x - t| - beta / 2, averaged

    Girshick, *Fast R-CNN*, 2015, equation 3.
    """

    samples = (*PAIR, Sample((3, 4), (3, 4), beta=0.3))

    def forward(xp, input: Value, target: Value, reduction: str = "mean", beta: float = 1.0):
        far = xp.absolute(input - target)
        return folded(xp, xp.where(far < beta, far * far * (0.5 / beta), far - 0.5 * beta), reduction)

    def d_input(xp, g, input, target, reduction, beta):
        far = input - target
        return xp.where(xp.absolute(far) < beta, far / beta, xp.sign(far)) * each(g, far, reduction)

    def d_target(xp, g, input, target, reduction, beta):
        far = target - input
        return xp.where(xp.absolute(far) < beta, far / beta, xp.sign(far)) * each(g, far, reduction)


@op
class huber_loss(loss):
    """(x - t)² / 2 where |x - t| < delta, else delta (|x - t| - delta / 2), averaged

    Huber, *Robust Estimation of a Location Parameter*, 1964.
    """

    samples = (*PAIR, Sample((3, 4), (3, 4), delta=0.3))

    def forward(xp, input: Value, target: Value, reduction: str = "mean", delta: float = 1.0):
        far = xp.absolute(input - target)
        return folded(xp, xp.where(far < delta, 0.5 * far * far, delta * (far - 0.5 * delta)), reduction)

    def d_input(xp, g, input, target, reduction, delta):
        far = input - target
        return xp.where(xp.absolute(far) < delta, far, delta * xp.sign(far)) * each(g, far, reduction)

    def d_target(xp, g, input, target, reduction, delta):
        far = target - input
        return xp.where(xp.absolute(far) < delta, far, delta * xp.sign(far)) * each(g, far, reduction)


@op
class binary_cross_entropy(loss):
    """-(t log x + (1 - t) log(1 - x)), averaged; x are probabilities, and logs are cut off at -100"""

    samples = CHANCES

    def forward(xp, input: Value, target: Value, weight: Value | None = None, reduction: str = "mean"):
        yes, no = _log(xp, input), _log(xp, 1 - input)
        losses = -(target * yes + (1 - target) * no)
        return folded(xp, losses if weight is None else losses * weight, reduction)

    def d_input(xp, g, input, target, weight, reduction):
        g = each(g, input, reduction)
        slope = (input - target) / xp.maximum(input * (1 - input), 1e-12)
        return g * slope if weight is None else g * slope * weight

    def d_target(xp, g, input, weight, reduction):
        g = each(g, input, reduction)
        slope = _log(xp, 1 - input) - _log(xp, input)
        return g * slope if weight is None else g * slope * weight


def _log(xp, chance):
    """The logarithm of a probability, -100 at least."""
    return xp.maximum(xp.log(xp.maximum(chance, 1e-44)), -100)  # log(1e-44) = -101


@op
class binary_cross_entropy_with_logits(loss):
    """`binary_cross_entropy` of sigmoid(x), without overflow; ``pos_weight`` counts t = 1 differently

    (1 - t) x + (1 + (pos_weight - 1) t) log(1 + e⁻ˣ), averaged.
    """

    samples = (
        Sample((3, 4), (3, 4)),
        Sample((3, 4), (3, 4), (4,), (4,), reduction="none"),
        Sample((3, 4), (3, 4), None, (4,), low=0.1),
    )
    formula = "mean((1 - t) · x + log(1 + exp(-x)))"

    def forward(
        xp,
        input: Value,
        target: Value,
        weight: Value | None = None,
        pos_weight: Value | None = None,
        reduction: str = "mean",
    ):
        soft = xp.log1p(xp.exp(-xp.absolute(input))) + xp.maximum(-input, 0)
        if pos_weight is not None:
            soft = soft * (1 + (pos_weight - 1) * target)
        losses = (1 - target) * input + soft
        return folded(xp, losses if weight is None else losses * weight, reduction)

    def d_input(xp, g, input, target, weight, pos_weight, reduction):
        g = each(g, input, reduction)
        if pos_weight is None:
            slope = xp.sigmoid(input) - target
        else:
            slope = (1 + (pos_weight - 1) * target) * (xp.sigmoid(input) - 1) + 1 - target
        return g * slope if weight is None else g * slope * weight

    def d_target(xp, g, input, weight, pos_weight, reduction):
        g, slope = each(g, input, reduction), -input
        if pos_weight is not None:
            slope = slope - (pos_weight - 1) * (xp.minimum(input, 0) - xp.log1p(xp.exp(-xp.absolute(input))))
        return g * slope if weight is None else g * slope * weight


@op
class kl_div(loss):
    """t (log t - x): how far log-probabilities x are from probabilities t

    ``reduction`` "batchmean" divides the sum by the number of samples; ``log_target``: t are logarithms, too.
    Kullback & Leibler, *On Information and Sufficiency*, 1951, equation 2.4.
    """

    samples = (
        Sample((3, 4), (3, 4), low=0.1),
        Sample((3, 4), (3, 4), reduction="batchmean", log_target=True),
        Sample((3,), (3,), low=0.1, reduction="none"),
    )

    def forward(xp, input: Value, target: Value, reduction: str = "mean", log_target: bool = False):
        if log_target:
            losses = xp.exp(target) * (target - input)
        else:
            losses = target * xp.log(xp.where(target == 0, xp.ones_like(target), target)) - target * input
        if reduction == "batchmean":
            return xp.sum(losses) / input.shape[0]
        return folded(xp, losses, reduction)

    def d_input(xp, g, input, target, reduction, log_target):
        return -(xp.exp(target) if log_target else target) * _share(g, input, input - target, reduction)

    def d_target(xp, g, input, target, reduction, log_target):
        if log_target:
            slope = xp.exp(target) * (target - input + 1)
        else:
            slope = xp.log(xp.where(target == 0, xp.ones_like(target), target)) - input + 1
        return slope * _share(g, input, slope, reduction)


def _share(g, input, element, reduction):
    return g / input.shape[0] if reduction == "batchmean" else each(g, element, reduction)


@op
class nll_loss(loss):
    """-x[t], averaged: how unlikely the right class was, given log-probabilities

    input (N, C, …) or (C,), target (N, …) or () with class numbers; weight (C,) counts classes differently;
    targets equal to ``ignore_index`` do not count.
    """

    samples = (
        Sample((5, 4), (5,), whole={1: 4}),
        Sample((5, 4), (5,), (4,), whole={1: 4}, low=0.1),
        Sample((5, 4), (5,), whole={1: 4}, reduction="sum"),
        Sample((2, 3, 4), (2, 4), whole={1: 3}, reduction="none"),
        Sample((5, 4), (5,), whole={1: 4}, ignore_index=2),
    )
    formula = "-mean(x[t])"
    broadcasts, promotes = False, None

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
        places, counts = _counted(xp, input.shape, input.dtype, target, weight, ignore_index)
        losses = -input[places]
        losses = (
            losses
            if counts is None
            else xp.where(counts == 0, 0, losses * counts).astype(input.dtype, copy=False)
        )
        if reduction == "mean" and counts is not None:
            total = xp.sum(counts)
            return xp.sum(losses) / xp.where(total == 0, xp.nan, total)  # nothing counts: as in PyTorch
        return folded(xp, losses, reduction)

    def d_input(xp, g, input_shape, target, weight, ignore_index, reduction):
        return xp.rule("nll_loss_input")(g, target, weight, input_shape, ignore_index, reduction)


@op
class nll_loss_input(Formula):
    """The gradient of nll_loss: negative at the right class, as much as the average weighed it, else 0"""

    samples = (Sample((), (5,), None, whole={1: 4}, size=(5, 4), ignore_index=-100, reduction="mean"),)
    formula = "-g / n where j = t, else 0"

    def forward(
        xp, g_out: Value, target: Value, weight: Value | None, size: Shape, ignore_index: int, reduction: str
    ):
        places, counts = _counted(xp, size, g_out.dtype, target, weight, ignore_index)
        if counts is not None:
            total = xp.sum(counts) if reduction == "mean" else 1
            g_out = g_out * (counts / xp.where(total == 0, 1, total))
        elif reduction == "mean":
            g_out = g_out / target.size
        dx = xp.zeros(size, dtype=g_out.dtype)
        dx[places] = -g_out
        return dx

    def d_g_out(xp, g, target, weight, ignore_index, reduction):
        return xp.rule("nll_loss")(g, target, weight, ignore_index, reduction)


def _counted(xp, size, kind, target, weight, ignore_index):
    """Where each target's class is in an array of this size, and how much it counts (None: all the same)."""
    classes = 1 if len(size) > 1 else 0
    seen, counts = None, None
    within = not target.size or 0 <= int(target.min()) <= int(target.max()) < size[classes]
    if ignore_index >= 0 or not within:
        seen = target != ignore_index
    if seen is not None:
        target, counts = xp.where(seen, target, 0), seen.astype(kind)
        if not 0 <= int(target.min()) <= int(target.max()) < size[classes]:
            bad = int(target.max() if int(target.max()) >= size[classes] else target.min())
            raise IndexError(
                f"Target {bad} is out of bounds: there are {size[classes]} classes, numbered from 0."
            )
    if weight is not None:
        counts = weight[target] if counts is None else weight[target] * counts
    places = [xp.arange(n).reshape(-1, *(1,) * (target.ndim - 1 - i)) for i, n in enumerate(target.shape)]
    places.insert(classes, target)
    return tuple(places), counts
