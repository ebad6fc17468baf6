"""What gives the same numbers another shape, joins or parts them."""

# ruff: noqa: F401 - names are imported to be found here
from __future__ import annotations

from vizgrad.engine.ops.shape import flatten, squeeze, transpose, unsqueeze
from vizgrad.engine.ops.strided import diagonal, unfold
from vizgrad.engine.surface import copies as _copies
from vizgrad.engine.surface import form as _form
from vizgrad.engine.surface import memory as _memory
from vizgrad.engine.surface import parts as _parts
from vizgrad.engine.surface.copies import (
    alias_copy,
    as_strided_copy,
    detach_copy,
    diagonal_copy,
    expand_copy,
    narrow_copy,
    permute_copy,
    select_copy,
    slice_copy,
    split_copy,
    split_with_sizes_copy,
    squeeze_copy,
    t_copy,
    transpose_copy,
    unbind_copy,
    unfold_copy,
    unsqueeze_copy,
    view_as_complex_copy,
    view_as_real_copy,
    view_copy,
)
from vizgrad.engine.surface.form import (
    adjoint,
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_shapes,
    broadcast_tensors,
    broadcast_to,
    clone,
    flip,
    fliplr,
    flipud,
    movedim,
    permute,
    ravel,
    repeat_interleave,
    reshape,
    roll,
    rot90,
    t,
    tile,
    unflatten,
)
from vizgrad.engine.surface.form import (
    in_place as _in_place,
)
from vizgrad.engine.surface.joining import (
    block_diag,
    cartesian_prod,
    cat,
    column_stack,
    combinations,
    concat,
    concatenate,
    dstack,
    hstack,
    meshgrid,
    row_stack,
    stack,
    vstack,
)
from vizgrad.engine.surface.parts import (
    chunk,
    dsplit,
    hsplit,
    narrow,
    select,
    split,
    split_with_sizes,
    tensor_split,
    unbind,
    unsafe_chunk,
    unsafe_split,
    unsafe_split_with_sizes,
    vsplit,
)
from vizgrad.engine.surface.respelt import numpys_words as _numpys_words
from vizgrad.engine.surface.strided import (
    as_strided,
    as_strided_scatter,
    constant_pad_nd,
    diag,
    diag_embed,
    diagflat,
    diagonal_scatter,
    select_scatter,
    slice_scatter,
)

swapaxes = swapdims = transpose
moveaxis = movedim
resize_as_ = _memory.resize_as_

__all__ = [
    "adjoint", "alias_copy", "as_strided", "as_strided_copy", "as_strided_scatter", "atleast_1d", "atleast_2d",
    "atleast_3d", "block_diag", "broadcast_shapes", "broadcast_tensors", "broadcast_to", "cartesian_prod", "cat",
    "chunk", "clone", "column_stack", "combinations", "concat", "concatenate", "constant_pad_nd", "detach_copy", "diag",
    "diag_embed",
    "diagflat", "diagonal", "diagonal_copy", "diagonal_scatter", "dsplit", "dstack", "expand_copy", "flatten",
    "flip", "fliplr", "flipud", "hsplit", "hstack", "meshgrid", "moveaxis", "movedim", "narrow", "narrow_copy",
    "permute", "permute_copy", "ravel", "repeat_interleave", "reshape", "resize_as_", "roll", "rot90", "row_stack",
    "select",
    "select_copy", "select_scatter", "slice_copy", "slice_scatter", "split", "split_copy", "split_with_sizes",
    "split_with_sizes_copy", "squeeze", "squeeze_copy", "stack", "swapaxes", "swapdims", "t", "t_copy",
    "tensor_split", "tile", "transpose", "transpose_copy", "unbind", "unbind_copy", "unflatten", "unfold_copy",
    "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "unsqueeze", "unsqueeze_copy", "view_as_complex_copy",
    "view_as_real_copy", "view_copy",
    "vsplit", "vstack",
]  # fmt: skip

_numpys_words(globals())


class Methods:
    """Of a tensor: views and rearrangements."""

    __slots__ = ()

    reshape, view, permute, expand = reshape, _form.view, permute, _form.expand
    reshape_as, view_as, expand_as = _form.reshape_as, _form.view_as, _form.expand_as
    broadcast_to, sum_to_size = broadcast_to, _form.sum_to_size
    transpose, swapaxes, swapdims, t, adjoint = transpose, transpose, transpose, t, adjoint
    movedim, moveaxis = movedim, movedim
    flatten, unflatten, ravel, squeeze, unsqueeze = flatten, unflatten, ravel, squeeze, unsqueeze
    T = property(_form.reversed_dims)
    mT, H = property(_form.matrix_transposed), property(_form.matrix_adjoint)
    mH = property(adjoint)

    diagonal, diag, diag_embed, diagflat, unfold = diagonal, diag, diag_embed, diagflat, unfold
    as_strided, as_strided_scatter, diagonal_scatter = as_strided, as_strided_scatter, diagonal_scatter
    select_scatter, slice_scatter = select_scatter, slice_scatter

    narrow, narrow_copy, select, split, chunk, unbind = narrow, narrow_copy, select, split, chunk, unbind
    split_with_sizes, tensor_split, hsplit, vsplit, dsplit = (
        split_with_sizes,
        tensor_split,
        hsplit,
        vsplit,
        dsplit,
    )
    unsafe_split, unsafe_chunk = unsafe_split, unsafe_chunk
    unsafe_split_with_sizes = unsafe_split_with_sizes

    flip, fliplr, flipud, roll, rot90 = flip, fliplr, flipud, roll, rot90
    repeat, tile, repeat_interleave = _form.repeat, tile, repeat_interleave
    contiguous, clone = _form.contiguous, clone

    squeeze_, unsqueeze_ = _in_place(squeeze), _in_place(unsqueeze)
    transpose_, t_ = _in_place(transpose), _in_place(t)
    swapaxes_, swapdims_ = _in_place(transpose, "swapaxes"), _in_place(transpose, "swapdims")
    as_strided_ = _in_place(as_strided)

    resize_, resize_as_, set_ = _memory.resize_, _memory.resize_as_, _memory.set_
    is_set_to, _is_view = _memory.is_set_to, _memory.is_view
    storage, untyped_storage = _memory.storage, _memory.untyped_storage
