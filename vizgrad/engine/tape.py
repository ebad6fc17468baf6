"""The tape: running an op forward and recording it, then walking back.

The graph points backwards only (tensor → node → earlier nodes): no cycles, so it is freed by reference count
the moment its loss goes out of scope.
"""

from __future__ import annotations

import itertools
from typing import Any

from . import alias, dtype, errors, namespace, watch
from .bare import Bare
from .local import here
from .op import Op
from .storage import Storage

_number = itertools.count().__next__
_wrap = Bare._wrap


class Kept:
    """What a node holds for backward: values by name, and the storages that must not change meanwhile."""

    __slots__ = ("guards", "values")

    def __init__(self, values: dict[str, Any], guards: list[tuple[str, Storage, int]]) -> None:
        self.values = values
        self.guards = guards
        for _, storage, _ in guards:
            storage.keep()

    def __del__(self) -> None:
        for _, storage, _ in self.guards:
            storage.let_go()

    def add_guard(self, name: str, storage: Storage) -> None:
        """Watch over one more value, from its present version on."""
        storage.keep()
        self.guards.append((name, storage, storage.version))

    def drop_guard(self, name: str) -> None:
        """Stop watching over a value."""
        for guard in [g for g in self.guards if g[0] == name]:
            self.guards.remove(guard)
            guard[1].let_go()


class Node:
    """One op that was run and can be walked back through."""

    __slots__ = ("__weakref__", "edges", "fits", "hooks", "kept", "number", "op", "settings", "spent")

    def __init__(self, op: Op, edges: list[Any], settings: dict[str, Any]) -> None:
        self.number = _number()  # greater than those of its inputs: the order of time
        self.op = op
        self.edges = edges  # per input: a Node, (Node, output number), a leaf Tensor, or None
        self.settings = settings
        self.kept: Kept | None = None
        self.fits: list[Any] | None = None  # per input its (shape, dtype), where it differs from the output's
        self.hooks: dict[int, list[Any]] | None = None  # output number -> functions of its gradient
        self.spent = False

    @property
    def name(self) -> str:
        return self.op.backward_name

    @property
    def next_functions(self) -> tuple[Any, ...]:
        """The nodes that this one passes gradients to, each with the number of the output meant (PyTorch)."""
        return tuple(e if type(e) is tuple else (e, 0) for e in self.edges if e is not None)

    def kept_bytes(self) -> int:
        """Bytes that this node keeps alive for backward, memory shared with others included."""
        return sum(getattr(v, "nbytes", 0) for v in self.kept.values.values()) if self.kept else 0

    def __repr__(self) -> str:
        return f"<{self.name} number {self.number}>"


def apply(op: Op, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Run one op.  Every number that VizGrad computes goes through here."""
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
        if op.promotes and _differ(op, arrays):
            arrays = dtype.unify(arrays, floating=op.promotes == "float")
        xp = namespace.of(arrays)
        y = op.forward(xp, arrays, **settings) if op.variadic else op.forward(xp, *arrays, **settings)
    except Exception as error:
        raise errors.explained(error, op, inputs, settings) from None
    extra = None
    if type(y) is tuple and len(y) > (len(op.outputs) or 1):
        *y, extra = y
        y = tuple(y) if op.outputs else y[0]
    out = tuple(map(_wrap, y)) if op.outputs else _wrap(y)
    if op.view and alias.shares(out.array, arrays[0]):
        alias.bind(out, inputs[0], op, settings)
    if tracked and here.grad and op.differentiable:
        record(op, inputs, arrays, out, settings, extra)
    if here.watchers:
        watch.tell("on_op", op, inputs, out, settings)
    return out


def _differ(op: Op, arrays: list[Any]) -> bool:
    """Whether the operands need to be brought to one dtype.  Equal floats, the common case, do not."""
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
    return op.promotes == "float" or common.kind not in "iu" or any(type(a) is float for a in arrays)


def record(op: Op, inputs: Any, arrays: list[Any], out: Any, settings: dict[str, Any], extra: Any) -> None:
    """Make the node that leads back from ``out`` to ``inputs``, keeping what the gradients name."""
    outs = out if op.outputs else (out,)
    gradients = op.gradients * len(inputs) if op.variadic else op.gradients
    edges = [edge(x) if g and isinstance(x, Bare) and x.tracked else None for x, g in zip(inputs, gradients, strict=True)]
    if not any(e is not None for e in edges):
        return
    node = Node(op, edges, settings)
    if op.keeps:
        node.kept = _keep(op, inputs, arrays, outs, extra)
    if op.broadcasts or op.promotes:
        node.fits = _fits(inputs, outs[0].array)
    for slot, o in enumerate(outs):
        if o.array.dtype.kind in "fcV":  # integers (indices) carry no gradient
            o.node, o.slot, o.tracked = node, slot, True


def edge(x: Bare) -> Any:
    """Where a gradient of ``x`` has to go."""
    if x.node is None:
        return x if x.tracked else None
    return (x.node, x.slot) if x.slot else x.node


def _keep(op: Op, inputs: Any, arrays: list[Any], outs: Any, extra: Any) -> Kept:
    values: dict[str, Any] = {}
    guards: list[tuple[str, Storage, int]] = []
    for name, (source, i) in zip(op.keeps, op.plan, strict=True):
        if source == "shape":
            values[name] = [a.shape for a in arrays] if op.variadic else getattr(arrays[i], "shape", ())
            continue
        if source == "extra":
            value, storage = extra[name], None
        elif source == "output":
            value, storage = outs[i].array, outs[i].storage
        elif op.variadic:
            raise TypeError(f"op {op.name!r} takes a sequence and may keep only its shapes")
        else:
            value, x = arrays[i], inputs[i]
            storage = x.storage if isinstance(x, Bare) and value is x.array else None
        values[name] = value
        if storage is not None:
            guards.append((name, storage, storage.version))
        elif hasattr(value, "nbytes"):
            guards.append((name, Storage(value.nbytes), 0))
    return Kept(values, guards)


def _fits(inputs: Any, y: Any) -> list[Any] | None:
    """The shape and dtype that each gradient must be brought back to, or None if they all equal the output's."""
    shape, kind = y.shape, y.dtype
    for x in inputs:
        if isinstance(x, Bare) and (x.array.shape != shape or x.array.dtype is not kind):
            return [(x.array.shape, x.array.dtype) if isinstance(x, Bare) else None for x in inputs]
    return None

