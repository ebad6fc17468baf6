"""What is remembered of a pass, so that it can be looked back at and run again.

Of each event: which tensors it took and gave, by number, and, within a budget of bytes, their values.  Of tensors that
come from outside (parameters, data, whatever was written to unseen): a copy of what they held when they were used.
From these a `replay.Replay` computes everything anew, in memory of its own.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from weakref import ref

from vizgrad.engine.backward import key_of
from vizgrad.engine.bare import Bare

from . import heard
from .digest import checksum, digest, weight
from .event import Event, Moment, Ref, Value
from .streams import streams

BUDGET = 256 * 2**20  # bytes
MOST_EVENTS = 20_000


@dataclass(slots=True)
class Given:
    """A tensor that a replay cannot compute: its value, or which other tensor's memory it shares."""

    key: int
    array: Any = None
    tracked: bool = False
    same: int | None = None  # another's key
    gradient_of: int | None = None  # a leaf's key: the tensor is that leaf's ``.grad``
    none: bool = False  # with gradient_of: there is no gradient


@dataclass(slots=True)
class Action:
    """What the program itself did: an op, a backward pass, an update; all else follows from these."""

    number: int  # of its event; of a backward pass, of the event that comes next
    kind: str  # the phase, or "walk"
    event: Event | None = None
    givens: list[Given] = field(default_factory=list[Given])
    roots: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])  # key, gradient
    asked: list[int | None] | None = None
    walk: dict[str, Any] = field(default_factory=dict[str, Any])
    found: list[Any] = field(default_factory=list[Any])  # key and gradient of each that was asked for
    gradients: list[tuple[int, int]] = field(
        default_factory=list[tuple[int, int]]
    )  # leaf, its ``.grad`` afterwards
    hooks: dict[int, Any] = field(default_factory=dict[int, Any])  # of leaves
    totals: dict[int, Any] = field(
        default_factory=dict[int, Any]
    )  # of leaves with hooks: ``.grad`` afterwards
    answers: dict[int | None, Any] = field(
        default_factory=dict[int | None, Any]
    )  # found for leaves with hooks
    optimizer: Any = None
    group: dict[str, Any] = field(default_factory=dict[str, Any])
    state: dict[str, Any] | None = None
    closure: bool = False
    refused: str = ""  # why it cannot run again; "" if it can
    arguments: Any = None  # of a custom Function: its ``apply`` and what that was called with


class Recording:
    """The events of a window of time.  Written on the thread that computes."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._key = itertools.count().__next__
        self.clear()

    def clear(self) -> None:
        """Begin a new window: what came before is forgotten."""
        self.events: deque[Event] = deque()
        self.actions: list[Action] = []
        self.held = self.copied = 0  # bytes: values for looking back; copies to start a replay from
        self.oldest = 0  # number of the first event whose values are held
        self.lost = ""  # why a replay from the beginning is not possible any more; "" while it is
        self.tensors: dict[int, ref[Any]] = {}
        self.nodes: dict[tuple[int, int], int] = {}  # number of a node, slot -> key of a tensor
        self.states: set[tuple[int, int]] = set()  # (optimizer, parameter) whose memory was copied
        self._keys: dict[int, tuple[ref[Any], int]] = {}
        self._versions: dict[int, int] = {}  # by id of a storage
        self._homes: dict[int, int] = {}  # key -> id of its storage
        self._arrays: dict[int, tuple[Any, int]] = {}  # by id of an array: itself (weakly), key
        self._outside: dict[int, tuple[int, int]] = {}  # of tensors no event gave: version, what they held
        self._tracked: dict[int, bool] = {}
        self._leaves: dict[int, int | None] = {}  # key of a leaf -> key of its gradient as last seen
        self._walks: dict[int, Action] = {}  # by id of a walk that is under way

    # --- events

    @property
    def first(self) -> int:
        """Number of the first event that is known."""
        return self.events[0].number if self.events else 0

    def find(self, number: int) -> Event | None:
        """The event of that number, if it is still known."""
        i = number - self.first
        return self.events[i] if 0 <= i < len(self.events) else None

    def began(self, moment: Moment) -> None:
        """Note what an event is about to act on."""
        event = moment.event
        self.events.append(event)
        outer = event.inside is None and not event.aside
        action = Action(event.number, event.phase, event)
        if not outer and self.actions:
            action.givens = self.actions[-1].givens
        if event.aside:
            return
        if event.inside is not None and event.inside.random is not None:
            self._refuse_reading(moment, event.inside)
        if event.phase == "forward":
            event.inputs = tuple(self._reference(x, action.givens) for x in moment.inputs)
            if moment.into is not None:
                event.into = self._key_of(moment.into, action.givens)
            if event.container:
                event.random = streams()
                action.arguments = moment.settings.get("apply"), moment.settings.get("args")
                self._mention(action)
            if outer:
                self.actions.append(action)
        elif event.phase == "backward":
            node = moment.node
            event.random = streams() if node.gradients is not None else None
            keys = [self.nodes.get((node.number, slot)) for slot in range(len(moment.grads))]
            event.heard = heard.of(node, moment.grads, keys)
        elif event.phase == "update":
            self._note_update(moment, action)
            self.actions.append(action)

    def ended(self, moment: Moment, values: tuple[Value, ...]) -> None:
        """Note what it gave, and hold the values as long as there is room."""
        event = moment.event
        if event.phase == "forward" and not event.aside:
            event.outs = tuple(self._enter(x) for x in moment.outs)
            if moment.into is not None and event.outs:
                self.nodes |= {(node.number, 0): event.outs[0] for node in moment.nodes}
        elif event.phase == "update":
            self._see(moment.parameter)
        if event.heard is not None:
            self.copied += event.heard.ended(moment.grads, moment.results or [])
        event.digest = digest(values)
        event.values = values
        self.held += weight(values)
        self._keep_within()

    def rewrite(self, event: Event, values: tuple[Value, ...] | None, digest: int) -> None:
        """An event came out otherwise than was noted: an edit followed it, or one before it."""
        self.held -= weight(event.values or ())
        event.values, event.digest = values, digest
        self.held += weight(values or ())

    def _keep_within(self) -> None:
        while self.held + self.copied > self.budget and self.held:
            event = self.find(self.oldest) or self.events[0]
            if event.values is not None:
                self.held -= weight(event.values)
                event.values = None
            self.oldest = max(self.oldest, event.number) + 1
            if self.oldest > self.events[-1].number:
                break

    @property
    def too_long(self) -> bool:
        """Whether the window should end with this pass."""
        return len(self.events) > MOST_EVENTS // 2 or self.held + self.copied > self.budget // 2

    # --- a backward pass

    def backward_begins(self, walk: Any, following: int, *, outer: bool, closure: bool = False) -> None:
        """Note where it starts from, and which gradients are there already.

        ``closure``: it runs inside an optimizer's step, which then decides by what it finds.
        """
        action = self._walks[id(walk)] = Action(following, "walk", closure=closure)
        for target, g in walk.roots:
            array = g.array if isinstance(g, Bare) else g
            action.roots.append((self._target(target, action.givens), self._copy(array)))
        if walk.asked is not None:
            action.asked = [self._target(target, action.givens) for target in walk.asked]
        action.walk = {
            "create_graph": walk.create_graph,
            "retain_graph": walk.retain_graph,
            "store": walk.store,
        }
        for leaf in self._leaves:
            self._note_gradient(leaf, action.givens)
            x = self.live(leaf)
            if x is not None and x.hooks:
                action.hooks[leaf] = heard.copied(x.hooks)
        if outer:
            self.actions.append(action)

    def backward_ended(self, walk: Any) -> None:
        """Note the gradients that are there now, and those that were asked for."""
        action = self._walks.pop(id(walk), None)
        if action is None:
            return
        for leaf in self._leaves:
            x = self.live(leaf)
            if x is not None and x.gradient is not None:
                self._leaves[leaf] = key = self._enter(x.gradient)
                action.gradients.append((leaf, key))
                if leaf in action.hooks:
                    action.totals[leaf] = self._copy(x.gradient.array)
        if walk.asked is None:
            return
        for target in walk.asked:
            g = walk.found.get(key_of(target))
            key = None
            if isinstance(g, Bare):
                key = self._enter(g)
            elif g is not None:
                key = self._key()
                self._arrays[id(g)] = ref(g), key
            action.found.append((key, g))
            if isinstance(target, Bare) and target.hooks and g is not None:
                action.answers[key] = self._copy(getattr(g, "array", g))

    # --- tensors

    def live(self, key: int) -> Any:
        """The tensor itself, if the program still has it."""
        known = self.tensors.get(key)
        return known() if known is not None else None

    def arrays(self) -> list[tuple[Any, int]]:
        """The arrays that are still there, and the numbers of the tensors that they were last seen in."""
        return [(array, key) for known, key in self._arrays.values() if (array := known()) is not None]

    def _reference(self, x: Any, givens: list[Given]) -> Any:
        return Ref(self._key_of(x, givens)) if isinstance(x, Bare) else x

    def _key_of(self, x: Any, givens: list[Given]) -> int:
        key = self._known(x)
        if key is None:
            key = self._meet(x, givens)
        elif not self._is_current(x, key):
            self._give_anew(x, key, givens)
        self._see(x, key)
        return key

    def _known(self, x: Any) -> int | None:
        """The number that a tensor has; None if it has none yet."""
        known, key = self._keys.get(id(x), (None, None))
        return key if known is not None and known() is x else None

    def _meet(self, x: Any, givens: list[Given]) -> int:
        """A tensor that no event gave: it shares memory with one that is known, or it is new here."""
        same = self._same(x)
        if same is not None and same not in self.tensors:  # what autograd.grad found, now in a tensor
            return self._name(x, same)
        key = self._name(x, self._key())
        self._give_anew(x, key, givens)
        if x.tracked:
            self._leaves[key] = None
            self._note_gradient(key, givens)
        return key

    def _give_anew(self, x: Any, key: int, givens: list[Given]) -> None:
        """Note what a tensor holds, which follows from no event, or whose memory it came to stand on."""
        same, tracked = self._same(x), x.tracked and x.node is None
        if same is not None and same != key and same in self.tensors:
            givens.append(Given(key, tracked=tracked, same=same))
        else:
            givens.append(Given(key, self._copy(x.array), tracked))
            self._outside[key] = x.memory.version, checksum(x.array)

    def _same(self, x: Any) -> int | None:
        """The number of a tensor that is or was around the same array."""
        array, key = self._arrays.get(id(x.array), (None, None))
        return key if array is not None and array() is x.array else None

    def _refuse_reading(self, moment: Moment, function: Event) -> None:
        """A Function that uses leaves which are not its arguments would use the program's own if it ran again."""
        given = {x.key for x in function.inputs if isinstance(x, Ref)}
        for x in moment.inputs:
            leaf = isinstance(x, Bare) and x.tracked and x.node is None
            if leaf and self.actions and self._known(x) not in given:
                self.actions[-1].refused = (
                    f"{function.name} computes with a tensor that is not one of its arguments, so it cannot "
                    "run again apart from the program"
                )

    def _mention(self, action: Action) -> None:
        """Tensors inside the arguments of a custom Function, by number."""
        apply, args = action.arguments
        given = tuple(self._reference(x, action.givens) for x in args or ())
        action.arguments = apply, given

    def _enter(self, x: Any) -> int:
        """The number of a tensor that an event gave."""
        key = self._known(x)
        if key is None:
            key = self._name(x, self._key())
        self._see(x, key)
        return key

    def _name(self, x: Any, key: int) -> int:
        self.tensors[key] = known = ref(x)
        self._keys[id(x)] = known, key
        return key

    def _see(self, x: Any, key: int | None = None) -> None:
        """From now on this is what the memory of ``x`` is known to hold."""
        self._versions[id(x.memory)] = x.memory.version
        if key is not None:
            self._homes[key] = id(x.memory)
            self._arrays[id(x.array)] = ref(x.array), key
            self._tracked[key] = x.tracked
            if x.node is not None:
                self.nodes[x.node.number, x.slot] = key

    def _is_current(self, x: Any, key: int) -> bool:
        home, version = id(x.memory), x.memory.version
        if self._homes.get(key) != home and self._same(x) == key:
            return True  # the same array, said to stand on another's storage now
        if self._homes.get(key) != home or self._versions.get(home) != version:
            return False
        if x.node is None and self._tracked.get(key) != x.tracked:
            return False
        seen = self._outside.get(key)  # NumPy may have written there, which nobody counts
        return seen is None or seen[0] != version or seen[1] == checksum(x.array)

    def _target(self, target: Any, givens: list[Given]) -> int | None:
        """The tensor that an edge of the graph belongs to."""
        if isinstance(target, Bare):
            return self._key_of(target, givens)
        node, slot = target if type(target) is tuple else (target, 0)
        return self.nodes.get((node.number, slot))

    def _note_gradient(self, leaf: int, givens: list[Given]) -> None:
        """What a leaf's ``.grad`` is, unless that follows from the events."""
        x = self.live(leaf)
        if x is None:
            return
        g, seen = x.gradient, self._leaves.get(leaf)
        if g is None:
            if seen is not None:
                givens.append(Given(seen, gradient_of=leaf, none=True))
                self._leaves[leaf] = None
            return
        key = self._known(g)
        if key is not None and self._is_current(g, key):
            if key == seen:
                return
            givens.append(
                Given(key, same=key, gradient_of=leaf)
            )  # an event's, which the program made the gradient
        else:
            key = self._name(g, self._key()) if key is None else key
            givens.append(Given(key, self._copy(g.array), gradient_of=leaf))
        self._leaves[leaf] = key
        self._see(g, key)

    def _note_update(self, moment: Moment, action: Action) -> None:
        p, optimizer = moment.parameter, moment.optimizer
        key = self._key_of(p, action.givens)
        moment.event.inputs = (Ref(key),)
        self._leaves.setdefault(key, None)
        self._note_gradient(key, action.givens)
        action.optimizer = optimizer
        action.group = {k: v for k, v in moment.group.items() if k != "params"}
        if (id(optimizer), key) not in self.states:
            self.states.add((id(optimizer), key))
            state = optimizer.state.get(p) or {}
            action.state = {k: self._copy(v.array) if isinstance(v, Bare) else v for k, v in state.items()}

    def _copy(self, array: Any) -> Any:
        self.copied += array.nbytes
        if self.copied > self.budget and not self.lost:
            self.lost = (
                f"the values that a replay starts from need more than the budget of {self.budget >> 20} MB; "
                "raise it with vizgrad.step(…, budget=bytes)"
            )
        return None if self.lost else array.copy()
