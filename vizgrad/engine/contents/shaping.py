"""What gives the same numbers another shape, joins or parts them."""

from __future__ import annotations

from vizgrad.engine.ops.shape import cat, diagonal, flatten, squeeze, stack, transpose, unsqueeze
from vizgrad.engine.surface import form as _form
from vizgrad.engine.surface.form import chunk, clone, flip, narrow, permute, reshape, select, split, t, unbind

concat = concatenate = cat
swapaxes = swapdims = transpose

__all__ = [
    "cat", "chunk", "clone", "concat", "concatenate", "diagonal", "flatten", "flip", "narrow", "permute",
    "reshape", "select", "split", "squeeze", "stack", "swapaxes", "swapdims", "t", "transpose", "unbind",
    "unsqueeze",
]  # fmt: skip


class Methods:
    """Of a tensor: views and rearrangements."""

    __slots__ = ()

    reshape, view, permute, expand = reshape, _form.view, permute, _form.expand
    reshape_as, view_as, expand_as = _form.reshape_as, _form.view_as, _form.expand_as
    transpose, swapaxes, swapdims, t = transpose, transpose, transpose, t
    flatten, squeeze, unsqueeze, diagonal = flatten, squeeze, unsqueeze, diagonal
    T = property(_form.reversed_dims)
    mT = property(lambda self: transpose(self, -2, -1))
    narrow, select, split, chunk, unbind = narrow, select, split, chunk, unbind
    flip, repeat, contiguous, clone = flip, _form.repeat, _form.contiguous, clone
