"""What travels between the kernel and the page.  ``tools/wire.py`` writes labextension/src/wire.ts from it.

One `Update` per tick carries everything that changed since the last one, and at most one binary buffer: the
float64 points of its `Series` parts, in the order of the parts, for each part first its x values, then its y
values.  Numbers that may be NaN or infinite travel in that buffer only; JSON has no words for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

VERSION = 1

State = Literal["waiting", "live", "paused", "finished", "stopped", "failed"]
Mode = Literal["unknown", "subshell", "interrupt", "thread", "none"]
Verb = Literal["hello", "seen", "pause", "resume", "stop"]
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


Part = Status | Series | Graph | Memory


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
    """What the page may ask for.  Nothing else is listened to."""

    is_: ClassVar[str] = "command"
    version: int
    do: Verb
    seq: int  # of this command; for "seen", of the last update drawn
