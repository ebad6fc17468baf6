"""The stepper: the program itself, paused before each op, each node of the backward pass and each update.

It is a watcher that waits.  Commands come from any thread as `wire.Ask` and are carried out on the thread that
computes, where the program stands; whoever shows it reads `feed`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from vizgrad.engine import watch
from vizgrad.engine.local import here
from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.control import Control, Stop
from vizgrad.trace.names import Names

from . import edits as editing
from . import goals, values
from .asking import Asking
from .breaks import Breaks
from .card import Desk
from .event import Event, Moment, Value
from .feed import Feed
from .flow import Flow
from .follower import Follower, Level
from .goals import Goal
from .recording import BUDGET, Recording, digest
from .travel import Travel


class Stepper(Asking, Follower):
    """Pauses the thread that it watches.

    ``drive``: called at each pause, on that thread, to ask for what comes next; None: somebody asks from outside.
    ``budget``: bytes of values that may be held for looking back.  ``known``: the graph of an earlier step.
    """

    def __init__(
        self,
        model: Any,
        control: Control,
        *,
        drive: Callable[[Any], None] | None = None,
        budget: int = BUDGET,
        step: int = 0,
        stays: bool = False,
        known: wire.Graph | None = None,
    ) -> None:
        super().__init__(Names(model), step=step)
        self.control = control
        self.stays = stays  # also while it is to pause nowhere
        self._looking = threading.Lock()
        self.gone = False  # it watches no longer
        self.closed = False  # the block is over
        self.drive = drive
        self.feed = Feed()
        self.recording = Recording(budget)
        self.flow = Flow(self.names, known)
        self.breaks = Breaks()
        self.desk = Desk(self)
        self.travel = Travel(self)
        self.asked: deque[wire.Ask] = deque()
        self.goal: Goal = goals.next_event
        self.now: Moment | None = None  # what the program waits at
        self.after = False
        self.failed_event: Event | None = None
        self.at = self.shown = -1
        self.why = ""
        self.note = ""
        self.waiting: list[editing.Edit] = []  # edits of the event that it waits at, not yet made
        self.lengths = [0]  # events of the pass before; the last one counts
        self._begins = 0
        self._last: Event | None = None
        self._changed = 0
        self._released = False

    # --- events

    def began(self, moment: Moment) -> None:
        event = moment.event
        if self.asked:
            self._attend()
        if event.phase == "forward":
            self._begin_pass(event)
        self.recording.began(moment)
        self._place(moment)
        self._changed = min(self._changed, event.number)
        why = self.breaks.before(event, self._last) or ("step" if self.goal(event) else "")
        self._last = event
        if why and not self.control.stopping:
            self._wait(moment, why, after=False)
        if self.waiting:
            self._edit_before(moment)

    def ended(self, moment: Moment) -> None:
        event = moment.event
        if self.waiting and event.phase == "forward":
            self._edit_outputs(moment)
        found = values.of(moment)
        self.recording.ended(moment, found)
        if event.phase == "forward":
            self.flow.after(moment)
        self._changed = min(self._changed, event.number)
        if not event.aside and self.breaks:
            with watch.unwatched():
                why = self.breaks.after(event, found)
            if why and not self.control.stopping:
                self._wait(moment, why, after=True)
                if self.waiting:
                    self._edit_outputs(moment)
                    found = values.of(moment)
                    self.recording.rewrite(event, found, digest(found))

    def failed(self, moment: Moment) -> None:
        moment.event.mark = "failed"
        moment.event.values = values.of(moment)  # what it was given: it gave nothing
        moment.event.digest = digest(moment.event.values)
        self._changed = min(self._changed, moment.event.number)

    def backward_begins(self, walk: Any, root: Any) -> None:
        closure = any(isinstance(s, Level) and hasattr(s.owner, "param_groups") for s in self.stack)
        self.recording.backward_begins(walk, self.count, outer=self.surrounding is None, closure=closure)
        maker = self.made.get(root.node.number) if root.node is not None else None
        if maker is not None:
            self.flow.loss(maker.graph)

    def backward_ended(self, walk: Any, root: Any) -> None:
        self.recording.backward_ended(walk)

    def stepped(self, optimizer: Any) -> None:
        self.goal = goals.after_step(self.goal)

    # --- places

    def _begin_pass(self, event: Event) -> None:
        """With the first op after an optimizer's step another pass begins."""
        if self._last is None or self._last.step == event.step or event.inside is not None:
            return
        self.lengths = [event.number - self._begins]
        self._begins = event.number
        self.flow.begin(event.step)
        if self.recording.too_long:
            self.recording.clear()
            self.made.clear()
            self.travel.forget()
        self.names.refresh()

    def _place(self, moment: Moment) -> None:
        event = moment.event
        if event.phase == "forward" and not event.aside:
            housework = any(isinstance(s, Level) and hasattr(s.owner, "param_groups") for s in self.stack)
            event.graph = self.flow.before(moment, drawn=not housework or here.grad)
        elif event.phase == "update":
            event.graph = self.flow.parameter(event.name)

    # --- waiting

    def _wait(self, moment: Moment, why: str, *, after: bool) -> None:
        """Stay here until somebody says how to go on."""
        self.now, self.after, self.why = moment, after, clean(why)
        self.at = self.shown = moment.event.number
        self.waiting, self._released = [], False
        self.goal = goals.never
        self.travel.arrive()
        self.desk.show(self.shown)
        self.tell()
        self.control.hold("stepping", self._serve)
        self.travel.leave()
        self.now, self.at = None, -1
        self.tell()
        if not (self.stays or self.breaks or self.waiting) and self.goal is goals.never:
            self.gone = True
            watch.remove(self)

    def _attend(self) -> None:
        """What is asked while the program runs: to pause, or to change where it will."""
        while self.asked:
            ask = self.asked.popleft()
            if ask.do in ("break", "unbreak"):
                self._obey(ask)
            elif ask.do == "step":
                self.goal = goals.next_event

    def _serve(self) -> bool:
        """Do what was asked; True when the program is to go on."""
        if self.drive is not None and not self.asked and not self._released:
            with watch.unwatched():
                self.drive(self)
        while self.asked and not self._released:
            self._obey(self.asked.popleft())
        return self._released

    def _obey(self, ask: wire.Ask) -> None:
        self.note = ""
        try:
            with watch.unwatched():
                self.carry_out(ask)
        except (ValueError, IndexError, KeyError, RuntimeError) as error:
            self.note = clean(error, 400)
        if self.now is not None or self.closed:
            self.tell()

    def look(self, ask: wire.Ask) -> None:
        """Show another event of a block that is over."""
        with self._looking:
            self._obey(ask)

    def release(self, goal: Goal) -> None:
        """Go on until ``goal``."""
        self.goal, self._released = goal, True

    # --- edits

    def _edit_before(self, moment: Moment) -> None:
        """Make the edits that come before the event itself: gradients that arrive, parameters, the learning rate."""
        event = moment.event
        if event.phase == "backward":
            editing.gradients(moment.grads, self.waiting)
        elif event.phase == "update":
            editing.settings(moment.group, self.waiting)
        for x, name in self.parameters():
            editing.parameter(x, name, self.waiting)
        if event.phase != "forward":  # else its output may be edited as well
            self._mark(event)
            self.waiting = []

    def _edit_outputs(self, moment: Moment) -> None:
        for i, x in enumerate(moment.outs if moment.event.phase == "forward" else ()):
            editing.output(x, i, self.waiting, moment)
        if self.waiting:
            self._mark(moment.event)
        self.waiting = []

    def _mark(self, event: Event) -> None:
        self.travel.made(event, self.waiting)
        event.mark, event.edits = "edited", (*event.edits, *map(str, self.waiting))
        self._changed = min(self._changed, event.number)

    def parameters(self) -> list[tuple[Any, str]]:
        """All parameters of the model, with their names."""
        return self.names.parameters()

    # --- telling

    def tell(self) -> None:
        """Let the page know where the program stands."""
        recording, now = self.recording, self.now
        self.feed.tell(recording.events, self._changed)
        self._changed = self.count
        if self.flow.changed:
            self.feed.put(self.flow.graph())
        self.feed.put(
            wire.Pause(
                at=self.at,
                after=self.after and now is not None,
                shown=self.shown,
                frontier=now.event.number if now else -1,
                failed=self.failed_event is not None,
                why=self.why,
                first=recording.first,
                begins=self._begins,
                expected=self.lengths[-1],
                held=recording.held + recording.copied,
                budget=recording.budget,
                oldest=max(recording.oldest, recording.first),
                breaks=tuple(one.wire() for one in self.breaks.all.values()),
                edits=tuple(map(str, self.waiting)),
                note=clean(self.note or self.breaks.note or recording.lost, 400),
            )
        )

    def close(self, error: BaseException | None) -> None:
        """The block is over; where it failed, the event that raised stays open."""
        failing = self.surrounding if isinstance(error, Exception) else None
        if failing is None:
            self.stack.clear()  # stopped, or broken off: no event is to blame
        self.end_all()
        self.now, self.at, self.closed = None, -1, True
        self.failed_event = failing.event if failing is not None else None
        if self.failed_event is not None:
            self.shown = self.failed_event.number
            self.why = clean(f"{self.failed_event.name} raised {type(error).__name__}: {error}", 400)
        else:
            self.why = _ending(error)
            self.shown = self.recording.events[-1].number if self.recording.events else -1
        with watch.unwatched():
            self.travel.conclude()
            if self.shown >= 0:
                self.desk.show(self.shown)
        self.tell()

    # --- for programs

    @property
    def events(self) -> tuple[wire.Event, ...]:
        """Everything that happened, in order."""
        return tuple(event.wire() for event in self.recording.events)

    @property
    def pause(self) -> wire.Pause:
        """Where the program stands."""
        return self.feed.latest("pause")[0]

    @property
    def card(self) -> wire.Card:
        """Everything about the event that is shown."""
        return self.feed.latest("card")[0]

    @property
    def difference(self) -> wire.Difference | None:
        """The two outcomes of the last branch."""
        return self.feed.latest("difference")[0]

    def value(self, name: str) -> Any:
        """The array of that name on the card, as a NumPy array: "y", "g", "∂L/∂x", "exp_avg"."""
        return self.desk.value(name)

    @property
    def values(self) -> tuple[Value, ...]:
        """All arrays on the card."""
        return self.desk.values


def _ending(error: BaseException | None) -> str:
    """What to say of a block that no event's failure ended."""
    if error is None:
        return "the block is over"
    if isinstance(error, Stop):
        return "stopped on request"
    return clean(f"{type(error).__name__}: {error}", 400)
