"""The parent's side of loading with worker processes: who does what, and in which order it comes back."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import connection
from typing import Any

from .handover import forget, unpack
from .worker import PATIENCE, Job, work

__all__ = ["Arrivals"]


class Pool:
    """Worker processes, each with a pipe of its own."""

    def __init__(self, loader: Any, base_seed: int) -> None:
        self.owner, self.closed = os.getpid(), False
        self.ahead: int = loader.prefetch_factor
        self.processes: list[Any] = []
        self.pipes: list[Any] = []
        self.made: list[int] = []  # how many answers each worker has given
        self.names = f"vg{secrets.token_hex(4)}"
        context: Any = loader.multiprocessing_context or multiprocessing.get_context()
        _share_the_tracker()
        try:
            for i in range(loader.num_workers):
                names = f"{self.names}w{i}n"
                job = Job(
                    loader.wanted, i, loader.num_workers, base_seed, loader.worker_init_fn, self.ahead, names
                )
                self._start(context, job)
        except BaseException:
            self.shut()
            raise

    def _start(self, context: Any, job: Job) -> None:
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(job, theirs), daemon=True)
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self.processes.append(process)
        self.pipes.append(ours)
        self.made.append(0)

    def send(self, worker: int, task: Any) -> None:
        try:
            self.pipes[worker].send(task)
        except OSError:
            raise self.died() from None

    def receive(self, timeout: float) -> Iterator[tuple[int, Any]]:
        """The answers that are there, at least one: (worker, answer); within ``timeout`` seconds, 0 for ever."""
        places = {pipe: i for i, pipe in enumerate(self.pipes)}
        ready: Any = connection.wait(list(places), timeout or None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {timeout} seconds")
        for pipe in ready:
            try:
                answer = pipe.recv()
            except (EOFError, OSError):
                raise self.died() from None
            self.made[places[pipe]] = answer[3] + 1
            yield places[pipe], answer

    def died(self) -> RuntimeError:
        """The error for workers that ended by themselves."""
        for process in self.processes:
            process.join(0.2)
        gone = [p for p in self.processes if not p.is_alive()]
        pids = ", ".join(str(p.pid) for p in gone)
        codes = ", ".join(sorted({_reason(p.exitcode) for p in gone}))
        return RuntimeError(
            f"DataLoader worker (pid(s) {pids}) exited unexpectedly: {codes}; its own message, if it had time for "
            "one, is above, and num_workers=0 shows the error where it happens"
        )

    def shut(self) -> None:
        """End all workers, by force those that do not listen, and give back all shared memory."""
        if self.closed or os.getpid() != self.owner:  # a forked child holds a copy, but not the workers
            return
        self.closed = True
        for pipe in self.pipes:
            with suppress(OSError):
                pipe.send(None)
        self._drain(time.monotonic() + PATIENCE)
        for end in ("terminate", "kill"):
            for process in self.processes:
                if process.is_alive():
                    getattr(process, end)()
                    process.join(1)
        for i, pipe in enumerate(self.pipes):
            pipe.close()
            for n in range(self.made[i], self.made[i] + self.ahead + 2):  # made, but never told of
                forget(f"{self.names}w{i}n{n}")

    def _drain(self, until: float) -> None:
        """Read what comes until all have ended."""
        living = dict(zip(self.pipes, self.processes, strict=True))
        while living and (left := until - time.monotonic()) > 0:
            for pipe in connection.wait(list(living), left):
                try:
                    answer = pipe.recv()  # type: ignore[union-attr]
                    self.made[self.pipes.index(pipe)] = answer[3] + 1
                    forget(answer[4][0])
                except Exception:  # it has ended, or was cut off in the middle of a message
                    living.pop(pipe).join(max(0.0, until - time.monotonic()))


class Arrivals(Iterator[Any]):
    """One pass after the other over a dataset that worker processes load.

    Tasks are numbered and go to the workers in turn, ``prefetch_factor`` each; answers wait until it is their
    turn, so that the order is that of the sampler.
    """

    def __init__(self, loader: Any, base_seed: int) -> None:
        self.pool = Pool(loader, base_seed)
        self.streams, self.in_order = loader.wanted.streams, loader.in_order
        self.timeout, self.stays = loader.timeout, loader.persistent_workers
        self.finalizer = weakref.finalize(self, self.pool.shut)
        self.epoch = -1
        self.begin(loader.numbers())

    def begin(self, numbers: Iterator[Any]) -> None:
        """A new pass; answers of the last one, if it was given up, are thrown away when they come."""
        self.epoch += 1
        self.numbers = numbers
        self.sent, self.next = 0, 0
        self.doing: dict[int, int] = {}  # the worker of each task without an answer
        self.arrived: dict[int, tuple[str, Any]] = {}
        self.turns = deque(range(len(self.pool.pipes)))  # workers that have samples left
        for _ in range(self.pool.ahead * len(self.turns)):
            self._hand_out()

    def _hand_out(self) -> None:
        if not self.turns:
            return
        try:
            numbers = next(self.numbers)
        except StopIteration:
            return
        worker = self.turns[0] if self.in_order else min(self.turns, key=list(self.doing.values()).count)
        self.turns.rotate(-1)
        self.doing[self.sent] = worker
        self.pool.send(worker, (self.epoch, self.sent, numbers))
        self.sent += 1

    def __next__(self) -> Any:
        try:
            while (number := self._ready()) is None and self.doing:
                self._take_in()
            if number is not None:
                self._hand_out()
        except BaseException:  # a worker died or is late, or somebody pressed Ctrl-C
            self.finalizer()
            raise
        if number is not None:
            kind, found = self.arrived.pop(number)
            if kind == "error":
                found.reraise()
            return found
        if not self.stays:
            self.finalizer()
        raise StopIteration

    def _ready(self) -> int | None:
        """The number of the answer whose turn it is, if it is here."""
        if not self.in_order:
            return next(iter(self.arrived), None)
        while self.next < self.sent and self.next not in self.arrived:
            if self.next in self.doing:
                return None
            self.next += 1  # asked of a worker whose stream had ended
        if self.next == self.sent:
            return None
        self.next += 1
        return self.next - 1

    def _take_in(self) -> None:
        for worker, (epoch, number, kind, _, message) in self.pool.receive(self.timeout):
            if epoch != self.epoch:
                forget(message[0])
                continue
            if kind == "end":
                self._ended(worker)
                continue
            del self.doing[number]
            self.arrived[number] = kind, unpack(message)

    def _ended(self, worker: int) -> None:
        """A worker's stream is over: nothing more is asked of it, and others get its share of tasks."""
        waiting = [n for n, w in self.doing.items() if w == worker]
        for n in waiting:
            del self.doing[n]
        if worker in self.turns:
            self.turns.remove(worker)
        for _ in waiting:
            self._hand_out()


def _reason(code: int | None) -> str:
    if code is None:
        return "it no longer answers"
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _share_the_tracker() -> None:
    """Start Python's tracker of shared memory before the workers, so that they use the same one."""
    if os.name == "posix":
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
