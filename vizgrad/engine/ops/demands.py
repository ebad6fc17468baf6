"""What an op takes: tensors or numbers, and of which kinds.  Asked only off the hot path (see tape.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from vizgrad.engine import dtype

if TYPE_CHECKING:
    from vizgrad.engine.op import Op

# Kinds of numbers, in NumPy's letters: bool, signed and unsigned integers, floats, complex; V is bfloat16.
REAL = "biufV"
NUMBERS = "iufcV"  # all but bool
ORDERED = "iufV"
FLOATING = "fV"
SMOOTH = "fcV"
BITS = "biu"
WHOLE = "iu"


def check(op: Op, arrays: list[Any]) -> None:
    """Raise PyTorch's errors for operands that the op's family does not take.

    Raises TypeError for a Python number where a tensor must be, NotImplementedError for a kind of number.
    """
    tensors, kinds = op.family.tensors, op.family.kinds
    if (
        type(arrays[0]) is numpy.ndarray and tensors != "all"
    ):  # x + 1 is common, and here nearly as fast as x + y
        for a in arrays:
            if type(a) is numpy.ndarray:
                if kinds and a.dtype.kind not in kinds:
                    break
            elif type(a) is not float and type(a) is not int:
                break
        else:
            return
    numbers = [i for i, a in enumerate(arrays) if not _is_array(a)]
    if numbers and tensors:
        wrong = numbers[0]
        if tensors == "all" or (wrong == 0 and tensors == "first") or len(numbers) == len(arrays):
            kind = type(arrays[wrong]).__name__
            raise TypeError(
                f"argument '{op.inputs[wrong]}' (position {wrong + 1}) must be Tensor, not {kind}"
            )
    if kinds:
        wrong = [a for a in arrays if _is_array(a) and a.dtype.kind not in kinds]
        advice = getattr(op.family, "advice", "")
        if wrong and advice:
            raise RuntimeError(advice)
        if wrong and dtype.result_type(*arrays).numpy.kind not in kinds:
            raise NotImplementedError(f"\"{op.name}\" not implemented for '{dtype.of(wrong[0]).legacy}'")


def check_led(op: Op, arrays: list[Any]) -> None:
    """`check` where the first operand leads; half-precision ones may have parameters in single precision.

    Raises NotImplementedError for a kind of number, RuntimeError where another operand has another dtype.
    """
    first, *others = (a for a in arrays if _is_array(a))
    if first.dtype.kind not in op.family.kinds:
        raise NotImplementedError(f"\"{op.name}\" not implemented for '{dtype.of(first).legacy}'")
    allowed = (first.dtype, numpy.dtype("f4")) if first.dtype.itemsize == 2 else (first.dtype,)
    if op.family.leads == "dtype" and any(other.dtype not in allowed for other in others):
        raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")


def _is_array(a: Any) -> bool:
    return hasattr(a, "dtype") and not isinstance(a, numpy.generic)
