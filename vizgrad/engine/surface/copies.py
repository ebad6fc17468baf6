"""Views as copies: what ``…_copy`` names, for programs that must not share memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import complex as _complex
from vizgrad.engine.ops import shape as _shape
from vizgrad.engine.ops import strided as _views

from . import form, parts, strided
from .out import fills_out


def _copy(view: Callable[..., Any], name: str) -> Callable[..., Any]:
    def copied(*args: Any, **settings: Any) -> Any:
        seen = view(*args, **settings)
        if isinstance(seen, Bare):
            return form.clone(seen, memory_format="contiguous_format")
        return tuple(form.clone(part, memory_format="contiguous_format") for part in seen)

    copied.__name__ = copied.__qualname__ = f"{name}_copy"
    copied.__doc__ = f"`{name}`, copied: no memory is shared."
    return fills_out(copied)


def alias(input: Any) -> Any:
    """The same memory, seen just so: a view."""
    return parts.cut(input, 0, slice(None)) if input.array.ndim else form.reshape(input, ())


alias_copy = _copy(alias, "alias")
as_strided_copy = _copy(strided.as_strided, "as_strided")
detach_copy = _copy(lambda input: input.detach(), "detach")
diagonal_copy = _copy(_views.diagonal, "diagonal")
expand_copy = _copy(lambda input, size, implicit=False: form.expand(input, size), "expand")
narrow_copy = _copy(parts.narrow, "narrow")
permute_copy = _copy(lambda input, dims: form.permute(input, dims), "permute")
select_copy = _copy(parts.select, "select")
slice_copy = _copy(
    lambda input, dim=0, start=None, end=None, step=1: parts.slice_along(input, dim, start, end, step),
    "slice",
)
split_copy = _copy(parts.split, "split")
split_with_sizes_copy = _copy(parts.split_with_sizes, "split_with_sizes")
squeeze_copy = _copy(_shape.squeeze, "squeeze")
t_copy = _copy(form.t, "t")
transpose_copy = _copy(_shape.transpose, "transpose")
unbind_copy = _copy(parts.unbind, "unbind")
unfold_copy = _copy(_views.unfold, "unfold")
unsqueeze_copy = _copy(_shape.unsqueeze, "unsqueeze")
view_as_real_copy = _copy(_complex.view_as_real, "view_as_real")
view_as_complex_copy = _copy(_complex.view_as_complex, "view_as_complex")
view_copy = _copy(
    lambda input, size=None, dtype=None: form.view(input, dtype if size is None else size), "view"
)
