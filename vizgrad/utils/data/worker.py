"""What runs in a worker process: it reads tasks, loads batches and hands them over."""

from __future__ import annotations

import os
import queue
import random
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy

from vizgrad.engine.local import set_watchers
from vizgrad.engine.surface.random import manual_seed

from .fetch import Wanted
from .handover import Segment, pack

__all__ = ["Failure", "Job", "WorkerInfo", "get_worker_info", "work"]

PATIENCE = 5.0  # seconds that a worker may go on with its batch after it was told to end
GLANCE = 2.0  # seconds between two looks at whether the parent is still there

_info: WorkerInfo | None = None


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Who this worker is: its number ``id`` of ``num_workers``, its ``seed`` and its copy of the ``dataset``."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str = "multiprocessing"


def get_worker_info() -> WorkerInfo | None:
    """In a worker process of a DataLoader, its `WorkerInfo`; None elsewhere."""
    return _info


class Job(NamedTuple):
    """All that a worker is given when it starts."""

    wanted: Wanted
    id: int
    num_workers: int
    base_seed: int
    start: Callable[[int], None] | None
    ahead: int
    names: str  # what the names of its shared memory begin with


class Failure:
    """An exception in words, so that it can be raised again in another process."""

    def __init__(self, error: BaseException, where: str) -> None:
        self.kind = type(error)
        self.text = "".join(traceback.format_exception(error))
        self.where = where

    def __reduce__(self) -> Any:
        return _failure, (_sendable(self.kind), self.text, self.where)

    def reraise(self) -> None:
        """Raise the same type of exception, with the worker's traceback as its message."""
        message: Any = f"Caught {self.kind.__name__} {self.where}.\nOriginal {self.text}"
        if self.kind is KeyError:
            message = _Plain(message)
        try:
            error = self.kind(message)
        except Exception:  # it takes other arguments
            raise RuntimeError(message) from None
        raise error


class _Plain(str):
    """A KeyError shows its argument as repr does, in one line; this one stays readable."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _failure(kind: type[BaseException], text: str, where: str) -> Failure:
    made = Failure.__new__(Failure)
    made.kind, made.text, made.where = kind, text, where
    return made


def _sendable(kind: type[BaseException]) -> type[BaseException]:
    """A type that the parent can find by its name; RuntimeError for one made inside a function."""
    return RuntimeError if "<locals>" in kind.__qualname__ else kind


def work(job: Job, tasks: Connection) -> None:
    """Load what ``tasks`` asks for until it says None or its other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    set_watchers(())  # theirs are in the parent
    reader = _Reader(tasks)
    reader.start()
    trouble: Failure | None = None
    try:
        _begin(job)
    except Exception as error:
        trouble = Failure(error, f"in DataLoader worker process {job.id}")
    try:
        _serve(job, tasks, reader, trouble)
    except (BrokenPipeError, ConnectionError):  # the parent is gone
        os._exit(0)
    finally:
        reader.finished.set()


def _begin(job: Job) -> None:
    global _info
    seed = job.base_seed + job.id
    random.seed(seed)
    manual_seed(seed)
    numpy.random.seed(numpy.random.SeedSequence([job.base_seed, job.id]).generate_state(4))  # noqa: NPY002
    _info = WorkerInfo(job.id, job.num_workers, seed, job.wanted.dataset)
    if job.start is not None:
        job.start(job.id)


def _serve(job: Job, answers: Connection, reader: _Reader, trouble: Failure | None) -> None:
    """Answer task after task.  Segments stay open until the parent must have opened them itself."""
    fetcher: Any = None
    epoch, made = -1, 0
    held: deque[Segment] = deque()
    while (task := reader.inbox.get()) is not None:
        if task[0] != reader.epoch:
            continue  # of a pass that was given up
        if trouble is not None:
            kind, found, trouble = "error", trouble, None
        else:
            try:
                if task[0] != epoch:
                    epoch, fetcher = task[0], job.wanted.fetcher()
                kind, found = "batch", fetcher.fetch(task[2])
            except Exception as error:
                kind, found = _told(error, job)
        kind, message, segment = _packed(kind, found, f"{job.names}{made}", job)
        answers.send((*task[:2], kind, made, message))
        made += 1
        if segment is not None:
            held.append(segment)
            if len(held) > job.ahead:
                held.popleft().close()


def _told(error: Exception, job: Job) -> tuple[str, Failure | None]:
    """The end of a stream, or an error."""
    if isinstance(error, StopIteration) and job.wanted.streams:
        return "end", None
    return "error", Failure(error, f"in DataLoader worker process {job.id}")


def _packed(kind: str, found: Any, name: str, job: Job) -> tuple[str, Any, Segment | None]:
    try:
        return kind, *pack(found, name)
    except Exception as error:  # what was loaded cannot be handed over
        return "error", *pack(_told(error, job)[1], name)


class _Reader(threading.Thread):
    """Takes in tasks as soon as they come, so that the parent never waits to send one; sees when it ends."""

    def __init__(self, tasks: Connection) -> None:
        super().__init__(daemon=True)
        self.parent, self.tasks = os.getppid(), tasks
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.epoch = -1  # of the newest task
        self.finished = threading.Event()

    def run(self) -> None:
        try:
            while True:
                while not self.tasks.poll(GLANCE):
                    if os.getppid() != self.parent:
                        os._exit(0)
                task = self.tasks.recv()
                if task is None:
                    break
                self.epoch = task[0]
                self.inbox.put(task)
        except (EOFError, OSError):
            pass
        self.epoch = -2  # what still waits is wanted no longer
        self.inbox.put(None)
        if not self.finished.wait(PATIENCE):
            os._exit(0)
