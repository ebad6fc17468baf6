"""DataLoader: a dataset in batches."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from multiprocessing.context import BaseContext
from typing import Any

from vizgrad.engine.surface.random import Generator, default

from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .fetch import Wanted
from .pool import Arrivals
from .sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader"]

FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class DataLoader:
    """Goes through a dataset in batches: ``for x, t in DataLoader(dataset, batch_size=64, shuffle=True)``.

    Samples are loaded in this process, when they are needed; or ahead of time, by ``num_workers`` processes,
    ``prefetch_factor`` batches each (2 if None).  Batches come in the order of the sampler (with
    ``in_order=False``: as they are ready), through shared memory.  ``worker_init_fn(id)`` is called at the
    start of each worker; its random streams start from a seed drawn from ``generator``, plus its id.  Of a
    stream (`IterableDataset`) every worker goes through its own copy: `get_worker_info` says which part is
    its own.  ``persistent_workers`` keeps the processes for the next pass; ``timeout`` is in seconds, 0 waits
    for ever; ``multiprocessing_context`` is how processes start ("fork", "spawn", "forkserver").  Where they
    do not start as a fork, a script needs ``if __name__ == "__main__":`` around its loop, and dataset and
    functions must be importable.  ``pin_memory`` is accepted and changes nothing.
    """

    _initialized = False

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        self.dataset, self.generator, self.timeout = dataset, generator, timeout
        self.num_workers, self.worker_init_fn = num_workers, worker_init_fn
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory, self.persistent_workers, self.in_order = pin_memory, persistent_workers, in_order
        self.pin_memory_device, self.multiprocessing_context = pin_memory_device, multiprocessing_context
        self._streams = isinstance(dataset, IterableDataset)
        _check(self._streams, batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.sampler: Any = sampler if sampler is not None or self._streams else self._order(bool(shuffle))
        if batch_sampler is not None:
            batch_size, drop_last = None, False
        elif batch_size is not None and not self._streams:
            batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)
        self.batch_size, self.drop_last, self.batch_sampler = batch_size, drop_last, batch_sampler
        self._batched = batch_sampler is not None or batch_size is not None
        self.collate_fn = collate_fn or (default_collate if self._batched else default_convert)
        self._arrivals: Arrivals | None = None  # of workers that stay
        self._reported: int | None = None  # what len() has said of a stream
        self._initialized = True

    def __setattr__(self, name: str, value: Any) -> None:
        if self._initialized and name in FIXED:
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized; make another"
            )
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self) -> Any:
        """How worker processes are started; None is Python's own choice."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        self._context = _context(context, self.num_workers)

    def _order(self, shuffle: bool) -> Iterable[int]:
        if shuffle:
            return RandomSampler(self.dataset, generator=self.generator)
        return SequentialSampler(self.dataset)

    @property
    def wanted(self) -> Wanted:
        """What has to be done to the dataset, wherever it is done."""
        return Wanted(self.dataset, self._streams, self._batched, self.collate_fn, self.drop_last)

    def numbers(self) -> Iterator[Any]:
        """What one batch after the other is made of: numbers of samples, or their mere count in a stream."""
        if self._streams:
            return repeat(None if self.batch_size is None else (None,) * self.batch_size)
        return iter(self.batch_sampler if self.batch_sampler is not None else self.sampler)

    def __iter__(self) -> Iterator[Any]:
        seed = int((self.generator or default()).stream.integers(2**63 - 2**32))
        if not self.num_workers:
            if self.timeout:
                raise AssertionError(f"timeout={self.timeout} needs num_workers > 0: nobody waits here")
            found = self._one_after_the_other(self.numbers())
        elif self._arrivals is not None and self._arrivals.finalizer.alive:
            self._arrivals.begin(self.numbers())
            found = self._arrivals
        else:
            if not self.prefetch_factor:
                raise AssertionError(
                    "prefetch_factor must be greater than 0 where there are worker processes"
                )
            found = Arrivals(self, seed)
            if self.persistent_workers:
                self._arrivals = found
        return self._counted(found) if self._streams else found

    def _one_after_the_other(self, numbers: Iterator[Any]) -> Iterator[Any]:
        fetcher = self.wanted.fetcher()
        for wanted in numbers:
            try:
                batch = fetcher.fetch(wanted)
            except StopIteration:
                return
            yield batch

    def _counted(self, found: Iterator[Any]) -> Iterator[Any]:
        """Warn where a stream is longer than it says: with workers, each may have gone through all of it."""
        for n, batch in enumerate(found, 1):
            if self._reported is not None and n > self._reported:
                several = (
                    " For multiprocessing data-loading, this could be caused by not properly configuring the "
                    "IterableDataset replica at each worker: use get_worker_info() in its __iter__."
                )
                warnings.warn(
                    f"Length of IterableDataset {self.dataset} was reported to be {self._reported} (when accessing "
                    f"len(dataloader)), but {n} samples have been fetched.{several if self.num_workers else ''}",
                    stacklevel=2,
                )
            yield batch

    def __len__(self) -> int:
        if not self._streams:
            return len(self.batch_sampler if self.batch_sampler is not None else self.sampler)  # type: ignore[arg-type]
        n = len(self.dataset)
        if self.batch_size is not None:
            n = n // self.batch_size if self.drop_last else -(-n // self.batch_size)
        self._reported = n
        return n


def _check(
    streams: bool, batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    """Refuse settings that contradict each other."""
    if streams and (shuffle not in (False, None) or sampler is not None or batch_sampler is not None):
        given = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
        name, value = next((n, v) for n, v in given.items() if v is not None)
        raise ValueError(
            f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}: a stream "
            "has its own order"
        )
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError(
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
        )
    if batch_size is None and drop_last and batch_sampler is None:
        raise ValueError(
            "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
        )


def _check_workers(num_workers: int, timeout: float, prefetch_factor: int | None, persistent: bool) -> None:
    if num_workers < 0:
        raise ValueError(
            f"num_workers option should be non-negative, but got {num_workers}; use num_workers=0 to disable "
            "multiprocessing."
        )
    if timeout < 0:
        raise ValueError(f"timeout option should be non-negative, but got {timeout}")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing. Let num_workers > 0 to enable "
            "multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError(f"prefetch_factor option should be non-negative, but got {prefetch_factor}")
    if persistent and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def _context(context: Any, num_workers: int) -> Any:
    """The context for a start method given by name."""
    if context is None:
        return None
    if num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got "
            "num_workers=0"
        )
    if isinstance(context, str):
        known = multiprocessing.get_all_start_methods()
        if context not in known:
            raise ValueError(
                f"multiprocessing_context option should specify a valid start method in {known!r}, but got "
                f"multiprocessing_context={context!r}"
            )
        return multiprocessing.get_context(context)
    if not isinstance(context, BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string specifying the start "
            f"method, but got multiprocessing_context={context}"
        )
    return context
