"""Turns what the engine tells its watchers into events with a beginning and an end, in one order of time."""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from weakref import ref

from vizgrad.engine import backward
from vizgrad.engine.local import here
from vizgrad.engine.op import TABLE, Op
from vizgrad.engine.surface.called import ours
from vizgrad.engine.tape import Node
from vizgrad.engine.watch import Watcher
from vizgrad.trace.names import Names, user_frame, user_line

from .event import Event, Moment


class Level:
    """A backward pass or an optimizer's step that is under way: what happens meanwhile lies above it on the stack."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner  # the walk, or the optimizer


class Follower(Watcher):
    """Subclasses say what to do when an event begins and when it has ended."""

    early = True

    def __init__(self, names: Names, first: int = 0, step: int = 0) -> None:
        self.names = names
        self.count = first  # number of the next event
        self.steps = step
        self.stack: list[Moment | Level] = []
        self.made: dict[int, Event] = {}  # by number of a node: the op that made it

    # --- for subclasses

    def began(self, moment: Moment) -> None:
        """An event is about to happen."""

    def ended(self, moment: Moment) -> None:
        """It has happened."""

    def failed(self, moment: Moment) -> None:
        """It raised."""

    def backward_begins(self, walk: Any, root: Any) -> None:
        """A backward pass begins; its events follow."""

    def backward_ended(self, walk: Any, root: Any) -> None:
        """It is over."""

    def stepped(self, optimizer: Any) -> None:
        """An optimizer has taken its step."""

    # --- what the engine tells

    def on_begin(self, op: Op, inputs: tuple[Any, ...], settings: dict[str, Any], into: Any) -> None:
        top = self.top
        if top is not None and top.into is not None and top.out is None and self._same(top, op, inputs):
            return  # it computes first and writes then: the beginning was told already
        self._drop_failed()
        container = TABLE.get(op.name) is not op
        name = f"{op.name}_" if into is not None else op.name
        moment = Moment(self._event("forward", name, op, self.names.layer(here.layers), container))
        moment.inputs, moment.into = inputs, into
        moment.settings = moment.event.settings = settings
        self._begin(moment)

    def on_op(self, op: Op, inputs: tuple[Any, ...], out: Any, settings: dict[str, Any]) -> None:
        top = self._open(op)
        if top is None:
            return
        if top.into is not None and top.op.into is None:
            top.computed = out
            return
        top.op = top.event.op = op  # of a split it is known only now how many parts there are
        if not top.event.container:
            top.settings = top.event.settings = settings
        top.out = out
        self._end(top)

    def on_write(self, x: Any, out: Any) -> None:
        top = self.top
        if top is not None and top.into is x:
            top.out = x
            self._end(top)

    def on_failed(self, op: Op) -> None:
        top = self._open(op)
        if top is not None:
            self.stack.pop()
            self.failed(top)

    def on_backward(self, root: Any) -> None:
        self._drop_failed()
        walk = backward.current()
        self.stack.append(Level(walk))
        self.backward_begins(walk, root)

    def on_node(self, node: Any, grads: list[Any]) -> None:
        self._drop_failed()
        maker = self._maker(node)
        walk = backward.current()
        container = node.gradients is not None or walk is None or walk.create_graph
        event = self._event("backward", ours(node), node.op, maker.layer if maker else "", container)
        if maker is not None:
            event.file, event.lineno, event.line, event.graph = (
                maker.file,
                maker.lineno,
                maker.line,
                maker.graph,
            )
        event.node = ref(node)
        moment = Moment(event)
        moment.node, moment.grads, moment.walk = node, grads, walk
        moment.settings = node.settings
        self._begin(moment)

    def _maker(self, node: Any) -> Event | None:
        """The op that made a node; of what a write through a view put into the graph, that write."""
        known = self.made.get(node.number)
        if known is not None or not node.edges:
            return known
        way = node.edges[1 if node.op.name == "copy_slices" else 0]
        way = way[0] if type(way) is tuple else way
        again = node.op.name == "copy_slices" or node.op.view
        return self._maker(way) if again and isinstance(way, Node) else None

    def on_node_end(self, node: Any, grads: list[Any], results: list[Any]) -> None:
        while (top := self.top) is not None and top.node is not node:
            self.stack.pop()
            self.failed(top)
        if top is not None:
            top.grads, top.results = grads, results
            self._end(top)

    def on_backward_end(self, root: Any) -> None:
        walk = self._down_to(lambda owner: isinstance(owner, backward.Walk))
        if walk is not None:
            self.backward_ended(walk, root)

    def on_step_begin(self, optimizer: Any) -> None:
        self._drop_failed()
        self.stack.append(Level(optimizer))

    def on_update(self, optimizer: Any, parameter: Any, group: dict[str, Any]) -> None:
        self._drop_failed()
        kind_name = self.names.tensors.get(id(parameter))
        name = kind_name[1] if kind_name else "parameter"
        moment = Moment(self._event("update", name, None, name.rpartition(".")[0], False))
        moment.optimizer, moment.parameter, moment.group = optimizer, parameter, group
        self._begin(moment)

    def on_update_end(self, optimizer: Any, parameter: Any, group: dict[str, Any]) -> None:
        top = self.top
        if top is not None and top.parameter is parameter:
            self._end(top)

    def on_step(self, optimizer: Any) -> None:
        self._down_to(lambda owner: owner is optimizer)
        self.steps += 1
        self.stepped(optimizer)

    # --- the stack

    @property
    def top(self) -> Moment | None:
        """The innermost event that has begun, if no pass began inside it."""
        top = self.stack[-1] if self.stack else None
        return top if isinstance(top, Moment) else None

    @property
    def surrounding(self) -> Moment | None:
        """The innermost event that has begun."""
        return next((m for m in reversed(self.stack) if isinstance(m, Moment)), None)

    def end_all(self) -> None:
        """The program has left the block, perhaps from inside an event: that one failed."""
        while self.stack:
            moment = self.stack.pop()
            if isinstance(moment, Moment):
                self.failed(moment)

    def _event(self, phase: Any, name: str, op: Any, layer: str, container: bool) -> Event:
        frame = user_frame(sys._getframe(2))  # pyright: ignore[reportPrivateUsage]
        file, lineno = (frame.f_code.co_filename, frame.f_lineno) if frame else ("", 0)
        around = self.surrounding
        event = Event(
            self.count, phase, name, op, layer, file, lineno, user_line(frame), self.steps,
            around.event if around else None, here.grad, container,
        )  # fmt: skip
        event.aside = self._is_aside(phase)
        return event

    def _is_aside(self, phase: str) -> bool:
        """Ops that run in a backward pass, but not inside a node that runs any: hooks call them."""
        if phase != "forward" or not self.stack:
            return False
        last = self.stack[-1]
        if isinstance(last, Moment):
            return last.event.aside or (last.event.phase == "backward" and not last.event.container)
        return isinstance(last.owner, backward.Walk) and not last.owner.create_graph

    def _begin(self, moment: Moment) -> None:
        self.count += 1
        self.stack.append(moment)
        self.began(moment)
        written = moment.into if moment.into is not None else moment.parameter
        if written is not None:  # by now it may have been edited
            changing = (x for x in (*moment.inputs, written) if getattr(x, "memory", None) is written.memory)
            moment.before = {id(x): x.array.copy() for x in changing}

    def _end(self, moment: Moment) -> None:
        self.stack.pop()
        event = moment.event
        if event.phase == "forward":
            for node in moment.nodes:
                self.made[node.number] = event
                event.node = event.node or ref(node)
                event.grad = event.grad or node.op is moment.op  # a Function begins after it was switched off
        event.done = True
        self.ended(moment)

    def _same(self, top: Moment, op: Op, inputs: tuple[Any, ...]) -> bool:
        return top.op is op and len(inputs) == len(top.inputs) and inputs[0] is top.inputs[0]

    def _open(self, op: Op) -> Moment | None:
        """The event of this op, which is the innermost one unless something inside it failed."""
        for moment in reversed(self.stack):
            if isinstance(moment, Level):
                return None
            if moment.event.phase == "forward" and (moment.op is op or moment.op.name == op.name):
                while self.stack[-1] is not moment:
                    self.failed(self.stack.pop())  # type: ignore[arg-type]
                return moment
        return None

    def _drop_failed(self) -> None:
        """An op inside of which none can run, and yet another begins: it raised, and the program caught that."""
        while (top := self.top) is not None and top.event.phase == "forward" and not top.event.container:
            self.stack.pop()
            self.failed(top)

    def _down_to(self, is_it: Callable[[Any], bool]) -> Any:
        """Take everything off the stack down to the innermost pass that is meant; its walk or optimizer."""
        if not any(isinstance(entry, Level) and is_it(entry.owner) for entry in self.stack):
            return None
        while True:
            entry = self.stack.pop()
            if isinstance(entry, Moment):
                self.failed(entry)
            elif is_it(entry.owner):
                return entry.owner
