"""Changing numbers by hand while a program is paused: what may be asked, and how it is done."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from vizgrad.engine import namespace
from vizgrad.engine.storage import Kept, Storage

from .event import Moment

HOW = ("set", "scale", "zero", "clip", "noise")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one array.

    ``target``: "y" (output; "y1" for the second of several), "g" (a gradient that arrives), "lr", or the name of
    a parameter.  ``index``: one element, or () for all.  ``value``: what to set, the factor, the bound to clip at,
    or the standard deviation of the noise.
    """

    target: str
    how: str
    value: float = 0.0
    index: tuple[int, ...] = ()
    seed: int = 0

    def __str__(self) -> str:
        place = f"{self.target}[{', '.join(map(str, self.index))}]" if self.index else self.target
        value = f"{self.value:g}"
        return {
            "set": f"{place} = {value}",
            "scale": f"{place} · {value}",
            "zero": f"{place} = 0",
            "clip": f"{place} within ±{value}",
            "noise": f"{place} + noise of {value}",
        }[self.how]

    def apply(self, array: Any) -> Any:
        """The changed array, new.  Raises IndexError for an element that is not there."""
        changed = numpy.array(array) if isinstance(array, numpy.generic) else array.copy()
        at: Any = self.index or ...
        changed[at] = self._changed(changed[at])
        return changed

    def _changed(self, part: Any) -> Any:
        if self.how == "scale":
            return part * self.value
        if self.how == "clip":
            return part.clip(-self.value, self.value)
        if self.how == "noise":
            noise = numpy.random.default_rng(self.seed).standard_normal(numpy.shape(part)) * self.value
            return part + namespace.of((part,)).module.asarray(noise)  # the same noise on every device
        return self.value if self.how == "set" else 0


def checked(
    target: str, how: str, value: float, index: tuple[int, ...], arrays: dict[str, Any], seed: int
) -> Edit:
    """The edit that was asked for; raises ValueError, saying what can be edited, where it makes no sense."""
    if how not in HOW:
        raise ValueError(f"edit: how={how!r} is unknown; it is one of {', '.join(HOW)}")
    if target not in arrays:
        there = ", ".join(arrays) or "nothing"
        raise ValueError(f"edit: {target!r} cannot be edited at this event; what can: {there}")
    if how in ("clip", "noise") and not value >= 0:
        raise ValueError(f"edit: {how} by {value:g}: a number of at least 0 is wanted")
    if math.isnan(value) and how != "set":
        raise ValueError(f"edit: {how} by NaN would leave nothing; use set to write NaN")
    shape = numpy.shape(arrays[target])
    fits = len(index) == len(shape) and all(-n <= i < n for i, n in zip(index, shape, strict=True))
    if index and not fits:
        raise ValueError(f"edit: {target} has the shape {tuple(shape)}, so there is no element {list(index)}")
    return Edit(target, how, float(value), tuple(index), seed)


def place(target: str, letter: str) -> int | None:
    """Which of several outputs or gradients is meant: "y" and "y0" are the first; None if it is another thing."""
    if not target.startswith(letter) or not (target[1:] or "0").isdigit():
        return None
    return int(target[1:] or 0)


def apply_all(edits: list[Edit], target: Callable[[Edit], bool], array: Any) -> Any:
    """The array after those of the edits that are meant for it; itself if there are none."""
    for edit in edits:
        if target(edit):
            array = edit.apply(array)
    return array


def output(out: Any, number: int, edits: list[Edit], moment: Moment | None = None) -> None:
    """Edit an output before the program gets it.

    It gets new memory, so that what the op keeps for its gradient stays as it was, and so does what a view looks at:
    an edit is a constant that is added, not another way to compute.  What was written in place is written to again.
    Without a ``moment`` it is a trial's output, which nobody else has.
    """
    new = apply_all(edits, lambda e: place(e.target, "y") == number, out.array)
    if new is out.array:
        return
    if moment is not None and moment.into is not None:
        _keep_what_was_there(moment)
        out.array[...] = new
        return
    out.array = new
    if moment is not None and moment.op.view:
        out.alias, out.memory = None, Storage(new.nbytes)


def _keep_what_was_there(moment: Moment) -> None:
    """An op that writes may need for its gradient what it wrote: give its node a copy."""
    memory = [_root(x.array) for x in (moment.into, moment.computed) if x is not None]
    for node in moment.nodes:
        kept = node.kept
        if not isinstance(kept, Kept):
            continue
        for i, value in enumerate(kept.values):
            if hasattr(value, "dtype") and any(_root(value) is one for one in memory):
                kept.swap(i, value.copy(), Storage(value.nbytes))


def _root(array: Any) -> Any:
    return array if array.base is None else array.base


def gradients(grads: list[Any], edits: list[Edit]) -> None:
    """Edit the gradients that arrive at a node, in the list that the walk goes on with."""
    for slot, g in enumerate(grads):
        if g is None:
            continue
        if hasattr(g, "array"):  # a tensor: the backward pass is being recorded
            new = apply_all(edits, lambda e, slot=slot: place(e.target, "g") == slot, g.array)
            if new is not g.array:
                grads[slot] = g + type(g)._wrap(new - g.array)
        else:
            grads[slot] = apply_all(edits, lambda e, slot=slot: place(e.target, "g") == slot, g)


def parameter(p: Any, name: str, edits: list[Edit]) -> None:
    """Edit a parameter: new memory, as ``p.data = …`` does, so that graphs keep the old value."""
    new = apply_all(edits, lambda e: e.target == name, p.array)
    if new is not p.array:
        p.array = new


def settings(group: dict[str, Any], edits: list[Edit]) -> None:
    """Edit the learning rate of a group."""
    for edit in edits:
        if edit.target == "lr":
            group["lr"] = float(edit.apply(numpy.asarray(float(group["lr"])))[()])
