"""The tape: running an op forward and recording it, then walking back.

The graph points backwards only (tensor → node → earlier nodes): no cycles, so it is freed by reference count
the moment its loss goes out of scope.
"""

from __future__ import annotations

import itertools
from itertools import repeat
from typing import Any

import numpy

from . import alias, dtype, errors, local, namespace, watch
from .bare import Bare
from .local import here
from .namespace import NUMPY
from .op import Op
from .storage import SAVED, Kept
from .surface import counting
from .surface.node import Surface

_number = itertools.count().__next__
_wrap = Bare._wrap
_new = object.__new__
_ndarray, _float32 = numpy.ndarray, numpy.dtype("f4")
_PLAIN = frozenset(numpy.dtype(k) for k in ("f4", "f8"))
_bfloat16 = dtype.bfloat16.numpy
SPENT: Any = object()  # what a node keeps after its values were freed: nothing, and it says so


class Node(Surface):
    """One op that was run and can be walked back through.  Each op has a subclass, for its name's sake."""

    __slots__ = ("__weakref__", "edges", "hooks", "kept", "like", "number", "op", "settings")

    gradients: Any = None  # a method, where nodes find the gradients of their inputs in a way of their own

    def __init__(self, op: Op, edges: list[Any], settings: dict[str, Any]) -> None:
        self.number = _number()  # greater than those of its inputs: the order of time
        self.op = op
        self.edges = edges  # per input: a Node, (Node, output number), a leaf Tensor, or None
        self.settings = settings
        self.kept: Kept | None = None
        self.like: Any = (
            None  # shape and dtype of the output, or a list of them: what its gradients must have
        )
        self.hooks: dict[Any, Any] | None = None  # see surface/hooks.py

    def kept_bytes(self) -> int:
        """Bytes alive for backward because of this node alone, not for being a parameter or kept elsewhere too."""
        with counting.counting():
            held = self.kept.storages if isinstance(self.kept, Kept) else []
            alone = {id(s): s for s in held if s.category == SAVED and s.savers == held.count(s)}
            return sum(s.nbytes for s in alone.values())


def apply(op: Op, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Run one op.  Every number that VizGrad computes goes through here."""
    if op.view:
        return alias.look(op, inputs[0], settings)
    if local.early:
        inputs = _early(op, inputs, settings)
    tracked = False
    arrays = []
    for x in inputs:
        if isinstance(x, Bare):
            if x.alias is not None:
                alias.refresh(x)
            if x.tracked:
                tracked = True
            x = x.array
        arrays.append(x)
    try:
        xp, narrow = NUMPY, None
        for a in arrays:  # the common case, NumPy arrays of one floating dtype, needs no preparation
            if type(a) is not _ndarray or (kind := a.dtype) is not arrays[0].dtype or kind not in _PLAIN:
                arrays, xp, narrow = _prepared(op, arrays)
                break
        y = op.forward(xp, arrays, **settings) if op.variadic else op.forward(xp, *arrays, **settings)
        if narrow is not None:
            y = _narrowed(y, narrow)
        if op.ordered:
            y = in_order(y)
    except Exception as error:
        raise errors.explained(error, op, inputs, settings) from None
    extra = None
    if type(y) is tuple and len(y) > (len(op.outputs) or 1):
        *y, extra = y
        y = tuple(y) if op.outputs else y[0]
    out: Any = op.pack(map(_wrap, y)) if op.outputs else _wrap(y)
    if tracked and here.grad and op.differentiable:
        record(op, inputs, arrays, out, settings, extra)
    if local.watching and here.watchers:
        watch.tell("on_op", op, inputs, out, settings)
    return out


def _early(op: Op, inputs: tuple[Any, ...], settings: dict[str, Any]) -> tuple[Any, ...]:
    """What happens before an op: autocast casts the operands, and a watcher may look at them."""
    if here.cast is not None:
        inputs = here.cast(op, inputs)
    if here.watchers:
        watch.tell("on_begin", op, inputs, settings, None)
    return inputs


def _prepared(op: Op, arrays: list[Any]) -> tuple[list[Any], Any, Any]:
    """The operands brought to one dtype where the op wants that, their ``xp``, and a dtype for the result.

    NumPy computes poorly with bfloat16 and accumulates in it: such operands go through float32 and back.
    """
    if op.check is not None:
        op.check(op, arrays)
    if op.promotes and _differ(op, arrays):
        arrays = dtype.unify(arrays, floating=op.promotes == "float")
    narrow = None
    if not op.exact:
        kinds = {a.dtype for a in arrays if hasattr(a, "dtype") and a.dtype.kind in "fcV"}
        if _bfloat16 in kinds:
            narrow = _bfloat16 if len(kinds) == 1 else None
            arrays = [a.astype(_float32) if getattr(a, "dtype", None) == _bfloat16 else a for a in arrays]
    return arrays, namespace.of(arrays), narrow


def in_order(y: Any) -> Any:
    """A result (or results, with extras) whose numbers lie in memory row by row; NumPy follows its operands' order."""
    if type(y) is tuple:
        return tuple(map(in_order, y))
    return y if getattr(y, "flags", None) is None or y.flags.c_contiguous else y.copy("C")


def _narrowed(y: Any, kind: Any) -> Any:
    """The result (or results, with extras) in the operands' narrow dtype where it came out as float32."""
    if type(y) is tuple:
        return tuple(_narrowed(part, kind) for part in y)
    return y.astype(kind) if getattr(y, "dtype", None) == _float32 else y


def _differ(op: Op, arrays: list[Any]) -> bool:
    """Whether the operands need to be brought to one dtype.  Floats and Python numbers do not."""
    common = None
    for a in arrays:
        if hasattr(a, "dtype"):
            if common is None:
                common = a.dtype
            elif a.dtype is not common:
                return True
        elif type(a) is complex:
            return True
    if common is None or common.kind in "fc":
        return False
    if op.promotes == "float" or common.kind not in "iu":
        return True
    return any(type(a) is float or (type(a) is int and common.itemsize < 8) for a in arrays)


def record(op: Op, inputs: Any, arrays: list[Any], out: Any, settings: dict[str, Any], extra: Any) -> None:
    """Make the node that leads back from ``out`` to ``inputs``, keeping what the gradients name."""
    edges: list[Any] = []
    for x, way in zip(inputs, op.ways or repeat(True)):  # noqa: B905 - strict costs, and they fit
        if way and isinstance(x, Bare) and x.tracked:
            node = x.node
            edges.append(x if node is None else (node, x.slot) if x.slot else node)
        else:
            edges.append(None)
    node = _new(op.node)
    node.number = _number()
    node.op = op
    node.edges = edges
    node.settings = settings
    node.hooks = None
    node.kept = op.keep(inputs, arrays, out, extra, edges) if op.keeps else None
    if not op.outputs:
        y = out.array
        node.like = y.shape, y.dtype
        out.node, out.tracked = node, True
        return
    node.like = [(o.array.shape, o.array.dtype) for o in out]
    for slot, o in enumerate(out):
        if o.array.dtype.kind in "fcV":  # integers (indices) carry no gradient
            o.node, o.slot, o.tracked = node, slot, True


def edge(x: Bare) -> Any:
    """Where a gradient of ``x`` has to go."""
    if x.node is None:
        return x if x.tracked else None
    return (x.node, x.slot) if x.slot else x.node
