"""Views and in-place writes, with PyTorch's semantics.

A view shares memory with its *base* and remembers the view ops that lead to it.  When anything is written in
place, history is rewritten: of a plain tensor, its node is replaced; of a view, the base gets a node that copies
the written part in (``copy_slices``), and each view of that base takes its node anew from the base when it is next
used.  https://pytorch.org/docs/stable/notes/autograd.html#in-place-operations-with-autograd
"""

from __future__ import annotations

from typing import Any

import numpy

from . import bare, errors, local, namespace, tape, watch
from . import op as _op
from .bare import Bare
from .local import here
from .namespace import NUMPY
from .storage import Storage
from .surface import history
from .surface.node import class_of
from .surface.refusals import INFERENCE, LEAF, NO_GRAD, fits_into, refuse_repeated, refuse_view, users_line

_new, _ndarray = object.__new__, numpy.ndarray
_wrap = Bare._wrap
_FILLS = {"fill", "masked_fill", "index_put"}  # may write to memory that several elements share


class Base:
    """What a tensor that has views knows: how often its history was rewritten."""

    __slots__ = ("rewrites",)

    def __init__(self) -> None:
        self.rewrites = 0


class View:
    """What a view knows: its base, the way there, and the state of the base's history that it last saw."""

    __slots__ = ("base", "origin", "seen", "steps")

    base: Any
    steps: tuple[Any, ...]  # ((op, settings), …) from the base to here
    seen: int
    origin: Any  # why it may not be written to while gradients are recorded: (op, output); "" if it may


def look(op: Any, x: Any, settings: dict[str, Any]) -> Any:
    """Run one view op: `tape.apply` for the case of one tensor in and the same memory out, at a third of the cost."""
    if local.early and here.watchers:
        watch.tell("on_begin", op, (x,), settings, None)
    if x.alias is not None:
        refresh(x)
    a = x.array
    try:
        y = op.forward(NUMPY if type(a) is _ndarray else namespace.of((a,)), a, **settings)
    except Exception as error:
        raise errors.explained(error, op, (x,), settings) from None
    recorded = here.grad
    shared = op.view is True or shares(y, a)
    out = _seen(x, y, op, settings, "" if recorded else NO_GRAD) if shared else _wrap(y)
    if recorded and x.tracked and op.differentiable:
        node = _record(op, x, settings)
        node.like = y.shape, y.dtype
        out.node, out.tracked = node, True
    if local.watching and here.watchers:
        watch.tell("on_op", op, (x,), out, settings)
    return out


def pieces(op: Any, x: Any, settings: dict[str, Any]) -> tuple[Any, ...]:
    """Run a view op with many outputs, such as ``split``: one node for all pieces, which may not be written to."""
    if local.early and here.watchers:
        watch.tell("on_begin", op, (x,), settings, None)
    if x.alias is not None:
        refresh(x)
    try:
        cuts = op.family.cuts(x.array.shape, **settings)
    except Exception as error:
        raise errors.explained(error, op, (x,), settings) from None
    a, slice_, recorded = x.array, _op.TABLE["slice"], here.grad
    out = tuple(
        [
            _seen(x, a[(*cut, ...)], slice_, {"index": cut}, (op, i) if recorded else NO_GRAD)
            for i, cut in enumerate(cuts)
        ]
    )
    if x.tracked and here.grad and out:
        node = _record(op.parted(len(out)), x, settings)
        node.like = [(o.array.shape, o.array.dtype) for o in out]
        for slot, o in enumerate(out):
            o.node, o.slot, o.tracked = node, slot, True
    if local.watching and here.watchers:
        watch.tell("on_op", op.parted(len(out)), (x,), out, settings)
    return out


def _seen(x: Any, y: Any, op: Any, settings: dict[str, Any], origin: Any) -> Any:
    """The tensor around ``y``, an array in the memory of ``x``, that remembers where it came from."""
    out = _new(bare.kind)
    out.array = y
    out.memory = x.memory
    out.gradient = out.node = out.hooks = None
    out.slot = 0
    out.tracked = False
    known = x.alias
    out.alias = seen = _new(View)  # and not View(…): an eighth of what a small view costs
    if type(known) is View:
        seen.base = known.base
        seen.steps = (*known.steps, (op, settings))
        seen.seen = known.seen
        seen.origin = known.origin or origin
        return out
    if known is None:
        x.alias = known = Base()
        if x.memory.root is None:
            x.memory.root = x.array
    seen.base, seen.steps, seen.seen, seen.origin = x, ((op, settings),), known.rewrites, origin
    return out


def _record(op: Any, x: Any, settings: dict[str, Any]) -> Any:
    """The node of a view op, which keeps at most the shape of its input."""
    node = _new(op.node)
    node.number = tape._number()
    node.op = op
    node.edges = [x if x.node is None else (x.node, x.slot) if x.slot else x.node]
    node.settings = settings
    node.hooks = None
    node.kept = op.keep((x,), (x.array,), None, None, node.edges) if op.keeps else None
    return node


def refresh(x: Any) -> None:
    """Bring a view's history up to date after a write through its base or another view."""
    known = x.alias
    if type(known) is not View or known.seen == known.base.alias.rewrites:
        return
    refuse_view(known, "its base or another view of its base has been")
    known.seen = known.base.alias.rewrites
    recording, here.grad = here.grad, True
    try:
        with watch.unwatched():
            again = known.base
            for op, settings in known.steps:
                again = look(op, again, settings)
    finally:
        here.grad = recording
    x.node, x.slot, x.tracked = again.node, again.slot, again.tracked


def write(op: Any, x: Any, others: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Run ``op`` on ``x`` and the others and put the result into ``x``'s own memory: what ``add_`` and friends do."""
    if local.early and here.watchers:
        watch.tell("on_begin", op, (x, *others), settings, x)
    may_write(x, others, repeated=op.name in _FILLS)
    if op.into is not None:
        return _write_into(op, x, others, settings)
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
    if local.watching and here.watchers:
        watch.tell("on_write", x, out)
    if out.node is not None:
        _keep_output_of(out, x)
        rebase(x, out)
    return x


def _write_into(op: Any, x: Any, others: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """The same for ops that say how to write straight into memory: the cost of what is written, not of ``x``."""
    tracked = x.tracked
    arrays = [x.array]
    for o in others:
        if isinstance(o, Bare):
            if o.alias is not None:
                refresh(o)
            tracked = tracked or o.tracked
            o = o.array
        arrays.append(o)
    recording = tracked and here.grad and op.differentiable
    out = _new(Bare)
    out.array, out.memory, out.node, out.slot, out.tracked = x.array, x.memory, None, 0, False
    if recording:  # before the write: versions are counted from after it
        tape.record(op, (x, *others), arrays, out, settings, None)
    try:
        op.into(namespace.of(arrays), *arrays, **settings)
    except Exception as error:
        raise errors.explained(error, op, (x, *others), settings) from None
    written(x, op.name)
    if recording:
        rebase(x, out)
    if local.watching and here.watchers:
        watch.tell("on_op", op, (x, *others), x, settings)
    return x


def may_write(x: Any, others: tuple[Any, ...] = (), *, repeated: bool = False) -> None:
    """Raise PyTorch's errors for writes that have no meaning: into repeated memory, or against the gradients."""
    known = x.alias
    if x.memory.inferred and not here.inference:
        raise RuntimeError(INFERENCE)
    if known is not None:
        refresh(x)
        if 0 in x.array.strides and not (repeated and (not x.tracked or not here.grad)):
            refuse_repeated(x.array)
    if not here.grad or not (x.tracked or any(isinstance(o, Bare) and o.tracked for o in others)):
        return
    if type(known) is View:
        refuse_view(known, "is being")
        base = known.base
        if x.tracked and base.node is None:
            raise RuntimeError(f"a view of {LEAF}")
    if x.tracked and x.node is None:
        raise RuntimeError(LEAF)


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
                kept.swap(i, x.array, x.memory)


def written(x: Any, by: str) -> None:
    """Count a write to ``x``'s memory; remember the line if a node still needs what was there."""
    x.memory.version += 1
    if x.memory.kept:
        x.memory.written = f"{users_line()} by {by}_()"


def rebase(x: Any, out: Any) -> None:
    """``x`` now holds what ``out`` was computed as: rewrite history accordingly."""
    known = x.alias
    if type(known) is not View:
        if x.node is not None and x.node.hooks:
            history.rejoin(x, out.node, out.slot)
        else:
            x.node, x.slot, x.tracked = out.node, out.slot, True
        if known is not None:
            known.rewrites += 1
        return
    base = known.base
    row = _op.TABLE["copy_slices"]
    settings = {"steps": known.steps, "shape": base.array.shape}
    node = class_of(tape.Node, "CopySlices")(row, [tape.edge(base), tape.edge(out)], settings)
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
