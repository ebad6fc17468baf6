"""DataLoader: a dataset in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from vizgrad.engine.surface.random import Generator
from vizgrad.engine.tensor import Tensor

from .collate import default_collate, default_convert
from .dataset import IterableDataset, Subset, TensorDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler

__all__ = ["DataLoader", "get_worker_info"]


class DataLoader:
    """Goes through a dataset in batches: ``for x, t in DataLoader(dataset, batch_size=64, shuffle=True)``.

    Samples are loaded in this process, when they are needed; ``num_workers``, ``pin_memory`` and the settings
    of worker processes are accepted and change nothing but the time it takes.
    """

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
        for name, value in (("num_workers", num_workers), ("timeout", timeout)):
            if value < 0:
                raise ValueError(f"{name} option should be non-negative, but got {value}; use 0")
        self.dataset, self.generator, self.timeout = dataset, generator, timeout
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor
        self.worker_init_fn = worker_init_fn
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

    def _order(self, shuffle: bool) -> Iterable[int]:
        if shuffle:
            return RandomSampler(self.dataset, generator=self.generator)
        return SequentialSampler(self.dataset)

    def __iter__(self) -> Iterator[Any]:
        if self._streams:
            return self._from_stream()
        if not self._batched:
            return (self.collate_fn(self.dataset[i]) for i in self.sampler)
        whole = _whole(self.dataset) if self.collate_fn is default_collate else None
        take = self._one_by_one if whole is None else whole
        return (take(numbers) for numbers in self.batch_sampler)  # type: ignore[union-attr]

    def _one_by_one(self, numbers: Any) -> Any:
        if hasattr(self.dataset, "__getitems__"):
            return self.collate_fn(self.dataset.__getitems__(numbers))
        return self.collate_fn([self.dataset[i] for i in numbers])

    def _from_stream(self) -> Iterator[Any]:
        if not self._batched:
            yield from map(self.collate_fn, self.dataset)
            return
        batch: list[Any] = []
        for sample in self.dataset:
            batch.append(sample)
            if len(batch) == self.batch_size:
                yield self.collate_fn(batch)
                batch = []
        if batch and not self.drop_last:
            yield self.collate_fn(batch)

    def __len__(self) -> int:
        if not self._streams:
            return len(self.batch_sampler if self.batch_sampler is not None else self.sampler)  # type: ignore[arg-type]
        n = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def _whole(dataset: Any) -> Callable[[Any], Any] | None:
    """A way to take a whole batch at once, for datasets of tensors: the same numbers as sample by sample."""
    if type(dataset) is Subset:
        inner = _whole(dataset.dataset)
        return inner and (lambda numbers: inner([dataset.indices[i] for i in numbers]))
    if type(dataset) is not TensorDataset or any(t.requires_grad for t in dataset.tensors):
        return None
    return lambda numbers: [Tensor._wrap(t.array[numbers]) for t in dataset.tensors]


def _check(
    streams: bool, batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    """Refuse settings that contradict each other."""
    if streams and (shuffle or sampler is not None or batch_sampler is not None):
        what = "shuffle" if shuffle else "sampler" if sampler is not None else "batch_sampler"
        raise ValueError(
            f"DataLoader with IterableDataset: expected unspecified {what} option: a stream has its own order"
        )
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError(
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
        )
    if batch_size is None and drop_last:
        raise ValueError(
            "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
        )


def get_worker_info() -> None:
    """None: samples are loaded in this process."""
    return
