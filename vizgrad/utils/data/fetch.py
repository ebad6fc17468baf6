"""From numbers of samples to a batch: the same in this process and in a worker."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from vizgrad.engine.tensor import Tensor

from .collate import default_collate
from .dataset import Subset, TensorDataset

__all__ = ["Indexed", "Streamed", "Wanted"]


class Wanted(NamedTuple):
    """What a loader wants of its dataset."""

    dataset: Any
    streams: bool
    batched: bool
    collate: Callable[[Any], Any]
    drop_last: bool

    def fetcher(self) -> Indexed | Streamed:
        return Streamed(self) if self.streams else Indexed(self)


class Indexed:
    """Samples by number."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        whole = _whole(wanted.dataset) if wanted.batched and wanted.collate is default_collate else None
        self.fetch: Callable[[Any], Any] = whole or (self._batch if wanted.batched else self._one)

    def _one(self, number: Any) -> Any:
        return self.wanted.collate(self.wanted.dataset[number])

    def _batch(self, numbers: Any) -> Any:
        dataset = self.wanted.dataset
        many = getattr(dataset, "__getitems__", None)
        return self.wanted.collate(many(numbers) if many else [dataset[i] for i in numbers])


class Streamed:
    """Samples one after the other; a list of n numbers asks for the next n."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.stream, self.ended = wanted, iter(wanted.dataset), False

    def fetch(self, numbers: Any) -> Any:
        """The next batch; StopIteration when there is none."""
        if self.ended:
            raise StopIteration
        if not self.wanted.batched:
            return self.wanted.collate(next(self.stream))
        samples = list(islice(self.stream, len(numbers)))
        self.ended = len(samples) < len(numbers)
        if not samples or (self.ended and self.wanted.drop_last):
            raise StopIteration
        return self.wanted.collate(samples)


def _whole(dataset: Any) -> Callable[[Any], Any] | None:
    """A way to take a whole batch at once, for datasets of tensors: the same numbers as sample by sample."""
    if type(dataset) is Subset:
        inner = _whole(dataset.dataset)
        return inner and (lambda numbers: inner([dataset.indices[i] for i in numbers]))
    if type(dataset) is not TensorDataset or any(t.requires_grad for t in dataset.tensors):
        return None
    return lambda numbers: [Tensor._wrap(t.array[numbers]) for t in dataset.tensors]
