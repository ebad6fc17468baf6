"""A training run that is watched: ``with watch(model, optimizer) as run: …``."""

from __future__ import annotations

import os
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from vizgrad.engine import watch as watching
from vizgrad.engine.local import set_watchers

from . import wire
from .clean import clean
from .clock import Clock
from .computation import Computation
from .control import Control, Stop
from .files import Log
from .history import History
from .publisher import PUBLISHER, Channel, Publisher, Sink
from .recorder import Recorder
from .warn import warn

if TYPE_CHECKING:
    from plotly.graph_objects import Figure  # pyright: ignore[reportMissingTypeStubs]

    from .stepping.stepper import Stepper

MOST_METRICS = 200
FRACTIONS = ("accuracy", "acc", "precision", "recall", "f1")  # names of metrics that are shown in per cent

_entered = threading.local()  # .run: the run that this thread is in
_watched: set[int] = set()  # ids of the models that are being watched


class Run:
    """Records what happens inside its ``with`` block, and lets it be paused and stopped.

    ``every``: a reading after every so many steps, None for as often as is cheap.  ``to``: a file to record
    to. An exception inside the block ends the run as "failed" and goes on its way; only `Stop` is swallowed.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any = None,
        scheduler: Any = None,
        *,
        title: str | None = None,
        every: int | None = None,
        to: str | Path | Sink | None = None,
        background: bool = False,
        publisher: Publisher = PUBLISHER,
    ) -> None:
        if not hasattr(model, "named_modules"):
            raise TypeError(f"watch(model): the model should be a Module, not {type(model).__name__}")
        if every is not None and (not isinstance(every, int) or every < 1):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"watch(every={every!r}): a whole number of steps from 1 up, or None")
        self.id = uuid.uuid4().hex[:12]
        self.title = clean(title if title is not None else type(model).__name__)
        self.model, self.scheduler = model, scheduler
        self.optimizer = optimizer if optimizer is not None else getattr(scheduler, "optimizer", None)
        self.history = History()
        self.note = ""
        self.error: BaseException | None = None
        self._to, self._background, self._every = to, background, every
        self._publisher = publisher
        self._clock = Clock()
        self.control = Control(self._clock, publisher.poke)
        self.control.step = self.begin_stepping
        self.stepping: Stepper | None = None
        self.recorder: Recorder | None = None
        self.channel = Channel(self)
        self._thread: threading.Thread | None = None
        self._metrics: set[str] = set()

    # --- the block

    def __enter__(self) -> Self:
        if self._background and threading.current_thread() is not self._thread:
            raise RuntimeError(
                "this run trains in the background: call run.background(train) instead of using `with`"
            )
        self._check_free()
        self.recorder = Recorder(
            self.model,
            self.history,
            self.control,
            self._clock,
            optimizer=self.optimizer,
            every=self._every,
            tell=self._publisher.poke,
        )
        if self._to is not None:
            self.channel.logs.append(Log(self._to) if isinstance(self._to, str | Path) else self._to)
        _entered.run = self
        _watched.add(id(self.model))
        self.control.state = "live"
        if self._thread is not None:
            self.control.mode = "thread"
        try:
            self._opening()
            self._clock.start()
            self.control.catch_interrupts()
            self.recorder.start()
            self._publisher.add(self.channel)
        except BaseException:
            self._leave()
            self.control.state = "failed"
            raise
        return self

    def _leave(self) -> None:
        """Free the thread and the model for another run."""
        self.control.release_interrupts()
        _entered.run = None
        _watched.discard(id(self.model))

    def _check_free(self) -> None:
        other: Run | None = getattr(_entered, "run", None)
        if self.control.state != "waiting":
            raise RuntimeError(
                f"the run {self.title!r} is {self.control.state}; call watch() again for a new one"
            )
        if other is not None:
            raise RuntimeError(
                f"the run {other.title!r} is still on: leave its `with` block before entering another"
            )
        if id(self.model) in _watched:
            raise RuntimeError(f"this {type(self.model).__name__} is already being watched by another run")

    def _opening(self) -> None:
        """What happens when the block is entered; a notebook shows the views."""

    def _closing(self) -> None:
        """What happens when it is left; a notebook leaves pictures behind."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        stopped = isinstance(error, Stop) and error.control is self.control
        assert self.recorder is not None
        if self.stepping is not None and not self.stepping.closed:
            self.end_stepping(None if stopped else error)
        try:
            self.recorder.finish()
        finally:
            self._leave()
        self._clock.pause()
        self.note, self.control.state = _ending(error, stopped=stopped)
        self.error = None if stopped else error
        self._finish()
        return stopped

    def _finish(self) -> None:
        """Last words.  Nothing here may hide what the block raised."""
        for last in (lambda: self._publisher.flush(self.channel), self._close_logs, self._closing):
            try:
                last()
            except Exception as problem:
                warn(f"the end of the run was not recorded: {problem}")

    def _close_logs(self) -> None:
        for log in self.channel.logs:
            if isinstance(log, Log):
                log.close()

    # --- stepping

    def begin_stepping(self, **settings: Any) -> Stepper:
        """Pause at the next event, on the thread that trains; ``settings`` as `Stepper` takes them.

        With ``stays=True`` the stepper watches until the block is over, else until it is told to continue.
        """
        from .stepping.stepper import Stepper

        assert self.recorder is not None
        if self.stepping is None or self.stepping.gone:
            known, step = self.history.graph, self.recorder.step
            self.stepping = Stepper(self.model, self.control, step=step, known=known, **settings)
            with self.history.lock:
                self.history.steps = self.stepping.feed
            watching.add(self.stepping)
        return self.stepping

    def end_stepping(self, error: BaseException | None) -> None:
        """Step no longer; where ``error`` ended it, the event that raised stays open to be looked at."""
        assert self.stepping is not None
        watching.remove(self.stepping)
        self.stepping.gone = True
        try:
            self.stepping.close(error)
        except Exception as problem:
            warn(f"the end of stepping could not be shown: {type(problem).__name__}: {problem}")

    # --- what happens to it

    @property
    def active(self) -> bool:
        """Whether it is being trained, or paused."""
        return self.control.state in ("live", "paused", "stepping")

    @property
    def acked(self) -> int:
        """The number of the last command that was accepted."""
        return self.control.acked

    @property
    def status(self) -> wire.Status:
        """How the run is doing."""
        recorder, clock = self.recorder, self._clock
        step, every = (recorder.step, recorder.every) if recorder else (0, self._every or 1)
        note = self.note or (recorder.note if recorder else "")
        return wire.Status(
            self.control.state, self.control.mode, step, every, clock.elapsed, clock.rate, note
        )

    def hear(self, command: wire.Command | wire.Ask) -> None:
        """A page has said something.  Runs on any thread, so it only sets fields."""
        now = self._publisher.now()
        if isinstance(command, wire.Ask):
            self.channel.hear_seen(now)
            self._hear_ask(command)
            return
        if command.do == "hello":
            self.channel.hear_hello(now)
        else:
            self.channel.hear_seen(now)
        self.control.apply(command)
        if not self.active and command.do == "hello":
            self._publisher.add(self.channel)  # a page that comes late gets an answer too

    def _hear_ask(self, ask: wire.Ask) -> None:
        """What a page asks of the stepper; the first step makes one."""
        self.control.acked = ask.seq
        if self.stepping is not None and (self.stepping.closed or not self.stepping.gone):
            self.stepping.ask(ask)
        elif ask.do == "step" and self.active:
            self.control.ask("step")
        if not self.active:
            self._publisher.add(self.channel)  # somebody looks back at a block that is over
        elif self.control.state != "stepping":  # there the next pause answers, and must not wait for its turn
            self._publisher.poke()

    def pause(self) -> None:
        """Pause at the next safe point; call it from another thread."""
        self.control.ask("pause")

    def resume(self) -> None:
        """Go on."""
        self.control.ask("resume")

    def stop(self) -> None:
        """Stop at the next safe point: in a forward pass or after a step."""
        self.control.ask("stop")

    # --- what it is told

    def log(self, **metrics: Any) -> None:
        """Add values of your own to the curves: ``run.log(accuracy=0.97, test_loss=0.1)``.

        Numbers or tensors with one element.  They stand at the present step.
        """
        step = float(self.recorder.step if self.recorder else 0)
        for name, value in metrics.items():
            number = _number(name, value)
            name = clean(name if name != "loss" else "loss (logged)")
            if name not in self._metrics and len(self._metrics) >= MOST_METRICS:
                raise ValueError(f"log: {name!r} would be more than {MOST_METRICS} different metrics")
            self._metrics.add(name)
            likely = name.lower().replace("-", "_").rpartition("_")[2] in FRACTIONS
            with self.history.lock:
                self.history.add(
                    "metric", name, step, number, "fraction" if likely and 0 <= number <= 1 else ""
                )
        self._publisher.poke()

    # --- in the background

    def background(self, train: Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call ``train(*args, **kwargs)`` inside this run, in a thread: the notebook stays free meanwhile."""
        if self._thread is not None:
            raise RuntimeError(f"the run {self.title!r} was already started")
        self._check_free()
        self._thread = threading.Thread(
            target=self._train, args=(train, args, kwargs), name=f"training {self.title}", daemon=True
        )
        self._prepare_thread()
        self._thread.start()
        return self

    def _prepare_thread(self) -> None:
        """Called on the thread that starts the training."""

    def _train(self, train: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        with self:
            train(*args, **kwargs)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for background training; True when it is over.  Raises what it raised."""
        if self._thread is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                return False
        if self.error is not None:
            raise self.error
        return not self.active

    # --- for analysis

    def graph(self) -> Any:
        """The computation of one step, to be drawn: ``run.graph().to_graphviz()``."""
        return Computation(self._captured())

    def _captured(self) -> wire.Graph:
        graph = self.history.graph
        if graph is None:
            raise LookupError(
                "no step has been captured yet: the graph is there after the first optimizer.step()"
            )
        return graph

    def figure(self, what: str = "loss", **options: Any) -> Figure:
        """The curve or group of curves of that name ("loss", "gradient", "memory") as a plotly figure."""
        from .figure import figure

        parts, points = self.history.everything(4096)
        return figure(what, parts, points, **options)

    def __repr__(self) -> str:
        status = self.status
        return f"<run {self.title!r} {self.id}: {status.state}, {status.step} steps>"


def current() -> Run | None:
    """The run whose block this thread is in."""
    return getattr(_entered, "run", None)


def _ending(error: BaseException | None, *, stopped: bool) -> tuple[str, wire.State]:
    """What to say about the end, and the state it leaves."""
    if error is None:
        return "", "finished"
    if stopped:
        return "stopped on request; the model keeps what it has learnt", "stopped"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", "stopped"
    said = str(error).strip().partition("\n")[0]
    return clean(f"{type(error).__name__}: {said}" if said else type(error).__name__), "failed"


def _number(name: str, value: Any) -> float:
    """A metric as a float."""
    try:
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        shape = getattr(value, "shape", None)
        said = type(value).__name__ + (f" of shape {tuple(shape)}" if shape else "")
        raise TypeError(f"log({name}=…): a number or a tensor with one element, not {said}") from None


def watch(
    model: Any,
    optimizer: Any = None,
    scheduler: Any = None,
    *,
    title: str | None = None,
    every: int | None = None,
    show: bool = True,
    to: str | Path | Sink | None = None,
    background: bool = False,
) -> Run:
    """Watch a model train, in plain Python: record it to a file, stop it with Ctrl-C."""
    run = Run(model, optimizer, scheduler, title=title, every=every, to=to, background=background)
    run.control.mode = "none"
    if show:
        where = (
            f"recording to {to}"
            if isinstance(to, str | Path)
            else "nothing is written; to='run.jsonl' records it"
        )
        print(
            f"VizGrad: no notebook here, so no live views; {where}. Ctrl-C stops after the current step.",
            file=sys.stderr,
        )
    return run


def _in_child() -> None:
    """A forked worker of a DataLoader is not part of the run."""
    set_watchers(())
    _entered.run = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
