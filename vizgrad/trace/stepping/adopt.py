"""Makes the outcome of a replay the program's own: its tensors, gradients and optimizer get the replay's numbers."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from typing import Any

from vizgrad.engine.alias import View
from vizgrad.engine.bare import Bare
from vizgrad.engine.storage import Kept, Storage

from .digest import checksum
from .replay import Replay
from .values import is_packed


def adopt(replay: Replay, walk: Any, grads: list[Any]) -> None:
    """Write what a replay came to into the program that waits at the same event.

    ``walk``: its backward pass, if it waits in one, and ``grads``, the gradients that have arrived at its node.
    """
    if any(node is not None and is_packed(node.kept) for node in (live() for live, _ in replay.nodes)):
        raise ValueError(
            "an edit in the past cannot be followed while saved_tensors_hooks, as checkpoint uses them, keep what "
            "backward needs: go on until the backward pass is over"
        )
    recording = replay.recording
    for array, key in recording.arrays():
        if key in replay.tensors:  # perhaps of a tensor that is gone, but not what was detached from it
            _write(array, replay.tensors[key].array)
    for action in recording.actions:
        for key, g in action.found:
            if key in replay.tensors and not isinstance(g, Bare):  # not in a tensor yet
                _write(g, replay.tensors[key].array)
    by_id = {id(ours): key for key, ours in replay.tensors.items()}
    for key, known in recording.tensors.items():
        x, new = known(), replay.tensors.get(key)
        if x is None or new is None or x is new:
            continue
        if _is_parted(replay, x, new):
            x.array, x.alias, x.memory = new.array.copy(), None, Storage(new.array.nbytes)
        else:
            _write(x.array, new.array)
        if x.node is None and x.tracked:
            _adopt_gradient(x, new)
    for key, g in replay.retained.items():
        x = recording.live(key)
        if x is not None and x.gradient is not None:
            _write(x.gradient.array, getattr(g, "array", g))
    for live, ours in replay.nodes:
        node = live()
        if node is not None:
            _adopt_kept(node, ours)
    for optimizer, twin in replay.pairs():
        _adopt_memory(replay, by_id, optimizer, twin)
    if walk is not None and replay.walk is not None:
        _adopt_walk(walk, replay.walk)
        for slot, g in enumerate(replay.grads):
            grads[slot] = _like(g, grads[slot])


def _write(array: Any, new: Any) -> None:
    if array.shape == new.shape and array is not new and array.flags.writeable:
        array[...] = new


def _adopt_gradient(x: Any, new: Any) -> None:
    """Only where both have one: forgetting gradients is no event, so what the program forgot stays forgotten."""
    if new.gradient is not None and x.gradient is not None:
        _write(x.gradient.array, new.gradient.array)


def _is_parted(replay: Replay, x: Any, new: Any) -> bool:
    """Whether ``x`` looks at a tensor that an edit, which the replay made, parted it from."""
    known = new.alias
    base = known.base if isinstance(known, View) else None
    return isinstance(x.alias, View) and (id(new) in replay.parted or id(base) in replay.parted)


def _adopt_kept(node: Any, ours: Any) -> None:
    """What an op keeps may be no tensor's any more, but masks and extras, and results that only it holds.

    Where it is another's memory that came to hold something else, the node gets memory of its own.
    """
    mine, theirs = node.kept, ours.kept
    if not isinstance(mine, Kept) or not isinstance(theirs, Kept):
        return
    for i, (a, b) in enumerate(zip(mine.values, theirs.values, strict=False)):
        stale = mine.storages[i].version != mine.versions[i]
        if hasattr(a, "nbytes") and hasattr(b, "nbytes") and not stale and checksum(a) != checksum(b):
            mine.swap(i, b.copy(), Storage(b.nbytes))


def _adopt_memory(replay: Replay, by_id: dict[int, int], optimizer: Any, twin: Any) -> None:
    for q, state in twin.state.items():
        p = replay.recording.live(by_id.get(id(q), -1))
        if p is None:
            continue
        mine = optimizer.state.get(p) or {}
        for name, value in state.items():
            if isinstance(value, Bare) and isinstance(mine.get(name), Bare):
                _write(mine[name].array, value.array)


def _adopt_walk(walk: Any, ours: Any) -> None:
    """The gradients that wait at nodes still to come; numbers of nodes differ, their order does not."""
    for mine, theirs in zip(sorted(walk.pending), sorted(ours.pending), strict=False):
        grads, new = walk.pending[mine][1], ours.pending[theirs][1]
        for slot, g in enumerate(new):
            grads[slot] = _like(g, grads[slot])
    for mine, theirs in zip(list(walk.found), list(ours.found), strict=False):  # found in the same order
        walk.found[mine] = _like(ours.found[theirs], walk.found[mine])
    for mine, theirs in zip(list(walk.held), list(ours.held), strict=False):
        x, g = walk.held[mine]
        walk.held[mine] = x, _like(ours.held[theirs][1], g)


def _like(new: Any, old: Any) -> Any:
    """A gradient as the program's walk carries it: an array, or the tensor with its history and other numbers."""
    if new is None or old is None:
        return old
    array = new.array if isinstance(new, Bare) else new
    if isinstance(old, Bare):
        _write(old.array, array)
        return old
    return array.copy()
