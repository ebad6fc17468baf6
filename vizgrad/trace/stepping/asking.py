"""What a stepper can be asked: each command as a method that posts it, and how each is carried out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from vizgrad.trace import wire

from . import edits as editing
from . import goals
from .breaks import Predicate
from .goals import Goal

if TYPE_CHECKING:
    from .stepper import Stepper

_seed = itertools.count(1).__next__  # of noise, so that a replay adds the same
PHASES: tuple[wire.Phase, ...] = ("forward", "backward", "update")


class Asking:
    """The commands.  Each posts a `wire.Ask` and returns at once; the thread that computes carries it out."""

    def ask(self, ask: wire.Ask) -> None:
        """Post a command, from any thread."""
        me = cast("Stepper", self)
        if me.closed:  # nobody waits any more; looking back is still possible, on the caller's own thread
            if ask.do in ("show", "pick"):
                me.look(ask)
            return
        me.asked.append(ask)
        me.control.wake()

    def _post(
        self,
        do: wire.StepVerb,
        event: int = -1,
        target: str = "",
        words: str = "",
        index: Any = (),
        value: float = 0.0,
    ) -> None:
        self.ask(wire.Ask(wire.VERSION, do, 0, event, target, words, tuple(index), float(value)))

    def step(self) -> None:
        """Go on to the next event, also into an op that is made of others."""
        self._post("step")

    def over(self) -> None:
        """Go on to the first event outside the present layer."""
        self._post("over")

    def out(self) -> None:
        """Go on to the first event outside the layer around the present one."""
        self._post("out")

    def to(self, node: int, phase: wire.Phase = "forward") -> None:
        """Go on to a node of the graph, in this phase."""
        self._post("to", node, words=phase)

    def to_backward(self) -> None:
        """Go on to the next backward pass."""
        self._post("backward")

    def to_update(self) -> None:
        """Go on to the next step of an optimizer."""
        self._post("update")

    def go(self) -> None:
        """Go on to the next breakpoint, or the end."""
        self._post("continue")

    def stop(self) -> None:
        """Leave the block at the next safe point: in a forward pass or after a step."""
        cast("Stepper", self).control.ask("stop")

    def show(self, event: int) -> None:
        """Look at an event that has happened, or back at the one that the program waits at."""
        self._post("show", event)

    def pick(self, target: str, index: Any) -> None:
        """Of the array of this name, show another slice; of a parameter that moves, follow another element."""
        self._post("pick", target=target, index=index)

    def rewind(self, event: int) -> None:
        """Stand before an event that has happened; from there, everything can be gone through again and edited."""
        self._post("rewind", event)

    def edit(self, target: str, how: str, value: float = 0.0, index: Any = ()) -> None:
        """Change an array of the present event.

        ``target``: "y" (its output), "g" (the gradient that arrives), "lr", or the name of a parameter.  ``how``:
        set, scale, zero, clip (within ± value) or noise (of that standard deviation).  ``index``: one element.
        """
        self._post("edit", target=target, words=how, index=index, value=value)

    def undo(self) -> None:
        """Take back the edits of the present event."""
        self._post("undo")

    def branch(self, until: str = "update") -> None:
        """Go on twice, as it is and as edited, until "backward", the next "update" or the "end"; then compare."""
        self._post("branch", words=until)

    def keep(self, which: str) -> None:
        """After a branch, go on with the outcome "was" or "edited"."""
        self._post("keep", words=which)

    # --- breakpoints, set at once

    def break_at(
        self, *, op: str = "", layer: str = "", line: str = "", phases: tuple[wire.Phase, ...] = PHASES
    ) -> int:
        """Pause before an op, on entering a layer, or at a line as ``"train.py:12"`` or ``"cell 4:12"``; its number."""
        kind, target = next(
            ((k, v) for k, v in (("op", op), ("layer", layer), ("line", line)) if v), ("op", "")
        )
        return cast("Stepper", self).breaks.add(cast("wire.BreakKind", kind), target, phases=phases)

    def break_if(
        self,
        condition: wire.BreakKind | Predicate,
        value: float = 0.0,
        *,
        name: str = "",
        phases: tuple[wire.Phase, ...] = PHASES,
    ) -> int:
        """Pause after an event whose result meets a condition.

        "nan" (NaN or Inf), "zero" (nothing else), "above" (|x| > value), "ratio" (a norm over ``value`` times its
        mean in earlier passes), or any function of a tensor.
        """
        breaks = cast("Stepper", self).breaks
        if callable(condition):
            return breaks.add(
                "python", name or getattr(condition, "__name__", "a function"), 0, phases, condition
            )
        if condition not in ("nan", "zero", "above", "ratio"):
            raise ValueError(
                f"break_if({condition!r}): one of 'nan', 'zero', 'above', 'ratio', or a function"
            )
        return breaks.add(condition, value=value, phases=phases)

    def unbreak(self, number: int) -> None:
        """Take a breakpoint away."""
        cast("Stepper", self).breaks.remove(number)

    # --- carrying out, on the thread that computes

    def carry_out(self, ask: wire.Ask) -> None:
        """Do what was asked.  Raises ValueError, in words, for what makes no sense here."""
        me = cast("Stepper", self)
        goal = _goal(me, ask)
        if goal is not None:
            _go(me, goal)
        elif ask.do == "show":
            _show(me, ask.event)
        elif ask.do == "pick":
            me.desk.pick(ask.target, ask.index)
        elif ask.do == "rewind":
            me.travel.rewind(ask.event)
            me.desk.show(me.shown)
        elif ask.do == "edit":
            _edit(me, ask)
            me.desk.show(me.shown)
        elif ask.do == "undo":
            me.waiting = []
            me.desk.show(me.shown)
        elif ask.do == "branch":
            me.travel.branch(_until(me, ask.words))
        elif ask.do == "keep":
            me.travel.keep(ask.words)
            me.desk.show(me.shown)
        elif ask.do == "break":
            phases = PHASES if ask.event not in (0, 1, 2) else (PHASES[ask.event],)
            if ask.words == "python":
                raise ValueError("breakpoint: a Python condition is set in Python: s.break_if(function)")
            me.breaks.add(cast("wire.BreakKind", ask.words), ask.target, ask.value, phases)
        elif ask.do == "unbreak":
            me.breaks.remove(ask.event)


def _goal(me: Stepper, ask: wire.Ask) -> Goal | None:
    start = me.recording.find(me.at)
    if start is None:
        return goals.next_event if ask.do == "step" else None
    made: dict[str, Callable[[], Goal]] = {
        "step": lambda: goals.next_event,
        "over": lambda: goals.over(start),
        "out": lambda: goals.out(start),
        "to": lambda: goals.to(ask.event, ask.words, start),
        "backward": lambda: goals.to_phase("backward", start),
        "update": lambda: goals.to_phase("update", start),
        "continue": lambda: goals.never,
    }
    return made[ask.do]() if ask.do in made else None


def _go(me: Stepper, goal: Goal) -> None:
    if me.travel.rewound and not me.travel.forward(goal):
        me.desk.show(me.shown)
    else:
        me.release(goal)


def _show(me: Stepper, number: int) -> None:
    if me.recording.find(number) is None:
        raise ValueError(
            f"show: event {number} is not known; the first that is has number {me.recording.first}"
        )
    me.shown = number
    me.desk.show(number)


def _edit(me: Stepper, ask: wire.Ask) -> None:
    if me.shown != me.at or me.now is None:
        raise ValueError("edit: only where the program waits; go back to that event, or rewind to this one")
    arrays = me.desk.editable()
    me.waiting.append(editing.checked(ask.target, ask.words, ask.value, ask.index, arrays, _seed()))


def _until(me: Stepper, words: str) -> Goal:
    if words not in ("backward", "update", "end"):
        raise ValueError(f"branch: until {words!r}? One of backward, update, end")
    start = me.recording.find(me.at)
    return goals.never if words == "end" else goals.to_phase(cast("wire.Phase", words), start)
