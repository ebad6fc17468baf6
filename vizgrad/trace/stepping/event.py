"""What a pass does, one thing at a time: an op, a node of the backward pass, the update of one parameter."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast
from weakref import ref

from vizgrad.engine.op import Op
from vizgrad.trace import wire


class Ref(NamedTuple):
    """A tensor by its number in the recording: it may be gone by now."""

    key: int


class Value(NamedTuple):
    """One array of an event, and how often its memory had been written to when the event saw it."""

    name: str
    role: wire.Role
    array: Any
    memory: Any  # None: nobody else writes there
    version: int
    target: str  # what an edit calls it; "" if it cannot be edited
    kept: bool = False

    @property
    def fresh(self) -> bool:
        """Whether it still is what it was."""
        return self.memory is None or self.memory.version == self.version


@dataclass(slots=True, eq=False)
class Event:
    """The description of one event.  It holds no tensor alive, but for ``values``, which may be dropped."""

    number: int
    phase: wire.Phase
    name: str
    op: Op | None
    layer: str
    file: str
    lineno: int
    line: str
    step: int
    inside: Event | None
    grad: bool  # whether gradients were being recorded
    container: bool = False  # others may run inside it
    aside: bool = False  # a hook's doing: it does not run again in a replay
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    inputs: tuple[Any, ...] = ()  # a Ref for each tensor
    into: int | None = None
    outs: tuple[int, ...] = ()
    graph: int = -1  # id in the graph
    node: ref[Any] | None = None  # forward: the node it made; backward: the node it went through
    mark: wire.Mark = ""
    done: bool = False
    digest: int = 0  # of what it gave, to tell later whether a replay gave the same
    values: tuple[Value, ...] | None = None
    edits: tuple[str, ...] = ()
    heard: Any = None  # backward: what hooks made of the gradients
    random: Any = None  # of a user's own Function: where the random streams stood when it began

    def wire(self) -> wire.Event:
        """What the page is told."""
        inside = -1 if self.inside is None else self.inside.number
        op = "" if self.op is None else self.op.name
        return wire.Event(
            self.number,
            self.phase,
            self.name,
            op,
            self.layer,
            self.line,
            self.graph,
            inside,
            self.step,
            self.mark,
        )


class Moment:
    """An event while it happens, with everything alive that it acts on."""

    __slots__ = (
        "before", "computed", "event", "grads", "group", "inputs", "into", "node", "op", "optimizer", "out",
        "parameter", "results", "settings", "walk",
    )  # fmt: skip

    def __init__(self, event: Event) -> None:
        self.event = event
        self.op: Any = event.op
        self.inputs: tuple[Any, ...] = ()
        self.settings: dict[str, Any] = event.settings
        self.into: Any = None  # forward: the tensor that is written to
        self.before: dict[int, Any] = {}  # what is written over, as it was, by id of its tensor
        self.computed: Any = None  # its new contents, before they are written
        self.out: Any = None
        self.node: Any = None  # backward
        self.grads: list[Any] = []
        self.results: list[Any] | None = None
        self.walk: Any = None
        self.optimizer: Any = None  # update
        self.parameter: Any = None
        self.group: dict[str, Any] = {}

    @property
    def nodes(self) -> list[Any]:
        """The nodes that an op made; of one that writes, not the node that its tensor had before."""
        if self.into is None:
            return [x.node for x in self.outs if getattr(x, "node", None) is not None]
        if self.computed is not None:
            return [self.computed.node] if self.computed.node is not None else []
        node = self.into.node
        base = getattr(self.into.alias, "base", None)
        if base is not None and base.node is not None and base.node.op.name == "copy_slices":
            written = base.node.edges[1]
            node = written[0] if type(written) is tuple else written
        return [node] if node is not None and node.op is self.op else []

    @property
    def outs(self) -> tuple[Any, ...]:
        """The outputs of an op, however many."""
        if self.out is None:
            return ()
        out = cast("tuple[Any, ...]", self.out)
        return tuple(out) if isinstance(self.out, tuple) else (self.out,)
