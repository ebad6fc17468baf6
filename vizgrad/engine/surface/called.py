"""What PyTorch calls a node where a row has several names: ``x.sum()`` is SumBackward0, ``x.sum(0)`` SumBackward1.

A name is asked for only when somebody looks at a node, so running an op costs nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Called = str | Callable[[Any], str]


def named(node: Any) -> Any:
    """The node itself, its class now having the name that PyTorch gives to such a run."""
    called = CALLED.get(node.op.name)
    return node if called is None else _renamed(node, called)


def _renamed(node: Any, called: Called) -> Any:
    from vizgrad.engine.op import TABLE

    from .node import class_of

    if TABLE[node.op.name].family is not node.op.family:  # a user's Function may be called anything
        return node
    kind = class_of(type(node).__base__ or type(node), called if isinstance(called, str) else called(node))
    if type(node) is not kind:
        node.__class__ = kind
    return node


def ours(node: Any) -> str:
    """The name by the row: where one of ours does what several of PyTorch's do, theirs is that of the last of them."""
    return node.op.backward_name if node.op.name in CALLED else node.name()


def _by_dim(name: str) -> Called:
    """Another one where a dimension is given."""
    return lambda node: f"{name}Backward{0 if node.settings['dim'] is None else 1}"


def _by_tensors(name: str, alone: int, both: int) -> Called:
    """Another one where both operands have a history."""
    return lambda node: f"{name}Backward{alone if None in node.edges else both}"


def _unbatched(batched: str, ndim: int) -> Called:
    """PyTorch adds the missing dimension of a single picture and takes it away again."""
    return lambda node: batched if len(node.like[0]) == ndim else "SqueezeBackward1"


def _ndim(edge: Any) -> int | None:
    """How many dimensions the operand had that this edge leads to."""
    from vizgrad.engine.backward import like

    return None if edge is None else len(like(edge)[0])


def _matmul(node: Any) -> str:
    y, (a, b) = len(node.like[0]), map(_ndim, node.edges)
    if y == 0:
        return "DotBackward0"
    if y == 1:
        return "SqueezeBackward4" if a == 1 or b == 2 else "MvBackward0"
    return "MmBackward0" if y == 2 and (a == 2 or b == 2) and 1 not in (a, b) else "UnsafeViewBackward0"


def _linear(node: Any) -> str:
    y = len(node.like[0])
    if node.edges[2] is not None:
        return "AddmmBackward0" if y == 2 else "ViewBackward0"
    return {1: "SqueezeBackward4", 2: "MmBackward0"}.get(y, "UnsafeViewBackward0")


def _pow(node: Any) -> str:
    base, exponent = node.edges
    return f"PowBackward{0 if exponent is None else 2 if base is None else 1}"


def _squeeze(node: Any) -> str:
    dim = node.settings["dim"]
    return f"SqueezeBackward{0 if dim is None else 1 if isinstance(dim, int) else 2}"


def _split(node: Any) -> str:
    first, *rest = node.settings["split_sizes"] or (0,)
    alike = all(n == first for n in rest[:-1]) and (not rest or rest[-1] <= first)
    return "SplitBackward0" if alike else "SplitWithSizesBackward0"


def _round(node: Any) -> str:
    return f"RoundBackward{1 if node.settings['decimals'] else 0}"


def _l1_loss(node: Any) -> str:
    return {"none": "AbsBackward0", "sum": "SumBackward0"}.get(node.settings["reduction"], "MeanBackward0")


def _kl_div(node: Any) -> str:
    alone = "MulBackward0" if node.settings["log_target"] else "SubBackward0"
    last = {"none": alone, "sum": "SumBackward0", "batchmean": "DivBackward0"}
    return last.get(node.settings["reduction"], "MeanBackward0")


def _nll_loss(node: Any) -> str:
    return "NllLossBackward0" if (_ndim(node.edges[0]) or 0) < 3 else "NllLoss2DBackward0"


def _resampled(node: Any) -> str:
    n, taps = len(node.like[0]) - 2, node.settings["taps"]
    if taps.weight is None:
        return f"UpsampleNearest{n}DBackward0"
    curve = {1: "Linear", 2: "Bilinear", 3: "Trilinear"}.get(n) if len(taps.index) == 2 else "Bicubic"
    return f"Upsample{curve}{n}DBackward0"


def _pad(node: Any) -> str:
    mode = {"reflect": "Reflection", "replicate": "Replication"}.get(node.settings["mode"])
    return f"{mode}Pad{len(node.settings['pad']) // 2}DBackward0" if mode else "CopySlices"


def _pooled(node: Any) -> str:
    return "MeanBackward1" if node.like[0][-2:] == (1, 1) else "AdaptiveAvgPool2DBackward0"


CALLED: dict[str, Called] = {
    "matmul": _matmul, "linear": _linear, "outer": "MulBackward0", "linalg_inv": "LinalgInvExBackward0",
    "linalg_solve": "LinalgSolveExBackward0",
    "sum": _by_dim("Sum"), "mean": _by_dim("Mean"), "prod": _by_dim("Prod"),
    "max_of_all": "MaxBackward1", "min_of_all": "MinBackward1", "median": "MedianBackward1",
    "nanmedian": "NanmedianBackward1", "nanmedian_of_all": "NanmedianBackward0",
    "pow": _pow, "clamp": "ClampBackward1", "round": _round,
    "remainder": _by_tensors("Remainder", 0, 1), "fmod": _by_tensors("Fmod", 0, 1),
    "deg2rad": "Deg2RadBackward0", "rad2deg": "Rad2DegBackward0",
    "squeeze": _squeeze, "split": _split, "cast": "ToCopyBackward0",
    "im2col": "Im2ColBackward0", "col2im": "Col2ImBackward0", "pad": _pad, "resampled": _resampled,
    "conv1d": _unbatched("ConvolutionBackward0", 3), "conv2d": _unbatched("ConvolutionBackward0", 4),
    "conv3d": _unbatched("ConvolutionBackward0", 5), "max_pool1d": "SqueezeBackward1",
    "avg_pool1d": "SqueezeBackward1", "adaptive_avg_pool1d": "SqueezeBackward1",
    "adaptive_max_pool1d": "SqueezeBackward1", "adaptive_avg_pool2d": _pooled,
    "dropout": "MulBackward0", "rms_norm": "MulBackward0", "prelu": "PreluKernelBackward0",
    "l1_loss": _l1_loss, "kl_div": _kl_div, "nll_loss": _nll_loss,
}  # fmt: skip
