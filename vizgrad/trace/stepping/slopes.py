"""Gradients of one node, held against finite differences of what its op computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy
from numpy.typing import NDArray

from vizgrad.engine import device, watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.namespace import NUMPY
from vizgrad.engine.op import Op

from . import writing

MOST = 64  # elements of all inputs together: each costs two runs of the op
STEP = 6e-6  # the cube root of float64's precision: where rounding and curvature cost as much
# What agrees: a share of the largest gradient, by bytes per number of the dtype that it was computed in.
FINE = {8: 1e-5, 4: 1e-3, 2: 5e-2}
# Gradients that are not the slope of what the op computes, and why.
UNMEASURED = {
    "log_gamma_draw": "its result was drawn before",
    "gamma_slope": "its gradient is not known",
    "ctc_losses": "its gradient is that of the scores before the softmax, as PyTorch's",
    "cross_map_norm": "its gradient is PyTorch's, which leaves a term out",
    "linalg_cholesky_ex": "reads one triangle of a symmetric matrix",
    "cholesky_inverse": "reads one triangle",
    "linalg_eigh": "reads one triangle of a symmetric matrix",
    "linalg_eigvalsh": "reads one triangle of a symmetric matrix",
}
Array = NDArray[Any]


class Found(NamedTuple):
    """How far a gradient is from the measured slope, and where."""

    distance: float
    where: str
    says: str  # both numbers there
    kink: str


def check(
    op: Op, inputs: Sequence[Any], settings: Mapping[str, Any], grads: Sequence[Any], results: Sequence[Any]
) -> str:
    """One sentence: whether the gradients ``results`` are the slopes of sum(g · f(x)), measured in float64.

    "" where that cannot be measured.  Of a `Function` of a user's own ``settings`` hold ``apply`` and ``args``.
    """
    given = [writing.bare(x) for x in inputs]
    made = [writing.bare(dx) for dx in results]
    arrays = [x for x in given if writing.is_array(x)]
    everything = [
        *arrays,
        *(x for x in made if x is not None),
        *(writing.bare(g) for g in grads if g is not None),
    ]
    sizes = sum(math.prod(x.shape) for x in arrays)
    sound = all(writing.is_array(x) and x.dtype.kind in "biufV" for x in everything)
    if op.name in UNMEASURED or not sound or not 0 < sizes <= MOST:
        return ""
    points = [_wide(x) for x in given]
    flow = [None if g is None else _wide(writing.bare(g)) for g in grads]
    try:
        with watch.unwatched(), numpy.errstate(all="ignore"):
            found = _measured(op, points, settings, flow, made)
    except Exception:  # a setting that only fits the dtype or the device it ran with
        return ""
    return _sentence(found, made) if found else ""


def _wide(x: Any) -> Any:
    """Floats on the host, in float64."""
    if not writing.is_array(x):
        return x
    x = device.host(x)
    return x.astype("f8") if x.dtype.kind in "fV" else x


def _measured(
    op: Op, points: list[Any], settings: Mapping[str, Any], flow: Sequence[Any], made: Sequence[Any]
) -> list[Found]:
    loss = _loss(op, settings, flow)
    names = writing.letters(op, points)
    found: list[Found] = []
    for i, dx in enumerate(made):
        x: Any = points[i] if i < len(points) else None
        if dx is not None and writing.is_array(x) and x.dtype.kind == "f":
            found.append(_compared(loss, points, i, _wide(dx), f"∂L/∂{names[i]}", FINE[_bytes(made)]))
    return found


def _bytes(made: Sequence[Any]) -> int:
    """Of the narrowest float among the gradients."""
    widths = [int(dx.dtype.itemsize) for dx in made if dx is not None]
    return min((n for n in widths if n in FINE), default=8)


def _loss(op: Op, settings: Mapping[str, Any], flow: Sequence[Any]) -> Callable[[list[Any]], float]:
    """Sum of g · f(x), of which the gradients are the slopes."""
    rest = {k: None if k == "dtype" else v for k, v in settings.items()}

    def run(points: list[Any]) -> float:
        copies = [x.copy() if writing.is_array(x) else x for x in points]
        if "apply" in settings:
            y: Any = _applied(settings["apply"], settings["args"], copies)
        else:
            y = op.forward(NUMPY, copies, **rest) if op.variadic else op.forward(NUMPY, *copies, **rest)
        total = 0.0
        for part, g in zip(writing.several(y), flow, strict=False):
            if g is None:
                continue
            if part.dtype != numpy.float64:
                raise TypeError("narrow numbers measure no slopes")
            total += float(cast("Any", numpy.vdot(g, part)))
        return total

    return run


def _applied(apply: Any, args: Sequence[Any], points: list[Any]) -> Any:
    """A user's own function on tensors of float64, not recorded."""
    left = iter(points)
    recording, here.grad = here.grad, False
    try:
        y = apply(*[Bare._wrap(next(left)) if isinstance(a, Bare) else a for a in args])  # pyright: ignore[reportPrivateUsage]
    finally:
        here.grad = recording
    return [part.array for part in writing.several(y)]


def _compared(
    loss: Callable[[list[Any]], float], points: list[Any], i: int, dx: Array, name: str, fine: float
) -> Found:
    x = points[i]
    middle = loss(points)
    both: Array = numpy.zeros((2, *x.shape))  # the slopes to the left and to the right
    widths = STEP * numpy.maximum(1, numpy.abs(x))
    for at in numpy.ndindex(x.shape):
        here_, h = x[at], widths[at]
        for side, sign in enumerate((-1, 1)):
            x[at] = here_ + sign * h
            both[(side, *at)] = (loss(points) - middle) / (sign * h)
        x[at] = here_
    slope = numpy.asarray(both.mean(0))
    scale = max(_largest(slope), _largest(dx)) or 1.0
    apart = numpy.asarray(numpy.abs(slope - dx) / scale)
    apart[~numpy.isfinite(slope) & ~numpy.isfinite(dx)] = 0
    apart[numpy.isnan(apart)] = numpy.inf
    slack = fine * scale  # at a kink any slope from the one side's to the other's is as good
    between = (dx >= both.min(0) - slack) & (dx <= both.max(0) + slack)
    kinked = (apart > fine) & (numpy.abs(both[0] - both[1]) > slack) & between
    rest = numpy.where(kinked, 0.0, apart)
    kink = ""
    if kinked.any():
        at = _first(kinked)
        left, right = (writing.number(side[at]) for side in both)
        place = _place(name.removeprefix("∂L/∂"), at)
        kink = f"not smooth here: at {place} the slope is {left} to one side and {right} to the other"
    at = _first(rest)
    both_say = (
        f"give {writing.number(slope[at])} where the gradient is {writing.number(dx[at])},"
        if rest.size
        else ""
    )
    return Found(float(rest.max(initial=0.0)), _place(name, at), both_say, kink)


def _first(x: Array) -> tuple[int, ...]:
    """Where the largest element is."""
    return tuple(int(n) for n in numpy.unravel_index(int(x.argmax()), x.shape)) if x.size else ()


def _largest(x: Array) -> float:
    return float(numpy.abs(x[numpy.isfinite(x)]).max(initial=0.0))


def _place(name: str, at: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, at))}]" if at else name


def _sentence(found: list[Found], made: Sequence[Any]) -> str:
    worst = max(found, key=lambda one: one.distance)
    if worst.distance > FINE[_bytes(made)]:
        much = f"differ by {worst.distance:.0e}".replace("e-0", "e-")
        return f"finite differences {worst.says if math.isinf(worst.distance) else much} at {worst.where}"
    kink = next((one.kink for one in found if one.kink), "")
    return kink or f"finite differences agree to {max(worst.distance, 1e-16):.0e}".replace("e-0", "e-")
