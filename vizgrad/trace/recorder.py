"""Watches a model train and writes its history.

On the hot path it only notes: the loss of each step, nothing else, and no tensor is kept alive.  Readings
(norms, learning rates, memory) are cut after a step when one is due: at most 20 a second, and never so often
that they cost more than a fortieth of the time.  Now and then one whole step is captured op by op, for the
graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from vizgrad.engine import namespace, watch
from vizgrad.engine.watch import Watcher

from . import statistics, wire
from .clean import clean
from .clock import Clock
from .control import Control
from .graph import Capture, signature
from .history import History
from .memory import Gauge
from .names import Names
from .warn import warn

GAP = 0.05  # seconds between two readings, at least
SHARE = 40  # a reading may cost a fortieth of the time, a capture a hundredth
CAPTURE_GAP, CAPTURE_SHARE = 1.0, 100
HELD = 1024  # losses held before they go into the history, whatever the readings do


class Recorder(Watcher):
    """The only watcher of a run.  It passes on to ``control`` what concerns it.

    ``every``: a reading after every so many steps; None: as often as is cheap.  A step is one call of
    ``step()`` on any optimizer that moves parameters of this model.  In a loop that moves them by hand each
    backward pass counts.
    """

    def __init__(
        self,
        model: Any,
        history: History,
        control: Control,
        clock: Clock,
        *,
        optimizer: Any = None,
        every: int | None = None,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self.history, self.control, self._clock, self._tell = history, control, clock, tell
        self.step = 0
        self.every = every or 1  # as it turned out
        self._every = every
        self._names = Names(model)
        self._gauge = Gauge()
        self._ours: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
        self._optimizer = optimizer  # the one that stepped last
        self._capture: Capture | None = None
        self._seen_graph: int | None = None
        self._loss: Any = None  # of the step that is being computed: a number, or a 0-d array on a device
        self._losses: list[Any] = []
        self._loss_steps: list[float] = []
        self._due = self._capture_due = 0.0
        self._read_step = 0
        self._passes = 0  # backward passes since the last step of an optimizer
        self.by_hand = False
        self.note = ""  # what people should know: the loss is not a number, recording broke off
        self._broken = False
        # The engine asks for these at each op: let it find the control's at once.
        self.on_op, self.on_node = control.on_op, control.on_node

    def start(self) -> None:
        """Begin to watch this thread."""
        watch.add(self)
        self._begin_capture()

    def finish(self) -> None:
        """Watch no more, and record what is still in hand."""
        self._end_capture()
        watch.remove(self)
        self._safely(self._last_reading)

    # --- what the engine tells

    def on_backward(self, root: Any) -> None:
        self.control.on_backward(root)
        if root.array.size == 1:
            array = root.array
            # On a device: keep the bare number, copied so that no larger memory hangs on it.
            self._loss = array.item() if namespace.of((array,)) is namespace.NUMPY else array.copy()
        self._gauge.moment(self.step, "forward")

    def on_backward_end(self, root: Any) -> None:
        self.control.on_backward_end(root)
        self._gauge.moment(self.step, "backward")
        self._passes += 1
        if self.by_hand or (self._passes > 1 and self._optimizer is None):
            self.by_hand = True
            self._safely(self._after_step)
            self.control.on_step(None)

    def on_step(self, optimizer: Any) -> None:
        if not self._is_ours(optimizer):
            return
        self._optimizer, self._passes, self.by_hand = optimizer, 0, False
        self._safely(self._after_step)
        self.control.on_step(optimizer)

    def _safely(self, record: Callable[[], None]) -> None:
        """Record, unless that has failed before: then training goes on, and so do pause and stop."""
        if self._broken:
            return
        try:
            record()
        except Exception as error:
            self._broken = True
            self.note = clean(f"recording stopped at step {self.step}: {type(error).__name__}: {error}")
            warn(self.note)
            self._tell()

    def _is_ours(self, optimizer: Any) -> bool:
        """Whether it moves parameters of this model: a program may train two."""
        known = self._ours.get(optimizer)
        if known is None:
            params = (p for group in optimizer.param_groups for p in group["params"])
            known = self._ours[optimizer] = any(id(p) in self._names.tensors for p in params)
        return known

    def _after_step(self) -> None:
        self.step += 1
        if self._loss is not None:
            self._keep_loss(self.step)
        self._gauge.moment(self.step, "update")
        if self._capture is not None:
            self._end_capture()
        now = self._clock.now()
        if now >= self._due if self._every is None else self.step % self._every == 0:
            self.read()
        if now >= self._capture_due:
            self._begin_capture()

    def _keep_loss(self, step: int) -> None:
        self._losses.append(self._loss)
        self._loss_steps.append(step)
        self._loss = None
        if len(self._losses) >= HELD:
            self._store_losses()

    def _store_losses(self) -> None:
        values, steps = self._losses, self._loss_steps
        self._losses, self._loss_steps = [], []
        numbers = values if all(type(v) is float for v in values) else statistics.fetch(values)
        wrong = (
            next((i for i, n in enumerate(numbers) if not math.isfinite(n)), None) if not self.note else None
        )
        if wrong is not None:
            said = "NaN" if math.isnan(numbers[wrong]) else "infinite"
            self.note = f"the loss is {said} since step {steps[wrong]:.0f}"
        with self.history.lock:
            self.history.extend("metric", "loss", steps, numbers)

    # --- readings

    def _last_reading(self) -> None:
        self.read(final=True)

    def read(self, *, final: bool = False) -> None:
        """Cut a reading: everything that is known about this moment goes into the history."""
        start = self._clock.now()
        self._clock.mark(self.step)
        if self._losses:
            self._store_losses()
        if not final or self.step > self._read_step:
            measured = statistics.read(self._names.measured)
            with self.history.lock:
                self._write(measured)
            self.every = self._every or max(1, self.step - self._read_step)
            self._read_step = self.step
        end = self._clock.now()
        self._due = end + max(GAP, SHARE * (end - start))
        self._tell()

    def _write(self, measured: list[tuple[statistics.Measure, str, float]]) -> None:
        history, x = self.history, float(self.step)
        for row, layer, number in measured:
            history.add(row.name, layer, x, number, row.unit)
        groups: list[dict[str, Any]] = self._optimizer.param_groups if self._optimizer is not None else []
        for i, group in enumerate(groups[:32]):
            if "lr" in group:
                name = "learning rate" if len(groups) == 1 else f"group {i}"
                history.add("rate", clean(group.get("name", name)), x, float(group["lr"]))
        history.memory = memory = self._gauge.message()
        for name, size in zip(memory.categories, self._gauge.fullest(), strict=True):
            history.add("memory", name, x, float(size), "bytes")

    # --- the graph of a step

    def _begin_capture(self) -> None:
        self._names.refresh()
        self._capture = Capture(self._names, self._gauge, self.step + 1)
        watch.add(self._capture)

    def _end_capture(self) -> None:
        """Build the graph if the computation has another shape than last time; say when to look again."""
        capture, self._capture = self._capture, None
        if capture is None:
            return
        watch.remove(capture)
        start = self._clock.now()
        known = self._seen_graph is not None
        # A long evaluation before the step may use up the notes: then the graph we have is the better.
        nodes, omitted = capture.nodes() if capture.whole or not known else ([], 0)
        key = signature(nodes)
        if nodes and key != self._seen_graph:
            self._seen_graph = key
            graph = wire.Graph(
                key, self.step, self._names.layers(), tuple(nodes), capture.rules(nodes), omitted
            )
            with self.history.lock:
                self.history.graph = graph
        end = self._clock.now()
        self._capture_due = end + max(CAPTURE_GAP, CAPTURE_SHARE * (end - start + capture.cost))
