"""The arrays of an event: what it took, what it gave, what it remembers; and what it is about to give."""

# pyright: reportPrivateUsage=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy

from vizgrad.autograd import graph
from vizgrad.engine import alias, tape, watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.op import TABLE
from vizgrad.engine.storage import OPTIMIZER
from vizgrad.engine.surface import ink
from vizgrad.trace.names import Names

from . import edits as editing
from .edits import Edit
from .event import Moment, Value


def of(moment: Moment) -> tuple[Value, ...]:
    """Everything that takes part in an event, as far as it is known by now."""
    event = moment.event
    if event.phase == "forward":
        return (*_inputs(moment), *_outputs(moment, moment.outs))
    if event.phase == "backward":
        return (*_arriving(moment), *_leaving(moment, moment.results or []))
    was = moment.before.get(id(moment.parameter), moment.parameter.array)
    now = _update(moment.parameter, moment.optimizer, event.name)
    if not event.done:
        return now
    before = Value(event.name, "parameter", was, None, 0, event.name)
    return (before, *(v for v in now if v.role == "input"), *_moved(now))


def _moved(found: tuple[Value, ...]) -> tuple[Value, ...]:
    """What an update leaves: the parameter and the optimizer's memory, under the names of what comes after."""
    return tuple(v._replace(name=f"{v.name}′", target="") for v in found if v.role != "input")


def copied(found: tuple[Value, ...]) -> tuple[Value, ...]:
    """The same values in memory of their own."""
    return tuple(v._replace(array=v.array.copy(), memory=None) for v in found)


# --- forward


def _inputs(moment: Moment) -> list[Value]:
    letters = list(ink.letters(moment.op).values())
    if moment.op.variadic:
        letters = [f"{letters[0]}{i}" for i in range(len(moment.inputs))]
    keeps = moment.op.keeps if here.grad or moment.event.grad else ()
    found = []
    for name, letter, x in zip(_names(moment), letters, moment.inputs, strict=False):
        if isinstance(x, Bare):
            was = moment.before.get(id(x))
            if was is not None:  # it is written over by this very op
                found.append(Value(letter, "input", was, None, 0, "", name in keeps))
            else:
                found.append(Value(letter, "input", x.array, x.memory, x.memory.version, "", name in keeps))
    return found


def _names(moment: Moment) -> list[str]:
    op = moment.op
    return list(op.inputs[:1] * len(moment.inputs) if op.variadic else op.inputs)


def _outputs(moment: Moment, outs: tuple[Any, ...]) -> list[Value]:
    several = len(outs) > 1
    found = []
    for i, x in enumerate(outs):
        name = f"y{i}" if several else "y"
        kept = moment.event.grad and (
            ("y" if not several else moment.op.outputs[i : i + 1] or "") in moment.op.keeps
        )
        target = (
            "" if graph._hooks.stack else name
        )  # what checkpoint computes again would be without the edit
        found.append(Value(name, "output", x.array, x.memory, x.memory.version, target, bool(kept)))
    return found


# --- backward


def _arriving(moment: Moment) -> list[Value]:
    several = len(moment.grads) > 1
    found = []
    for i, g in enumerate(moment.grads):
        if g is not None:
            name = f"g{i}" if several else "g"
            found.append(_gradient(name, "gradient in", g, name))
    return found


def _leaving(moment: Moment, results: list[Any]) -> list[Value]:
    letters = ink.letters(moment.op)
    words = list(letters.values()) if not moment.op.variadic else [f"x{i}" for i in range(len(results))]
    return [
        _gradient(f"∂L/∂{word}", "gradient out", g)
        for word, g in zip(words, results, strict=False)
        if g is not None
    ]


def _gradient(name: str, role: Any, g: Any, target: str = "") -> Value:
    """A gradient as a walk hands it on: a bare array, a number of NumPy's, or a tensor if the walk is recorded."""
    if isinstance(g, Bare):
        return Value(name, role, g.array, g.memory, g.memory.version, target)
    return Value(name, role, numpy.asarray(g) if isinstance(g, numpy.generic) else g, None, 0, target)


# --- update


def _update(p: Any, optimizer: Any, name: str) -> tuple[Value, ...]:
    found = [Value(name, "parameter", p.array, p.memory, p.memory.version, name)]
    if p.grad is not None and not p.grad.is_sparse:
        found.append(Value("g", "input", p.grad.array, p.grad.memory, p.grad.memory.version, ""))
    for key, value in (optimizer.state.get(p) or {}).items():
        if isinstance(value, Bare) and value.array.size > 1:
            found.append(Value(key, "state", value.array, value.memory, value.memory.version, ""))
    return tuple(found)


# --- trials


def trial(moment: Moment, names: Names, edits: list[Edit]) -> tuple[Value, ...]:
    """What the event is about to give with the edits that wait there, computed ahead; the program does not change.

    Raises what the event itself will raise.  Empty for a Function of the user's own, which runs once only.
    """
    event = moment.event
    with watch.unwatched():
        if event.phase == "forward":
            outs = _tried(moment, names, edits)
            for i, x in enumerate(outs):
                editing.output(x, i, edits)
            return tuple(_outputs(moment, outs))
        if event.phase == "backward":
            return _tried_gradients(moment, edits)
        group = dict(moment.group)
        editing.settings(group, edits)
        p, optimizer = moved(moment.optimizer, moment.parameter, group, event.name, edits)
        found = _update(p, optimizer, event.name)
        return _moved(found)


def _tried(moment: Moment, names: Names, edits: list[Edit]) -> tuple[Any, ...]:
    if moment.event.container:
        return ()
    recording, here.grad = here.grad, False
    cast = here.cast
    here.cast = None
    try:
        inputs = tuple(_edited(x, names, edits) for x in moment.inputs)
        if moment.into is not None:
            inputs = (Bare._wrap(moment.into.array.copy()), *inputs[1:])
        if moment.into is not None and moment.op.into is not None:
            out = alias.write(moment.op, inputs[0], inputs[1:], moment.settings)
        elif moment.op.family.cuts is not None:
            out = moment.op.function(*inputs, **moment.settings)
        else:
            out = tape.apply(moment.op, inputs, moment.settings)
    finally:
        here.grad, here.cast = recording, cast
    return out if isinstance(out, tuple) else (out,)


def _edited(x: Any, names: Names, edits: list[Edit]) -> Any:
    """An input as it will be: another tensor where an edit of a parameter waits."""
    known = names.tensors.get(id(x)) if edits else None
    if known is None:
        return x
    other = Bare._wrap(x.array)
    editing.parameter(other, known[1], edits)
    return other


def _tried_gradients(moment: Moment, edits: list[Edit]) -> tuple[Value, ...]:
    walk, node = moment.walk, moment.node
    own = (
        node.hooks or node.op.name not in TABLE or is_packed(node.kept)
    )  # the user's code, which runs once only
    if walk is None or moment.event.container or own:
        return ()
    grads = list(moment.grads)
    editing.gradients(grads, edits)
    return tuple(_leaving(moment, walk.input_gradients(node, grads)))


def is_packed(kept: Any) -> bool:
    """Whether hooks of a user's own keep what a node needs: asking them for it may compute it, or ask a disk."""
    return hasattr(kept, "_packed")


def twin(optimizer: Any) -> Any:
    """An optimizer of the same kind and settings, with no memory yet and no hooks."""
    other = object.__new__(type(optimizer))
    other.__dict__.update(optimizer.__dict__)
    other.state, other.param_groups = defaultdict(dict), []
    return other


def moved(optimizer: Any, p: Any, group: dict[str, Any], name: str, edits: list[Edit]) -> tuple[Any, Any]:
    """A copy of the parameter as the optimizer is about to leave it, and the twin that remembers what it will."""
    q = Bare._wrap(p.array.copy())
    editing.parameter(q, name, edits)
    q.tracked = p.tracked
    q.grad = p.grad
    other = twin(optimizer)
    state = optimizer.state.get(p) or {}
    if state:
        other.state[q] = {
            k: Bare._wrap(v.array.copy(), OPTIMIZER) if isinstance(v, Bare) else v for k, v in state.items()
        }
    other.advance(q, {**group, "params": [q]})
    return q, other
