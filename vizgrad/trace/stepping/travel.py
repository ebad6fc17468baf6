"""Looking back, rewinding and branching: what a replay of the recording is used for."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy

from vizgrad.engine import backward, device
from vizgrad.trace import wire
from vizgrad.trace.clean import clean

from . import values
from .adopt import adopt
from .digest import held_still
from .edits import Edit
from .event import Event, Value
from .follower import Level
from .goals import Goal
from .replay import Diverged, Edits, Outcome, Replay

if TYPE_CHECKING:
    from .stepper import Stepper

WINDOW = 25  # events computed again together, for whoever steps back from one to the next
AHEAD = "computed ahead: what the event will give"
AHEAD_EDITED = "computed ahead: what the event will give with the edits that wait"
AGAIN = "computed again, with the same result"


class Fork:
    """An edit that is to be followed beside what the program does without it."""

    def __init__(self, first: int, edits: list[Edit]) -> None:
        self.first, self.edits = first, edits
        self.done = False


class Travel:
    """Moves about in the recording of one stepper."""

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        self.forget()

    def forget(self) -> None:
        """The recording begins anew."""
        self.edits: Edits = {}  # made so far: they belong to the history
        self.fork: Fork | None = None
        self._again: dict[int, tuple[tuple[Value, ...], str]] = {}

    def made(self, event: Event, edits: list[Edit]) -> None:
        """These edits were made at that event."""
        if edits:
            self.edits.setdefault(event.number, []).extend(edits)

    # --- where we are

    @property
    def frontier(self) -> int:
        """The event that the program itself waits at."""
        now = self._stepper.now
        return now.event.number if now is not None else self._stepper.count

    @property
    def rewound(self) -> bool:
        """Whether the stepper stands before what the program has done already."""
        return 0 <= self._stepper.at < self.frontier

    def arrive(self) -> None:
        """The program waits somewhere new."""
        self._again.clear()
        if self.fork is not None and not self.fork.done:
            self._compare()

    def leave(self) -> None:
        """It goes on."""
        self._again.clear()

    def conclude(self) -> None:
        """The block is over."""
        if self.fork is not None and not self.fork.done:
            self._compare()

    # --- looking

    def values(self, event: Event) -> tuple[tuple[Value, ...], str]:
        """The arrays of an event, and how they were come by.  Raises `Diverged` where they cannot be had."""
        stepper = self._stepper
        now = stepper.now
        if now is not None and event is now.event and not stepper.after:
            found = values.of(now)
            try:
                ahead = values.trial(now, stepper.names, stepper.waiting)
            except Exception as error:  # what the event itself is about to raise
                return found, clean(f"this will raise {type(error).__name__}: {error}", 400)
            said = AHEAD_EDITED if stepper.waiting else AHEAD
            return (*found, *ahead), said if ahead else ""
        if held_still(event):
            return event.values or (), ""
        if event.number not in self._again:
            self._compute_again(event.number)
        return self._again[event.number]

    def _compute_again(self, number: int) -> None:
        events = self._stepper.recording
        outcome = self._replay(
            min(number + 1, self.frontier), range(max(events.first, number - WINDOW), number + 1)
        )
        for n, found in outcome.values.items():
            event = events.find(n)
            same = event is not None and event.digest == outcome.digests[n]
            self._again[n] = (
                found,
                AGAIN if same else "computed again, with another result than the first time",
            )
        if number not in self._again:
            event = events.find(number)
            state = "raised" if event is not None and event.mark == "failed" else "is still under way"
            raise Diverged(f"event {number} {state}, so it has given nothing")

    def _replay(self, until: int, want: range = range(0), more: Edits | None = None) -> Outcome:
        return self._replayed(until, want, more).outcome

    def _replayed(self, until: int, want: range = range(0), more: Edits | None = None) -> Replay:
        edits = {n: list(found) for n, found in self.edits.items()}
        for n, found in (more or {}).items():
            edits.setdefault(n, []).extend(found)
        first = min(more) if more else None
        replay = Replay(self._stepper.recording, self._stepper.names, until, edits, want, new=first)
        replay.run()
        return replay

    # --- rewinding

    def rewind(self, number: int) -> None:
        """Stand before an event that has happened, with everything as it was."""
        stepper = self._stepper
        if stepper.now is None or stepper.recording.find(number) is None or number > self.frontier:
            last = stepper.recording.first
            raise ValueError(f"rewind: event {number} is not one of those from {last} to {self.frontier}")
        outcome = self._replay(self.frontier)
        stepper.at = stepper.shown = number
        stepper.after = False
        stepper.waiting = []
        ran = [e for e in stepper.recording.events if e.number >= number and e.number in outcome.digests]
        same = sum(e.digest == outcome.digests[e.number] for e in ran)
        events = "event" if len(ran) == 1 else "events"
        stepper.why = (
            f"rewound to event {number}; the {len(ran)} {events} since ran again, {same} of them with the same bits. "
            "Python code between them does not run again"
        )

    def forward(self, goal: Goal) -> bool:
        """Go on over what has happened already; True when the program itself is to go on."""
        stepper = self._stepper
        self._settle()
        last = stepper.recording.find(stepper.at)
        for event in stepper.recording.events:
            if not stepper.at < event.number <= self.frontier or event.aside:
                continue
            why = stepper.breaks.before(event, last) or ("step" if goal(event) else "")
            last = event
            if why:
                stepper.at = stepper.shown = event.number
                stepper.why = f"{why}, over what has happened already"
                return False
        stepper.at = stepper.shown = self.frontier
        return True

    def _settle(self) -> None:
        """Edits of an event that has happened: let everything since follow from them."""
        stepper = self._stepper
        if not stepper.waiting or stepper.now is None:
            return
        event = stepper.recording.find(stepper.at)
        assert event is not None
        edits, stepper.waiting = stepper.waiting, []
        self._follow({event.number: edits}, event.number)
        event.mark, event.edits = "edited", (*event.edits, *map(str, edits))

    def _follow(self, edits: Edits, first: int) -> None:
        """Make the history that these edits give the program's own."""
        stepper = self._stepper
        now = stepper.now
        if now is None:
            raise ValueError("keep: the block is over; there is no program any more to go on")
        walk = next((s.owner for s in reversed(stepper.stack) if isinstance(s, Level)), None)
        if isinstance(walk, backward.Walk) and now.walk is not walk:
            raise ValueError(
                "an edit in the past cannot be followed into the middle of a backward function: step out"
            )
        actions = stepper.recording.actions
        ends = [*(after.number for after in actions[1:]), self.frontier + 1]
        if any(a.closure and end > first for a, end in zip(actions, ends, strict=False)):
            raise ValueError(
                "an edit in the past cannot be followed through the step of an optimizer with a closure: it decides "
                "by numbers that Python read, and Python does not run again"
            )
        replay = self._replayed(self.frontier, range(first, self.frontier), edits)
        adopt(replay, now.walk, now.grads)
        for number, found in edits.items():
            self.edits.setdefault(number, []).extend(found)
        self._rewrite(replay.outcome, first)

    def _rewrite(self, outcome: Outcome, first: int) -> None:
        recording = self._stepper.recording
        for event in recording.events:
            if event.number >= first and event.number in outcome.digests:
                recording.rewrite(event, outcome.values.get(event.number), outcome.digests[event.number])
        for number, found in outcome.heard.items():
            event = recording.find(number)
            if event is not None:
                event.heard = found
        for action, leaf, total in outcome.totals:
            action.totals[leaf] = total
        self._again.clear()

    # --- branching

    def branch(self, goal: Goal) -> None:
        """Go on twice: as it is, and with the edits that wait here."""
        stepper = self._stepper
        if not stepper.waiting:
            raise ValueError("branch: edit something at this event first; then both ways can be followed")
        self.fork = Fork(stepper.at, stepper.waiting)
        stepper.waiting = []
        if self.rewound:
            self._compare()
        else:
            stepper.release(goal)

    def keep(self, which: str) -> None:
        """Let the program go on with one of the two outcomes."""
        fork = self.fork
        if fork is None or not fork.done or which not in ("was", "edited"):
            raise ValueError("keep: branch first, then keep 'was' or 'edited'")
        if which == "edited":
            self._follow({fork.first: fork.edits}, fork.first)
            event = self._stepper.recording.find(fork.first)
            if event is not None:
                event.mark, event.edits = "edited", (*event.edits, *map(str, fork.edits))
        self.fork = None
        part, numbers = self._stepper.feed.latest("difference")
        said = (
            "the program goes on with the edited outcome"
            if which == "edited"
            else "the program goes on as it was"
        )
        self._stepper.feed.put(replace(part, live=which, kept=True, note=said), numbers)

    def _compare(self) -> None:
        fork = self.fork
        assert fork is not None
        fork.done = True
        span = range(fork.first, self.frontier)
        try:
            was = self._replay(self.frontier, span)
            edited = self._replay(self.frontier, span, {fork.first: fork.edits})
        except Diverged as error:
            self.fork = None
            self._stepper.note = f"the two outcomes cannot be compared: {error}"
            return
        numbers = numpy.array([_apart(was.values.get(n, ()), edited.values.get(n, ())) for n in span])
        said = "both were computed from the same random numbers; Python code between the events ran once, as it was"
        words = tuple(map(str, fork.edits))
        part = wire.Difference(
            fork.first, words, len(numbers), _finite(was.loss), _finite(edited.loss), "was", False, said
        )
        self._stepper.feed.put(part, numbers)


def _finite(x: float | None) -> float | None:
    return x if x is not None and math.isfinite(x) else None


def _apart(was: tuple[Value, ...], edited: tuple[Value, ...]) -> float:
    """‖edited - was‖ / ‖was‖ over all that an event gave; -1 where there is nothing to compare."""
    apart = size = 0.0
    found = False
    for a, b in zip(was, edited, strict=False):
        before = a.role == "parameter" and a.target  # an update is the way from there
        if (
            a.role in ("output", "gradient out", "parameter")
            and not before
            and a.array.shape == b.array.shape
        ):
            x, y = (_wide(v.array) for v in (a, b))
            apart, size, found = apart + _square(y - x), size + _square(x), True
    if not found:
        return -1.0
    if apart == 0:
        return 0.0
    return math.sqrt(apart / size) if size else math.inf


def _wide(array: Any) -> Any:
    array = device.host(array)
    return array.astype("c16" if array.dtype.kind == "c" else "f8")


def _square(x: Any) -> float:
    return float((abs(x) ** 2).sum())
