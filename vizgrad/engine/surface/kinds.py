"""Facts about dtypes: their limits, how they mix, what can become what; and the names of memory layouts."""

from __future__ import annotations

import enum
from typing import Any

import ml_dtypes
import numpy

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare


class memory_format(enum.Enum):  # noqa: N801 - the name that programs know
    """The order of a tensor's dimensions in memory."""

    contiguous_format = 0
    channels_last = 1
    channels_last_3d = 2
    preserve_format = 3

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    __str__ = __repr__


class layout(enum.Enum):  # noqa: N801 - the name that programs know
    """How a tensor's elements are stored.  Dense ones are ``strided``."""

    strided = 0
    sparse_coo = 1

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    __str__ = __repr__


contiguous_format, channels_last = memory_format.contiguous_format, memory_format.channels_last
channels_last_3d, preserve_format = memory_format.channels_last_3d, memory_format.preserve_format
strided = layout.strided


class finfo:  # noqa: N801 - the name that programs know
    """The limits of a floating type, a complex one's being those of its parts: ``max``, ``eps`` and others.

    Raises TypeError for types of whole numbers; `iinfo` is for them.
    """

    __slots__ = ("bits", "dtype", "eps", "max", "min", "resolution", "smallest_normal", "tiny")

    def __init__(self, type: Any = None) -> None:
        kind = _dtype.get_default_dtype() if type is None else _dtype.PYTHON.get(type, type)
        if not isinstance(kind, _dtype.dtype) or kind.rank < 2:
            raise TypeError(
                f"torch.finfo() requires a floating point input type, not {kind}; use torch.iinfo"
            )
        kind = kind.to_real()
        facts = ml_dtypes.finfo(kind.numpy)
        self.bits, self.dtype = kind.itemsize * 8, kind.name
        self.min, self.max, self.eps = float(facts.min), float(facts.max), float(facts.eps)
        self.smallest_normal = self.tiny = float(facts.smallest_normal)
        self.resolution = float(f"1e-{facts.precision}")

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{n}={getattr(self, n):g}' for n in names)}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash((finfo, self.dtype))


class iinfo:  # noqa: N801 - the name that programs know
    """The limits of a type of whole numbers: ``min``, ``max``, ``bits``.  Raises TypeError for the others."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, type: Any) -> None:
        type = _dtype.PYTHON.get(type, type)
        if isinstance(type, _dtype.dtype) and type.rank == 0:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if not isinstance(type, _dtype.dtype) or type.rank != 1:
            raise TypeError(f"torch.iinfo() requires an integer input type, not {type}; use torch.finfo")
        facts = numpy.iinfo(type.numpy)
        self.bits, self.dtype, self.min, self.max = facts.bits, type.name, int(facts.min), int(facts.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, iinfo) and self.dtype == other.dtype

    def __hash__(self) -> int:
        return hash((iinfo, self.dtype))


def promote_types(type1: Any, type2: Any) -> _dtype.dtype:
    """The smallest type that both fit in; Python's types stand for PyTorch's."""
    return _dtype.promote_types(_dtype.PYTHON.get(type1, type1), _dtype.PYTHON.get(type2, type2))


def can_cast(from_: Any, to: Any) -> bool:
    """Whether a result of type ``from_`` may be written to a tensor of type ``to``: never to a lower kind."""
    return _dtype.PYTHON.get(from_, from_).rank <= _dtype.PYTHON.get(to, to).rank


def result_type(tensor1: Any, tensor2: Any) -> _dtype.dtype:
    """The dtype of an operation on these two tensors or numbers."""
    return _dtype.result_type(*(x.array if isinstance(x, Bare) else x for x in (tensor1, tensor2)))
