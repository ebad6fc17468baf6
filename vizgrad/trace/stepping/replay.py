"""Runs recorded events again, in memory of its own: to look at values that are not held, to rewind, to branch.

Python does not run again, the arithmetic does: every op through the engine itself, every backward pass by its own walk
over a graph of its own, every update by the optimizer's own rule.  What came from outside is given again as it was,
random masks included, so without edits every number comes out the same, bit for bit.
"""

# pyright: reportPrivateUsage=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from vizgrad.engine import alias, backward, local, tape
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.op import TABLE
from vizgrad.engine.storage import OPTIMIZER
from vizgrad.trace.names import Names

from . import edits as editing
from . import heard, values
from .digest import digest
from .edits import Edit
from .event import Event, Moment, Ref, Value
from .follower import Follower
from .recording import Action, Given, Recording
from .streams import set_back, streams

Edits = dict[int, list[Edit]]


class Diverged(RuntimeError):  # noqa: N818 - it says what happened
    """The replay met another event than the program did."""


class Reached(BaseException):
    """The replay has come to where it was to stop."""


@dataclass
class Outcome:
    """What a replay came to."""

    digests: dict[int, int] = field(default_factory=dict[int, int])
    values: dict[int, tuple[Value, ...]] = field(
        default_factory=dict[int, tuple[Value, ...]]
    )  # of those wanted
    heard: dict[int, Any] = field(default_factory=dict[int, Any])  # where hooks were called anew
    totals: list[tuple[Action, int, Any]] = field(default_factory=list[tuple[Action, int, Any]])
    loss: float | None = None


class Replay(Follower):
    """Runs a recording up to the event ``until`` (not included), with ``edits`` by number of the event.

    ``want``: the events whose values are to be kept.  ``new``: the first event with an edit that the program did not
    make there; None: all happens as it did.  Raises `Diverged` where the program cannot be followed.
    """

    strict = True

    def __init__(
        self,
        recording: Recording,
        names: Names,
        until: int,
        edits: Edits | None = None,
        want: Any = (),
        *,
        new: int | None = None,
    ) -> None:
        super().__init__(names, recording.first)
        self.recording, self.until, self.edits, self.want = recording, until, edits or {}, want
        self.tensors: dict[int, Any] = {}  # by key, as the recording numbers them
        self.twins: dict[int, tuple[Any, Any]] = {}  # by id: an optimizer, and the one that stands in for it
        self.nodes: list[tuple[Any, Any]] = []  # of each op: the program's node (weakly) and ours
        self.outcome = Outcome()
        self.new = new
        self.asis = True  # the walk that is under way meets the gradients that the program's met
        self.retained: dict[int, Any] = {}  # gradients of tensors that are no leaves, by key
        self._settled: set[int] = set()  # leaves whose hooks have been called in this walk
        self.parted: set[int] = set()  # ids of views that an edit gave memory of their own
        self.walk: Any = None  # the backward pass that was under way when it stopped
        self.grads: list[Any] = []  # and the gradients that had arrived at its node

    def run(self) -> Outcome:
        """Do it.  The program's own state on this thread is as before afterwards."""
        if self.recording.lost:
            raise Diverged(self.recording.lost)
        with _alone(self):
            try:
                actions = self.recording.actions
                for action, after in zip_longest(actions, actions[1:]):
                    if action.number >= self.until:
                        break
                    self.asis = self.new is None or (after is not None and after.number <= self.new)
                    self._perform(action)
            except Reached:
                pass
            except Diverged:
                raise
            except Exception as error:
                raise Diverged(f"event {self.count} raised when it ran again: {error}") from error
        return self.outcome

    # --- the program's own doings

    def _perform(self, action: Action) -> None:
        for given in action.givens:
            self._give(given)
        self.count = action.number
        if action.refused:
            raise Diverged(action.refused)
        if action.event is not None and action.event.mark == "failed" and not action.event.container:
            return  # it raised, and the program caught that
        if action.kind == "walk":
            self._walk(action)
        elif action.kind == "update":
            self._update(action)
        else:
            self._run(action)

    def _give(self, given: Given) -> None:
        if given.gradient_of is not None:
            leaf = self.tensors[given.gradient_of]
            if given.same is not None:
                leaf.gradient = self.tensors[given.same]
            else:
                leaf.gradient = None if given.none else Bare._wrap(given.array.copy())
            if not given.none:
                self.tensors[given.key] = leaf.gradient
        elif given.same is not None:
            other = self.tensors[given.same]
            x = self.tensors.get(given.key)
            if x is None:
                x = self.tensors[given.key] = Bare._wrap(other.array)
            x.array, x.memory = other.array, other.memory
            x.tracked = given.tracked if x.node is None else x.tracked
        elif given.key in self.tensors and self.tensors[given.key].array.shape == given.array.shape:
            x = self.tensors[given.key]
            x.array[...] = given.array
            x.tracked = given.tracked if x.node is None else x.tracked
        else:
            x = self.tensors[given.key] = Bare._wrap(given.array.copy())
            x.tracked = given.tracked

    def _run(self, action: Action) -> None:
        event = action.event
        assert event is not None
        here.grad = event.grad
        inputs = tuple(self._tensor(x) for x in event.inputs)
        if event.container and action.arguments and action.arguments[0] is not None:
            apply, args = action.arguments
            apply(*(self._tensor(x) for x in args))
            return
        op: Any = event.op
        if event.into is not None:
            alias.write(op, self.tensors[event.into], inputs[1:], event.settings)
        elif op.family.cuts is not None:
            TABLE[op.name].function(*inputs, **event.settings)
        else:
            tape.apply(op, inputs, event.settings)

    def _tensor(self, x: Any) -> Any:
        return self.tensors[x.key] if isinstance(x, Ref) else x

    def _walk(self, action: Action) -> None:
        roots = []
        for key, g in action.roots:
            target = tape.edge(self._root(key))
            roots.append((target, Bare._wrap(g.copy())))
        wanted = None if action.asked is None else [tape.edge(self._root(key)) for key in action.asked]
        first = self._root(action.roots[0][0])
        if first.array.size == 1:
            self.outcome.loss = float(first.array.item())
        self.asis = self.asis and not action.walk["create_graph"]
        self._settled.clear()
        self._hang(action)
        try:
            found = backward.run(roots, wanted=wanted, root=first, **action.walk)
        finally:
            self._unhang(action)
        for (key, _), g in zip(action.found, found, strict=False):
            if key is not None:
                known = action.answers.get(key) if self.asis else None
                self.tensors[key] = g if known is None else Bare._wrap(known.copy())
        for leaf, key in action.gradients:
            if leaf in self.tensors:
                self.tensors[key] = self.tensors[leaf].gradient

    def _hang(self, action: Action) -> None:
        """Leaves with hooks get them, or what stands in for them."""
        for leaf, found in action.hooks.items():
            if leaf in self.tensors:
                anew = heard.for_leaf(found, watched=action.walk["create_graph"])
                stand_in = {0: {0: heard.Leaf(self._settled, leaf)}}
                self.tensors[leaf].hooks = stand_in if self.asis else anew

    def _unhang(self, action: Action) -> None:
        for leaf in action.hooks:
            ours, live = self.tensors.get(leaf), self.recording.live(leaf)
            if ours is None:
                continue
            ours.hooks = None
            if not self.asis and leaf in action.totals:
                self.outcome.totals.append((action, leaf, ours.gradient.array.copy()))
            total = action.totals.get(leaf)
            if (
                total is None and live is not None and live.gradient is not None
            ):  # the program is in this very walk
                total = live.gradient.array
            if (
                leaf in self._settled
                and action.walk["store"]
                and total is not None
                and ours.gradient is not None
            ):
                ours.gradient.array[...] = total

    def _root(self, key: int | None) -> Any:
        if key is None or key not in self.tensors:
            raise Diverged("the backward pass leads to tensors from before the recording began")
        return self.tensors[key]

    def _update(self, action: Action) -> None:
        event = action.event
        assert event is not None
        p = self.tensors[event.inputs[0].key]
        twin = self._twin(action.optimizer)
        if action.state is not None:
            twin.state[p] = {
                k: Bare._wrap(v.copy(), OPTIMIZER) if hasattr(v, "nbytes") else v
                for k, v in action.state.items()
            }
        twin.advance(p, {**action.group, "params": [p]})

    def _twin(self, optimizer: Any) -> Any:
        """An optimizer of the same kind, with a memory of its own."""
        if id(optimizer) not in self.twins:
            self.twins[id(optimizer)] = optimizer, values.twin(optimizer)
        return self.twins[id(optimizer)][1]

    def pairs(self) -> list[tuple[Any, Any]]:
        """The program's optimizers, and those that stood in for them."""
        return list(self.twins.values())

    # --- what follows from them

    def began(self, moment: Moment) -> None:
        event = moment.event
        original = self._original(event)
        self.count = original.number + 1
        event.number, event.mark = original.number, original.mark
        if event.phase == "backward":
            self._hear(moment, original)
        if event.number >= self.until:
            self.walk, self.grads = moment.walk, moment.grads
            raise Reached
        changes = self.edits.get(event.number, [])
        if event.phase == "backward":
            editing.gradients(moment.grads, changes)
        if original.random is not None:
            set_back(original.random)
        if event.phase == "update":
            event.name = original.name
            editing.parameter(moment.parameter, event.name, changes)
            editing.settings(moment.group, changes)
        if changes:
            self._edit_parameters(changes)

    def _hear(self, moment: Moment, original: Event) -> None:
        """Hooks on the gradients of a node: as they were, or called anew."""
        known, node = original.heard, moment.node
        node.hooks = None
        if known is not None and self.asis:
            known.again(node, moment.grads)
        elif known is not None:
            known.anew(node, moment.grads, moment.walk, self.retained)
            self.outcome.heard[original.number] = known.beside(node, moment.grads)

    def _edit_parameters(self, changes: list[Edit]) -> None:
        for key, known in self.recording.tensors.items():
            x = known()
            name = self.names.tensors.get(id(x), ("", ""))[1] if x is not None else ""
            if name and key in self.tensors:
                editing.parameter(self.tensors[key], name, changes)

    def _original(self, event: Event) -> Event:
        """The program's event that this one repeats; hooks do not run again."""
        number = event.number
        while (original := self.recording.find(number)) is not None and original.aside:
            number += 1
        if original is None:
            raise Reached
        if (original.phase, original.name) != (event.phase, event.name) and event.phase != "update":
            raise Diverged(
                f"event {number} was {original.name}, but {event.name} when it ran again: what is between the ops "
                "does not follow from them alone"
            )
        return original

    def ended(self, moment: Moment) -> None:
        event = moment.event
        original = self.recording.find(event.number)
        assert original is not None
        if event.phase == "forward":
            for i, x in enumerate(moment.outs):
                array = x.array
                editing.output(x, i, self.edits.get(event.number, []), moment)
                if x.array is not array and moment.op.view:
                    self.parted.add(id(x))
            for key, x in zip(original.outs, moment.outs, strict=False):
                self.tensors[key] = x
            if original.node is not None and moment.nodes:
                self.nodes.append((original.node, moment.nodes[0]))
        if event.number in self.outcome.heard:
            self.outcome.heard[event.number].ended(moment.grads, moment.results or [])
        found = values.of(moment)
        self.outcome.digests[event.number] = digest(found)
        if event.number in self.want:
            self.outcome.values[event.number] = values.copied(found)

    def failed(self, moment: Moment) -> None:
        """An op that raised, and whose exception the program caught, raised again."""


@contextmanager
def _alone(watcher: Replay) -> Generator[None]:
    """Only this watcher, no cast, no layer; all as before afterwards."""
    before = here.watchers, here.grad, here.cast, here.layers, here.inference
    stood = streams()
    local.set_watchers((watcher,))
    local.set_cast(None)
    here.layers, here.inference = [], False
    try:
        yield
    finally:
        local.set_watchers(before[0])
        here.grad = before[1]
        local.set_cast(before[2])
        here.layers, here.inference = before[3], before[4]
        set_back(stood)
