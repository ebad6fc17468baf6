"""Sequences of different lengths in one batch: padded to the longest, or packed without gaps."""

# pyright: reportUnnecessaryIsInstance=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy

from vizgrad.engine.dtype import int64
from vizgrad.engine.ops.join import cat, stack
from vizgrad.engine.surface import create
from vizgrad.engine.tensor import Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Packed(NamedTuple):
    data: Any
    batch_sizes: Any
    sorted_indices: Any
    unsorted_indices: Any


class PackedSequence(_Packed):
    """Sequences without gaps: the first elements of all, then the second ones of those that have one, …

    ``data`` (sum of the lengths, *), ``batch_sizes``: how many sequences have an element at each time, the
    longest first; ``sorted_indices`` puts the batch in that order, ``unsorted_indices`` puts it back.  Made by
    `pack_sequence` and `pack_padded_sequence`.
    """

    __slots__ = ()

    def __new__(
        cls, data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None
    ) -> PackedSequence:
        if batch_sizes is None:  # the old way: one pair
            if not (isinstance(data, (list, tuple)) and len(data) == 2):
                raise AssertionError("PackedSequence needs data and batch_sizes, or a pair of them")
            data, batch_sizes = data
        if batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. "
                "They should be instantiated by functions like pack_sequence and pack_padded_sequences in "
                "nn.utils.rnn."
            )
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with ``data`` on another device or of another dtype."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        places = [None if i is None else i.to(data.device) for i in self[2:]]
        return type(self)(data, self.batch_sizes, *places)

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same on the GPU."""
        return self.to("cuda", **kwargs) if not args else self.to(*args, **kwargs)

    def cpu(self) -> PackedSequence:
        """The same in main memory."""
        return self.to("cpu")

    def double(self) -> PackedSequence:
        """The same in float64."""
        return self._as(self.data.double())

    def float(self) -> PackedSequence:
        """The same in float32."""
        return self._as(self.data.float())

    def half(self) -> PackedSequence:
        """The same in float16."""
        return self._as(self.data.half())

    def long(self) -> PackedSequence:
        """The same in int64."""
        return self._as(self.data.long())

    def int(self) -> PackedSequence:
        """The same in int32."""
        return self._as(self.data.int())

    def short(self) -> PackedSequence:
        """The same in int16."""
        return self._as(self.data.short())

    def char(self) -> PackedSequence:
        """The same in int8."""
        return self._as(self.data.char())

    def byte(self) -> PackedSequence:
        """The same in uint8."""
        return self._as(self.data.byte())

    def pin_memory(self) -> PackedSequence:
        """The same: there is no memory to pin."""
        return self

    def is_pinned(self) -> bool:
        """False: there is no memory to pin."""
        return False

    @property
    def is_cuda(self) -> bool:
        """Whether the data is on a GPU."""
        return self.data.is_cuda

    def _as(self, data: Any) -> PackedSequence:
        return self if data is self.data else type(self)(data, *self[1:])


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes this one."""
    if permutation is None:
        return None
    order = create.arange(permutation.numel(), device=permutation.device)
    return create.empty_like(permutation).scatter_(0, permutation, order)


def _lengths(lengths: Any) -> numpy.ndarray[Any, Any]:
    if isinstance(lengths, Tensor):
        lengths = lengths.tolist()
    return numpy.asarray(list(lengths), dtype="int64")


def _rows(sizes: Any, n: int) -> Any:
    """Where each packed row lies among the rows (time, sample) of the padded batch of ``n`` samples."""
    return numpy.concatenate([numpy.arange(size) + t * n for t, size in enumerate(sizes)])


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """A padded batch (T, N, *), or (N, T, *) with ``batch_first``, without its padding

    ``lengths``: how long each sequence is, the longest first unless ``enforce_sorted=False``.
    """
    found = _lengths(lengths)
    sorted_indices = None
    if not enforce_sorted:
        order = numpy.argsort(-found, kind="stable")
        found = found[order]
        sorted_indices = create.tensor(order, device=input.device)
        input = input.index_select(0 if batch_first else 1, sorted_indices)
    x: Any = input
    x = x.transpose(0, 1) if batch_first else x
    _refuse(found, x)
    sizes = (found[None] > numpy.arange(found[0])[:, None]).sum(1)
    x = x[: int(found[0])]
    data = x.reshape(-1, *x.shape[2:])
    if len(set(found.tolist())) > 1:
        data = data.index_select(0, create.tensor(_rows(sizes, x.shape[1]), device=x.device))
    return PackedSequence(data, create.tensor(sizes, dtype=int64), sorted_indices, None)


def _refuse(lengths: Any, x: Tensor) -> None:
    if x.numel() == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    if len(lengths) != x.shape[1]:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(lengths)} (batch_size={x.shape[1]})"
        )
    if (lengths[1:] > lengths[:-1]).any():
        raise RuntimeError(
            "`lengths` array has to be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if "
            "you do not need ONNX exportability."
        )
    if (lengths <= 0).any():
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if lengths[0] > x.shape[0]:
        raise RuntimeError(
            f"Expected lengths of at most {x.shape[0]}, the padded length, but got {int(lengths[0])}"
        )


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """What `pack_padded_sequence` undoes: the padded batch (T, N, *) and the lengths

    ``total_length``: pad to this length instead of the longest's.
    """
    sizes = sequence.batch_sizes.tolist()
    time = len(sizes)
    if total_length is not None:
        if total_length < time:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {time}"
            )
        time = total_length
    n, data = sizes[0], sequence.data
    if all(size == n for size in sizes) and time == len(sizes):
        y = data
    else:
        y = create.full((time * n, *data.shape[1:]), padding_value, dtype=data.dtype, device=data.device)
        y = y.index_copy(0, create.tensor(_rows(sizes, n), device=data.device), data)
    y = y.reshape(time, n, *data.shape[1:])
    lengths = create.tensor((numpy.asarray(sizes)[:, None] > numpy.arange(n)).sum(0), dtype=int64)
    y = y.transpose(0, 1) if batch_first else y
    order = sequence.unsorted_indices
    if order is not None:
        return y.index_select(0 if batch_first else 1, order), lengths[order.cpu()]
    return y, lengths


def pad_sequence(
    sequences: Any, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Tensors (length, *) as one (longest, N, *), or (N, longest, *) with ``batch_first``"""
    if not isinstance(sequences, (Iterable, Tensor)):
        raise RuntimeError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            + str(type(sequences))
        )
    if padding_side not in ("left", "right"):
        raise RuntimeError(f'Expected padding_side to be one of left or right, but got "{padding_side}".')
    several = list(sequences.unbind(0) if isinstance(sequences, Tensor) else sequences)
    if not several:
        raise RuntimeError("received an empty list of sequences")
    longest = max(s.shape[0] for s in several)
    padded: list[Any] = []
    for s in several:
        rest = longest - s.shape[0]
        if rest:
            gap = create.full((rest, *s.shape[1:]), padding_value, dtype=s.dtype, device=s.device)
            s = cat([gap, s] if padding_side == "left" else [s, gap], 0)
        padded.append(s)
    return stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """What `pad_sequence` undoes: the sequences, each in its own length"""
    x: Any = padded_sequences
    x = x if batch_first else x.transpose(0, 1)
    return [row[: int(length)] for row, length in zip(x.unbind(0), lengths.tolist(), strict=True)]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Tensors (length, *) packed without padding, the longest first unless ``enforce_sorted=False``"""
    lengths = create.tensor([s.shape[0] for s in sequences])
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """What `pack_sequence` undoes: the sequences, in their first order"""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
