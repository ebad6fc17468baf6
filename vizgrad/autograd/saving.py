"""What a custom Function saved for its backward."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import backward, errors
from vizgrad.engine.bare import Bare
from vizgrad.engine.tape import SPENT, Kept, edge


class Saved:
    """The tensors given to ``save_for_backward``, each as a value and the way back from it."""

    def __init__(self, node: Any, inputs: tuple[Any, ...], outputs: list[Any]) -> None:
        tensors = [x for x in node.to_save if x is not None]
        slots = {id(x): i for i, x in enumerate(outputs)}
        mine = {id(x): x for x in inputs}
        self.holes = [x is None for x in node.to_save]
        # An output leads to the node itself: only its number is kept, or nothing would ever be freed.
        self.ways = [slots[id(x)] if id(x) in slots and id(x) not in mine else edge(x) for x in tensors]
        self.kept = Kept([x.array for x in tensors], [x.memory for x in tensors]) if tensors else None
        node.to_save = ()

    def tensors(self, node: Any) -> tuple[Any, ...]:
        """Them, joined to their histories again."""
        if self.kept is None:
            return (None,) * len(self.holes)
        kept = node.kept
        if kept is SPENT:
            raise RuntimeError(backward.SECOND_TIME)
        names = node.op.keeps
        values = list(kept.values)
        for name, value, storage, version in zip(names, values, kept.storages, kept.versions, strict=True):
            if storage is not None and storage.version != version:
                raise errors.modified(node, name, value, storage, version)
        found = iter(
            [_joined(v, s, way, node) for v, s, way in zip(values, kept.storages, self.ways, strict=True)]
        )
        return tuple(None if hole else next(found) for hole in self.holes)


def _joined(value: Any, storage: Any, way: Any, node: Any) -> Any:
    if isinstance(way, Bare) and way.array is value:
        return way
    x = Bare._wrap(value)
    if storage is not None:
        x.memory = storage
    if type(way) is int:
        x.node, x.slot, x.tracked = node, way, True
    elif isinstance(way, tuple):
        (x.node, x.slot), x.tracked = way, True
    elif isinstance(way, Bare):  # unpacked: other memory, the same leaf
        from vizgrad.engine.op import TABLE

        x.node = TABLE["clone"].node(TABLE["clone"], [way], {})
        x.node.like, x.tracked = (way.array.shape, way.array.dtype), True
    elif way is not None:
        x.node, x.tracked = way, True
    return x
