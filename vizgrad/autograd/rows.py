"""A custom Function as a row of the op table, so that whoever watches sees it as it sees any op."""

from __future__ import annotations

import inspect
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from vizgrad.engine import alias, backward, namespace, tape
from vizgrad.engine.bare import Bare
from vizgrad.engine.op import TABLE, Formula, Gradient, Op
from vizgrad.engine.ops import shapes
from vizgrad.engine.surface.request import named


def of(cls: Any, ctx: Any, args: tuple[Any, ...], outputs: list[Any]) -> tuple[Op, dict[str, Any]]:
    """The row of this call, and its settings: the arguments that are no tensors."""
    names = _names(cls, len(args))
    inputs = tuple(names[i] for i in ctx._places)
    results = () if len(outputs) == 1 else tuple(f"y{i}" for i in range(len(outputs)))
    known = {id(x): results[i] if results else "y" for i, x in enumerate(outputs)}
    known |= {id(args[i]): names[i] for i in ctx._places}
    keeps = tuple(known.get(id(x), f"saved{i}") for i, x in enumerate(ctx.to_save) if x is not None)
    settings = {name: a for name, a in zip(names, args, strict=True) if not isinstance(a, Bare)}
    key = (inputs, results, keeps)
    rows: dict[Any, Op] = cls.__dict__.get("_rows") or {}
    if key not in rows:
        cls._rows = rows | {key: _row(cls, inputs, settings, results, keeps)}
    return cls._rows[key], settings


def begun(cls: Any, ctx: Any, args: tuple[Any, ...]) -> Op:
    """The row of a call that is about to run: what it gives and keeps is not known yet."""
    names = _names(cls, len(args))
    return _row(cls, tuple(names[i] for i in ctx._places), {}, (), ())


def _names(cls: Any, n: int) -> list[str]:
    """What ``forward`` calls its arguments."""
    found = []
    separate = cls.setup_context.__qualname__ != "Function.setup_context"
    for a in list(inspect.signature(cls.forward).parameters.values())[0 if separate else 1 :]:
        if a.kind is a.VAR_POSITIONAL:
            found += [f"{a.name}{i}" for i in range(n - len(found))]
        else:
            found.append(a.name)
    return found[:n] + [f"x{i}" for i in range(len(found), n)]


def _row(cls: Any, inputs: Any, settings: Any, outputs: Any, keeps: Any) -> Op:
    said = ", ".join(inputs)
    back = ", ".join(["g", *keeps])
    family = type(
        cls.__name__,
        (Formula,),
        {
            "formula": f"{cls.__name__}({said})",
            "formulas": dict.fromkeys(inputs, f"{cls.__name__}.backward({back})"),
        },
    )
    gradient = Gradient(cls.backward, ())
    row = replace(
        TABLE["clone"],
        name=cls.__name__,
        doc=inspect.cleandoc(cls.__dict__.get("__doc__") or "") or "A custom autograd function",
        forward=cls.forward,
        inputs=inputs,
        settings=dict(settings),
        gradients=(gradient,) * len(inputs),
        keeps=keeps,
        family=family,
        samples=(),
        shape=None,
        outputs=outputs,
    )
    row.backward_name = f"{cls.__name__}Backward"
    return row


def attach(ctx: Any, row: Op, settings: dict[str, Any], edges: list[Any], outputs: list[Any]) -> None:
    """Make the context of a call a node of the graph."""
    ctx.number = tape._number()
    ctx.op, ctx.settings, ctx.edges = row, settings, edges
    like = [(x.array.shape, x.array.dtype) if isinstance(x, Bare) else None for x in outputs]
    ctx.like = like if row.outputs else like[0]


class _Origin(tuple[Any, int]):
    """Where a view came from that may not be written to, and why not."""

    why = (
        "This view was created inside a custom Function (or because an input was returned as-is) and the autograd "
        "logic to handle view+inplace would override the custom backward associated with the custom Function, "
        "leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the "
        "custom Function."
    )


def result(x: Any, node: Any, slot: int, of: tuple[Any, ...] = ()) -> Any:
    """``x`` as an output of this node, on the same memory; with None, as a constant.

    A view of one of the tensors ``of`` may not be written to: the node's formula would be passed by.
    """
    source = next((t for t in of if t.memory is x.memory), None) if node is not None else None
    of_call = None if node is None else node.op
    if source is None or of_call is None:
        out = Bare._wrap(x.array)
        out.memory = x.memory
    else:
        origin = _Origin((SimpleNamespace(backward_name=of_call.name), slot))
        out = alias._seen(source, x.array, TABLE["view"], {"size": x.array.shape}, origin)
    if node is not None:
        out.node, out.slot, out.tracked = node, slot, True
    return out


def refused(kind: type[Any], x: Any) -> Any:
    """``x`` with a history that leads to a node of this kind."""
    node = kind(TABLE["clone"], [], {})
    node.like = x.array.shape, x.array.dtype
    return result(x, node, 0)


def zeros(like: Any, beside: Any) -> Any:
    """A gradient for an output that nothing flowed to, on the device of another."""
    return None if like is None else Bare._wrap(namespace.of((beside.array,)).zeros(*like))


def matched(node: Any, answers: tuple[Any, ...]) -> tuple[Any, ...]:
    """One gradient per argument of ``forward``, or PyTorch's error."""
    n = len(node.needs_input_grad)
    if len(answers) > n and all(g is None for g in answers[n:]):
        answers = answers[:n]
    if len(answers) != n:
        raise RuntimeError(
            f"function {node.name()} returned an incorrect number of gradients (expected {n}, got {len(answers)})"
        )
    for i, g in enumerate(answers):
        if g is not None and i not in node._places:
            raise RuntimeError(
                f"function {node.name()} returned a gradient different than None at position {i + 1}, but the "
                "corresponding forward input was not a Variable"
            )
    return answers


def fitted(node: Any, i: int, g: Any, target: Any, create_graph: bool) -> Any:
    """A gradient that a custom backward returned, in the shape and dtype that the input has."""
    if g is None:
        return None
    if not isinstance(g, Bare):
        raise RuntimeError(f"expected Variable or None (got {type(g).__name__})")
    shape, kind = backward.like(target)
    have = g.array.shape
    if have != shape:
        tail = have[len(have) - len(shape) :] if len(have) >= len(shape) else None
        if tail is None or any(a != b and b != 1 for a, b in zip(tail, shape, strict=True)):
            raise RuntimeError(
                f"Function {node.name()} returned an invalid gradient at index {i} - got {list(have)} but expected "
                f"shape compatible with {list(shape)}"
            )
    if create_graph:
        g = g if have == shape else shapes.unstretched(namespace.GRAPH, g, shape)
        return g if g.array.dtype == kind else g.to(named(kind))
    array = g.array
    array = array if have == shape else shapes.unstretched(namespace.of((array,)), array, shape)
    if array.dtype.kind == "c" and kind.kind != "c":
        array = array.real
    # A copy for a leaf: what backward returned may be kept elsewhere, or be the gradient of another leaf.
    return array.astype(kind, copy=isinstance(target, Bare))
