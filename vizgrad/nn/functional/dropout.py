"""Dropout: parts of the input, chosen at random, become 0 while training."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from vizgrad.engine.ops import dropout as rows
from vizgrad.engine.surface import create
from vizgrad.engine.surface.complain import complain
from vizgrad.engine.tensor import Tensor

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]


def _kept(input: Tensor, shape: tuple[int, ...], p: float) -> Tensor:
    """True where something stays, False where it is dropped, with probability ``p``."""
    return Tensor._wrap(create.rand(shape, device=input.device).array >= p)


def _drop(input: Tensor, shape: tuple[int, ...], p: float, training: bool, inplace: bool) -> Tensor:
    _check(p)
    if not training or p == 0:
        return input
    y = rows.dropout(input, _kept(input, shape, p), p)
    return input.copy_(y) if inplace else y


def _check(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each element is 0 with probability ``p``

    The others grow by 1 / (1 - p), so that sums stay as they were.

    Srivastava et al., *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014, section 4.
    """
    return _drop(input, tuple(input.shape), p, training, inplace)


def _channels(input: Tensor, ndims: tuple[int, int], name: str) -> tuple[int, ...]:
    """One number per channel of each sample; without a batch dimension, dimension 0 is the channels."""
    if input.ndim not in ndims:
        raise RuntimeError(
            f"{name}: Expected {ndims[0]}D or {ndims[1]}D input, but received a {input.ndim}D input; use "
            "dropout for single elements"
        )
    lead = 2 if input.ndim == ndims[1] else 1
    return (*input.shape[:lead], *(1,) * (input.ndim - lead))


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`dropout` of whole channels: input (N, C, L) or (C, L)"""
    return _drop(input, _channels(input, (2, 3), "dropout1d"), p, training, inplace)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`dropout` of whole channels: input (N, C, H, W)

    Tompson et al., *Efficient Object Localization Using Convolutional Networks*, 2015, section 3.2.
    """
    if input.ndim != 4:
        _warn_of_form(input.ndim, 2)
    return _drop(input, (*input.shape[:2], *(1,) * (input.ndim - 2)), p, training, inplace)


def _warn_of_form(ndim: int, spatial: int) -> None:
    if ndim == spatial + 1:
        text = (
            "dropout2d: Received a 3D input to dropout2d and takes it as (N, C, L), dropping channels as dropout1d "
            "does; call dropout1d"
        )
    else:
        text = (
            f"dropout{spatial}d: Received a {ndim}-D input to dropout{spatial}d, which drops channels of {spatial} "
            "spatial dimensions and may be a mistake; call dropout to drop single numbers"
        )
    complain(text)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`dropout` of whole channels: input (N, C, D, H, W) or (C, D, H, W)"""
    if input.ndim not in (4, 5):
        _warn_of_form(input.ndim, 3)
    lead = 2 if input.ndim == 5 else 1
    return _drop(input, (*input.shape[:lead], *(1,) * (input.ndim - lead)), p, training, inplace)


def _alpha(input: Tensor, shape: tuple[int, ...], p: float, training: bool) -> Tensor:
    _check(p)
    if not training or p == 0:
        return input
    if p == 1:
        return input * 0
    kept = _kept(input, shape, p).to(input.dtype)
    low = -1.7580993408473766  # -scale · alpha of selu: where it saturates
    a = ((1 - p) * (1 + p * low**2)) ** -0.5
    return (input * kept + low * (1 - kept)) * a - a * p * low


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for selu networks: keeps mean and variance

    Klambauer et al., *Self-Normalizing Neural Networks*, 2017, section 3, "New Dropout Technique".
    """
    y = _alpha(input, tuple(input.shape), p, training)
    return input.copy_(y) if inplace else y


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """`alpha_dropout` of whole channels: input (N, C, …)"""
    y = _alpha(input, (*input.shape[:2], *(1,) * (input.ndim - 2)), p, training)
    return input.copy_(y) if inplace else y
