"""Views and in-place writes, with PyTorch's semantics.

A view shares memory with its *base* and remembers the view ops that lead to it.  When anything is written in
place, history is rewritten: of a plain tensor, its node is replaced; of a view, the base gets a node that copies
the written part in (``copy_slices``), and each view of that base takes its node anew from the base when it is next
used.  https://pytorch.org/docs/stable/notes/autograd.html#in-place-operations-with-autograd
"""

from __future__ import annotations

import sys
from typing import Any

from . import op as _op
from . import tape, watch
from .bare import Bare
from .local import here
from .storage import Storage


class Base:
    """What a tensor that has views knows: how often its history was rewritten."""

    __slots__ = ("rewrites",)

    def __init__(self) -> None:
        self.rewrites = 0


class View:
    """What a view knows: its base, the way there, and the state of the base's history that it last saw."""

    __slots__ = ("base", "recorded", "seen", "steps")

    def __init__(self, base: Any, steps: tuple[Any, ...], *, recorded: bool) -> None:
        self.base = base
        self.steps = steps  # ((op, settings), …) from the base to here
        self.seen = base.alias.rewrites
        self.recorded = recorded  # False when made under no_grad


def bind(view: Any, source: Any, op: Any, settings: dict[str, Any]) -> None:
    """Make the fresh result of a view op share its source's memory and remember where it came from."""
    view.storage = source.storage
    known = source.alias
    if type(known) is View:
        base, steps = known.base, (*known.steps, (op, settings))
    else:
        if known is None:
            source.alias = Base()
        base, steps = source, ((op, settings),)
    view.alias = View(base, steps, recorded=here.grad)


def refresh(x: Any) -> None:
    """Bring a view's history up to date after a write through its base or another view."""
    known = x.alias
    if type(known) is not View or known.seen == known.base.alias.rewrites:
        return
    known.seen = known.base.alias.rewrites
    recording, here.grad = here.grad, True
    try:
        with watch.unwatched():
            again = known.base
            for op, settings in known.steps:
                again = tape.apply(op, (again,), settings)
    finally:
        here.grad = recording
    x.node, x.slot, x.tracked = again.node, again.slot, again.tracked


def write(op: Any, x: Any, others: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Run ``op`` on ``x`` and the others and put the result into ``x``'s own memory: what ``add_`` and friends do."""
    may_write(x)
    out = tape.apply(op, (x, *others), settings)
    if out.array.shape != x.array.shape:
        raise RuntimeError(
            f"output with shape {list(x.array.shape)} doesn't match the broadcast shape {list(out.array.shape)}"
        )
    fits_into(out.array, x)
    if out.node is not None and out.node.kept is not None:
        _save_from_overwriting(out.node, x)
    x.array[...] = out.array
    written(x, op.name)
    if out.node is not None:
        _keep_output_of(out, x)
        rebase(x, out)
    return x


def may_write(x: Any) -> None:
    """Raise PyTorch's errors for writes that would make gradients meaningless."""
    refresh(x)
    if not here.grad:
        return
    is_view = type(x.alias) is View
    if x.tracked and x.node is None:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if is_view:
        base = x.alias.base
        if base.tracked and base.node is None:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place operation."
            )
        if not x.alias.recorded and base.tracked:
            raise RuntimeError(
                "A view was created in no_grad mode and is being modified inplace with grad mode enabled. "
                "Create the view outside the no_grad block, or write inside it."
            )


def fits_into(result: Any, x: Any) -> None:
    """Raise if numbers of this kind cannot be written into ``x``: fractions into integers, and so on."""
    from . import dtype

    have, need = dtype.of(result), dtype.of(x.array)
    if have.rank > need.rank:
        raise RuntimeError(
            f"result type {have.legacy} can't be cast to the desired output type {need.legacy}"
        )


def _save_from_overwriting(node: Any, x: Any) -> None:
    """The op's gradient needs the old contents of ``x``: give the node a copy before they are gone."""
    for i, value in enumerate(node.kept.values):
        if value is x.array:
            node.kept.swap(i, value.copy(), Storage(value.nbytes))


def _keep_output_of(out: Any, x: Any) -> None:
    """The op's gradient needs its result, which now lives in ``x``: guard that memory, hold no second copy."""
    kept = out.node.kept
    if kept is not None and x.array.dtype == out.array.dtype:
        for i, value in enumerate(kept.values):
            if value is out.array:
                kept.swap(i, x.array, x.storage)


def written(x: Any, by: str) -> None:
    """Count a write to ``x``'s memory; remember the line if a node still needs what was there."""
    x.storage.version += 1
    if x.storage.savers:
        x.storage.written = f"{_users_line()} by {by}_()"


def _users_line() -> str:
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("vizgrad."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.f_lineno}"


def rebase(x: Any, out: Any) -> None:
    """``x`` now holds what ``out`` was computed as: rewrite history accordingly."""
    known = x.alias
    if type(known) is not View:
        x.node, x.slot, x.tracked = out.node, out.slot, True
        if known is not None:
            known.rewrites += 1
        return
    base = known.base
    row = _op.TABLE["copy_slices"]
    settings = {"steps": known.steps, "shape": base.array.shape}
    node = row.node(row, [tape.edge(base), tape.edge(out)], settings)
    node.like = base.array.shape, base.array.dtype
    base.node, base.slot, base.tracked = node, 0, True
    base.alias.rewrites += 1
    refresh(x)


def follow(xp: Any, x: Any, steps: tuple[Any, ...]) -> Any:
    """Go the way of the recorded view ops again, on arrays or on tensors."""
    for op, settings in steps:
        x = op.function(x, **settings) if isinstance(x, Bare) else op.forward(xp, x, **settings)
    return x


def shares(y: Any, x: Any) -> bool:
    """Whether array ``y`` is a view into the memory of array ``x``."""
    return y is x or (y.base is not None and (y.base is x or y.base is x.base))
