"""What distributions share: parameters of one shape and dtype, chances and their logarithms, triangles."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Number
from typing import Any

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.contents.creation import tensor, zeros
from vizgrad.engine.contents.picking import tril_indices
from vizgrad.engine.contents.shaping import broadcast_tensors
from vizgrad.engine.surface.grad_mode import enable_grad
from vizgrad.engine.surface.kinds import finfo
from vizgrad.engine.tensor import Tensor

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]

EULER = 0.57721566490153286060  # the Euler-Mascheroni constant, -ψ(1)
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Numbers and tensors as tensors of one shape; numbers take the tensors' dtype and device.

    ValueError for anything else.
    """
    for value in values:
        if not isinstance(value, (Number, Tensor)):
            raise ValueError(f"parameters are numbers or tensors, but got a {type(value).__name__}")
    first: Any = next((v for v in values if isinstance(v, Tensor)), None)
    if first is None:
        kind, where = _dtype.get_default_dtype(), None
    else:
        kind, where = first.dtype, first.device
    return tuple(
        broadcast_tensors(
            *(v if isinstance(v, Tensor) else tensor(v, dtype=kind, device=where) for v in values)
        )
    )


class lazy_property:  # noqa: N801 - the name that programs know
    """An attribute that is computed when first asked for, and from then on kept.

    Gradients flow into what it was computed from, also when it is first asked for under ``no_grad``.
    """

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        instance.__dict__[self.name] = value  # found before this descriptor, next time
        return value


class Unknown:
    """An attribute that a class may define: asked of one that does not, NotImplementedError."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        raise NotImplementedError(f"{type(instance).__name__} has no {self.name}")


def eps_of(x: Tensor) -> float:
    """The distance from 1 to the next number of this dtype."""
    return finfo(x.dtype).eps


def tiny_of(x: Tensor) -> float:
    """The smallest positive number of this dtype with all its digits."""
    return finfo(x.dtype).tiny


def clamp_probs(probs: Tensor) -> Tensor:
    """Chances kept off 0 and 1 by the dtype's precision, so that their logarithms are finite."""
    eps = eps_of(probs)
    return probs.clamp(min=eps, max=1 - eps)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Chances of log-odds: a sigmoid of each, or a softmax along the last dimension."""
    return logits.sigmoid() if is_binary else logits.softmax(-1)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Log-odds of chances: log p/(1 - p), or log p where those of the last dimension sum to 1."""
    p = clamp_probs(probs)
    return p.log() - (-p).log1p() if is_binary else p.log()


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The entries of D×D matrices (…, D, D) on and below a diagonal, row by row: (…, L).

    ``diag`` counts diagonals upwards from the main one; ValueError outside [-D, D).
    """
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag is {diag}, but a {n}×{n} matrix has the diagonals from {-n} to {n - 1}")
    rows, columns = tril_indices(n, n, diag, device=_device.of(mat.array))
    return mat[..., rows, columns]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """The lower triangular D×D matrices (…, D, D) of which `tril_matrix_to_vec` makes ``vec``.

    ValueError where no D fits the vector's length.
    """
    length = vec.shape[-1]
    size = (-(1 + 2 * diag) + math.sqrt((1 + 2 * diag) ** 2 + 8 * length + 4 * abs(diag) * (diag + 1))) / 2
    n = round(size)
    if abs(size - n) > finfo(vec.dtype).eps:
        raise ValueError(f"{length} numbers do not fill the triangle below diagonal {diag} of any matrix")
    where = _device.of(vec.array)
    rows, columns = tril_indices(n, n, diag, device=where)
    mat = zeros((*vec.shape[:-1], n, n), dtype=vec.dtype, device=where)
    mat[..., rows, columns] = vec
    return mat


def sum_rightmost(x: Any, n: int) -> Any:
    """The sum over the last ``n`` dimensions."""
    return x if n == 0 else x.reshape((*x.shape[:-n], -1)).sum(-1)


def last(shape: Any, n: int) -> Any:
    """The last ``n`` sizes of a shape (none of them for 0)."""
    return shape[len(shape) - n :]
