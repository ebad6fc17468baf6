"""dtypes: PyTorch's names for what a number is made of, and its rules for mixing them."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np


class dtype:
    """The type of a tensor's elements.  There is one object per type, so ``is`` compares them."""

    __module__ = "vizgrad"  # where users find it
    __slots__ = ("is_complex", "is_floating_point", "itemsize", "legacy", "name", "numpy", "rank")

    def __init__(self, name: str, numpy: Any, rank: int, legacy: str) -> None:
        self.name, self.numpy, self.rank, self.legacy = name, np.dtype(numpy), rank, legacy
        self.itemsize = self.numpy.itemsize
        self.is_floating_point, self.is_complex = rank == 2, rank == 3

    @property
    def is_signed(self) -> bool:
        return self.rank > 1 or self.name.startswith("int")

    def to_real(self) -> dtype:
        """The type of the parts of a complex number of this type; real types are their own."""
        return {complex64: float32, complex128: float64}.get(self, self)

    def to_complex(self) -> dtype:
        """The complex type whose parts are of this type, or the nearest that NumPy has."""
        if self.rank < 2:
            raise RuntimeError(f"Unknown Complex ScalarType for {self.legacy}")
        return self if self.is_complex else _COMPLEX_OF.get(self, complex64)

    def __repr__(self) -> str:
        return f"torch.{self.name}"  # as PyTorch prints it: what learners compare with

    def __reduce__(self) -> str | tuple[Any, ...]:
        return by_name, (self.name,)


# The rank orders kinds: bool < integer < floating point < complex.
ALL = tuple(
    dtype(name, kind, rank, legacy)
    for name, kind, rank, legacy in (
        ("bool", "?", 0, "Bool"),
        ("uint8", "u1", 1, "Byte"),
        ("int8", "i1", 1, "Char"),
        ("int16", "i2", 1, "Short"),
        ("int32", "i4", 1, "Int"),
        ("int64", "i8", 1, "Long"),
        ("float16", "f2", 2, "Half"),
        ("bfloat16", ml_dtypes.bfloat16, 2, "BFloat16"),
        ("float32", "f4", 2, "Float"),
        ("float64", "f8", 2, "Double"),
        ("complex64", "c8", 3, "ComplexFloat"),
        ("complex128", "c16", 3, "ComplexDouble"),
        ("uint16", "u2", 1, "UInt16"),
        ("uint32", "u4", 1, "UInt32"),
        ("uint64", "u8", 1, "UInt64"),
    )
)
(bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64, complex128, *_) = (
    ALL
)

_BY_NUMPY = {d.numpy: d for d in ALL}
_BY_NAME = {d.name: d for d in ALL}
_COMPLEX_OF = {float64: complex128}  # every other floating type becomes complex64
_default = float32


def by_name(name: str) -> dtype:
    return _BY_NAME[name]


def of(array: Any) -> dtype:
    """The dtype of an array."""
    try:
        return _BY_NUMPY[array.dtype]
    except KeyError:
        raise TypeError(
            f"can't convert np.ndarray of type {array.dtype}. The only supported types are: "
            f"{', '.join(d.name for d in ALL)}"
        ) from None


# What Python's types mean as ``dtype=``: its own precision, whatever the default is
PYTHON: dict[Any, Any] = {bool: bool_, int: int64, float: float64, complex: complex128}


def numpy_of(kind: Any) -> np.dtype:
    """The NumPy dtype for one of ours, a Python type or a NumPy type."""
    if isinstance(kind, dtype):
        return kind.numpy
    return PYTHON[kind].numpy if kind in PYTHON else np.dtype(kind)


def get_default_dtype() -> dtype:
    """The floating type of new tensors made from Python numbers: float32 unless set otherwise."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Choose the floating type of new tensors."""
    global _default
    if not (isinstance(d, dtype) and d.is_floating_point):
        raise TypeError(f"only floating-point types are supported as the default type, but got {d}")
    _default = d


def _default_complex() -> dtype:
    return _COMPLEX_OF.get(_default, complex64)


def promote_types(a: dtype, b: dtype) -> dtype:
    """The smallest type that both fit in, by PyTorch's rules: an integer never widens a float."""
    if a is b:
        return a
    if a.rank != b.rank:
        high, low = (a, b) if a.rank > b.rank else (b, a)
        return complex128 if high is complex64 and low is float64 else high
    if {a, b} == {float16, bfloat16}:
        return float32
    if bfloat16 in (a, b):
        return b if a is bfloat16 else a
    return _BY_NUMPY[np.promote_types(a.numpy, b.numpy)]


def kind_of_number(x: Any) -> dtype:
    """The dtype that stands for a Python number."""
    if isinstance(x, (bool, np.bool)):
        return bool_
    if isinstance(x, (int, np.integer)):
        return int64
    return _default if isinstance(x, (float, np.floating)) else _default_complex()


def result_type(*values: Any) -> dtype:
    """The dtype of an operation on these arrays and numbers.

    Arrays with dimensions decide; 0-d arrays, then Python numbers, only if they are of a higher kind.
    https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
    """
    found: dtype | None = None
    for weight in (2, 1, 0):
        here: dtype | None = None
        for x in values:
            if _weight(x) == weight:
                d = of(x) if weight else kind_of_number(x)
                here = d if here is None else promote_types(here, d)
        if here and (found is None or here.rank > found.rank):
            found = here if found is None else _lifted(found, here, weight)
    return found or _default


def _weight(x: Any) -> int:
    if not hasattr(x, "dtype") or isinstance(x, np.generic):
        return 0
    return 2 if x.ndim else 1


def _lifted(strong: dtype, weak: dtype, weight: int) -> dtype:
    """``weak`` is of a higher kind: its kind wins; a Python number brings no width of its own."""
    if weight == 0 and weak.is_complex and strong.is_floating_point:
        return _COMPLEX_OF.get(strong, complex64)
    return promote_types(strong, weak)


def unify(arrays: list[Any], *, floating: bool) -> list[Any]:
    """Bring all operands of an op to one dtype; integers become the default float where ``floating``."""
    common = result_type(*(a for a in arrays if a is not None))  # an operand that may be left out
    if floating and common.rank < 2:
        common = _default
    kind = common.numpy
    wraps = common.name == "bfloat16" or (common.rank == 1 and common.itemsize < 8)

    def unified(a: Any) -> Any:
        if hasattr(a, "astype"):
            return a if a.dtype == kind else a.astype(kind)
        return _fitted(a, kind) if wraps else a

    return [unified(a) for a in arrays]


def _fitted(number: Any, kind: np.dtype) -> Any:
    """A Python number as an array of no dimensions, which a narrow integer type wraps around (uint8: -1 is 255)."""
    return np.asarray(number).astype(kind)[()]


def is_complex(x: Any) -> bool:
    """Whether an array or a tensor holds complex numbers; ink, which stands for any, does not."""
    kind = getattr(x, "dtype", None)
    return getattr(kind, "is_complex", None) or getattr(kind, "kind", "") == "c"
