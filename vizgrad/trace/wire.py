"""What travels between the kernel and the page.  ``tools/wire.py`` writes labextension/src/wire.ts from it.

One `Update` per tick carries everything that changed since the last one, and at most one binary buffer: the
float64 points of its parts, in the order of the parts.  Of a `Series` first its x values, then its y values (so
twice ``points``); of a `Card` the ``points`` numbers of each of its arrays in turn; of a `Difference` its
``points`` numbers.  Numbers that may be NaN or infinite travel in that buffer only; JSON has no words for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

VERSION = 1

State = Literal["waiting", "live", "paused", "stepping", "finished", "stopped", "failed"]
Mode = Literal["unknown", "subshell", "interrupt", "thread", "none"]
Verb = Literal["hello", "seen", "pause", "resume", "stop"]
StepVerb = Literal[
    "step", "over", "out", "to", "backward", "update", "continue", "show", "pick", "rewind",
    "edit", "undo", "branch", "keep", "break", "unbreak",
]  # fmt: skip
Phase = Literal["forward", "backward", "update"]
Mark = Literal["", "edited", "failed"]
Role = Literal["input", "output", "gradient in", "gradient out", "parameter", "state"]
BreakKind = Literal["op", "layer", "line", "nan", "above", "ratio", "zero", "python"]
NodeKind = Literal["op", "parameter", "buffer", "input", "constant", "loss"]


@dataclass(frozen=True, slots=True)
class Status:
    """How the run is doing.  Latest wins."""

    is_: ClassVar[str] = "status"
    state: State
    mode: Mode  # how commands reach the kernel while a cell runs
    step: int  # optimizer steps so far
    every: int  # a reading is taken every so many steps (1: every step)
    elapsed: float  # seconds since the run began, pauses left out
    rate: float | None  # optimizer steps per second, lately
    note: str  # one sentence for people, e.g. what failed


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one curve, appended to what the page has, or replacing it.

    ``group``: "metric" (loss, accuracy, anything logged), "rate" (learning rate of each parameter group),
    "memory" (bytes by category at the fullest moment of a step), or a measure of trace/statistics.py ("gradient",
    "weight": a curve a layer).
    ``unit``: "", "fraction" (shown in per cent) or "bytes".
    ``sampled`` says what was left out, "" if nothing.
    """

    is_: ClassVar[str] = "series"
    group: str
    name: str
    unit: str
    points: int
    replace: bool
    sampled: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A module of the model, by its dotted path ("" is the model itself)."""

    path: str
    kind: str  # class name
    note: str  # extra_repr: "1, 32, kernel_size=(3, 3)"
    parameters: int  # elements in its own parameters and those below it


@dataclass(frozen=True, slots=True)
class Node:
    """One op that ran, or one tensor that fed it.  Inputs come before the nodes that read them."""

    id: int
    kind: NodeKind
    op: str  # row of the op table; "" for tensors
    name: str  # "conv1.weight" for parameters; what to write on the node
    layer: str  # path of the innermost layer it ran in
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: str
    kept: tuple[str, ...]  # what is kept for backward, by name
    kept_bytes: int
    line: str  # the user's source line, "train.py:12" or "cell 4:12"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an op is: one sentence, its formula, and its gradients, printed by running them on ink."""

    op: str
    says: str
    forward: str
    gradients: tuple[str, ...]  # "∂L/∂input = g * (1 - y**2)"


@dataclass(frozen=True, slots=True)
class Graph:
    """The computation of one step.  Sent only when its shape differs from the last one."""

    is_: ClassVar[str] = "graph"
    key: int
    step: int
    layers: tuple[Layer, ...]
    nodes: tuple[Node, ...]
    rules: tuple[Rule, ...]
    omitted: int  # nodes left out because there were too many


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes now and at the worst moment, by category.  Latest wins."""

    is_: ClassVar[str] = "memory"
    categories: tuple[str, ...]  # parameters, gradients, saved, optimizer, other
    now: tuple[int, ...]
    peak: tuple[int, ...]  # each category at the moment when the total was largest
    peak_step: int
    peak_at: str  # "conv2, forward"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a pass does: an op, a node of the backward pass, the update of one parameter."""

    number: int  # from 0, in the order of time
    phase: Phase
    name: str  # "linear", "LinearBackward0", "fc1.weight"
    op: str  # row of the op table; "" for updates
    layer: str
    line: str  # the user's source line, "cell 4:12"
    node: int  # id in the graph: of the op, of the op whose node it is, of the parameter; -1 if it has none
    inside: int  # number of the event that it is a part of, or -1
    step: int  # of the pass it belongs to: optimizer steps before it
    mark: Mark


@dataclass(frozen=True, slots=True)
class Events:
    """Events in a row.  What the page has from number ``first`` on is replaced by these."""

    is_: ClassVar[str] = "events"
    first: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """Where the program is to pause by itself."""

    id: int
    kind: BreakKind
    what: str  # "relu", "fc1", "cell 4:12", "NaN or Inf", "|x| > 100", the name of a Python predicate
    phases: tuple[Phase, ...]
    hits: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Where the stepper stands.  Latest wins."""

    is_: ClassVar[str] = "pause"
    at: int  # the event that the program waits at; -1 while it runs
    after: bool  # it waits after that event (a condition on its values was met), not before it
    shown: int  # the event that the card shows
    frontier: int  # where the program itself waits; ``at`` is less after a rewind
    failed: bool  # that event raised, and ended the block
    why: str  # one sentence: what made it pause
    first: int  # first event that is known; earlier ones are forgotten
    begins: int  # first event of the present pass
    expected: int  # events of the pass before this one; 0 if there was none
    held: int  # bytes of values held for looking back
    budget: int  # bytes that may be held
    oldest: int  # first event whose values are held; those before it are computed again when looked at
    breaks: tuple[Break, ...]
    edits: tuple[str, ...]  # made at this event and not yet run: "output · 2"
    note: str


@dataclass(frozen=True, slots=True)
class Source:
    """A few lines of the user's own code."""

    place: str  # "cell 4", "train.py"
    first: int  # line number of the first of them
    at: int  # line number of the one that runs
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """One tensor of an event.

    ``points`` numbers in the buffer: smallest, mean, largest, norm, both ends of the histogram, its ``bins``
    counts, then ``rows`` times ``columns`` values, row by row.  NaN and Inf take no part in the first six.
    """

    name: str  # "x", "W", "y", "g", "∂L/∂x", "exp_avg"
    says: str  # "output of relu in fc1, kept for backward"
    role: Role
    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    kept: bool  # it stays in memory for the backward pass
    target: str  # what an `Ask` calls it to edit it; "" if it cannot be edited
    nans: int
    infs: int
    zeros: int
    index: tuple[int, ...]  # of the leading dimensions: which slice is shown
    rows: int
    columns: int
    pooled: str  # "" if a cell is one element, else how many it stands for: "each cell: mean of 4×4"
    bins: int
    points: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an update rule as it runs on one element."""

    name: str  # "exp_avg′"
    formula: str  # "β₁ · exp_avg + (1 - β₁) · g"
    numbers: str  # "0.9 · 0.1 + 0.1 · 0.03"
    value: str  # in full, as Python prints it: "0.093", "nan"


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about one event.  Latest wins."""

    is_: ClassVar[str] = "card"
    event: int
    title: str  # "linear in fc1", "update of fc1.weight by Adam"
    says: str  # what the op is, in one sentence
    formulas: tuple[str, ...]  # "y = x @ Wᵀ + b"; "∂L/∂x = g @ W"; the lines of a rule
    shapes: str  # the same with shapes, "5×4 @ (3×4)ᵀ + 3 → 5×3"
    numbers: str  # the same with its numbers, for small tensors; else ""
    settings: tuple[str, ...]  # "dim=1", "lr=0.01"
    path: tuple[str, ...]  # layers around it, outermost first: "Net", "fc1: Linear(…)"
    source: Source | None
    arrays: tuple[Array, ...]
    rule: tuple[Line, ...]  # of an update, on one element
    element: tuple[int, ...]  # the index of that element
    kept: tuple[str, ...]  # what is kept for backward, by name
    kept_bytes: int
    check: str  # "finite differences agree to 3e-9", "" if that was not asked
    note: str  # how these numbers were come by, if not by the program itself


@dataclass(frozen=True, slots=True)
class Difference:
    """Two outcomes of one pass: as it was, and as edited.  Latest wins.

    ``points`` numbers in the buffer, one an event from ``first`` on: ‖edited - was‖ / ‖was‖ of its values, -1
    where there is nothing to compare.
    """

    is_: ClassVar[str] = "difference"
    first: int  # the event that was edited
    edits: tuple[str, ...]
    points: int
    was: float | None  # the loss, where the pass came to one
    edited: float | None
    live: Literal["was", "edited"]  # the outcome that the program goes on with
    kept: bool  # somebody has chosen that one
    note: str


Part = Status | Series | Graph | Memory | Events | Pause | Card | Difference


@dataclass(frozen=True, slots=True)
class Update:
    """Everything that changed since the last tick; a keyframe carries everything there is."""

    is_: ClassVar[str] = "update"
    version: int
    run: str  # id of the run
    title: str  # class name of the model, or what the user called it
    seq: int  # grows by one with each update of a run
    keyframe: bool
    acked: int  # number of the last command that was accepted; when it is carried out, the state tells
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """What the page may ask of a run.  Besides this and `Ask` nothing is listened to."""

    is_: ClassVar[str] = "command"
    version: int
    do: Verb
    seq: int  # of this command; for "seen", of the last update drawn


@dataclass(frozen=True, slots=True)
class Ask:
    """What the page may ask of the stepper.

    step, over (the present layer), out (of it), backward, update (run to the next one), continue: no further
    words.  to: run to graph node ``event`` in phase ``words``.  show, rewind: ``event``.  pick: of array
    ``target`` the slice or element ``index``.  edit: ``target`` is an array's target, "lr" or a parameter's
    name; ``words`` is set, scale, zero, clip or noise; ``value`` the number; ``index`` the element, () for all.
    undo: takes the edits of this event back.  branch: go on to ``words`` (backward, update, end) twice.  keep:
    ``words`` is was or edited.  break: ``words`` is a BreakKind other than python, ``target`` an op, a layer or
    "cell 4:12", ``value`` a bound, ``event`` -1 for all phases or 0, 1, 2 for forward, backward, update.
    unbreak: ``event`` is the id.
    """

    is_: ClassVar[str] = "ask"
    version: int
    do: StepVerb
    seq: int
    event: int
    target: str
    words: str
    index: tuple[int, ...]
    value: float
