"""Why something may not be written to in place: PyTorch's sentences, and the questions that lead to them."""

from __future__ import annotations

import sys
from typing import Any

from vizgrad.engine import dtype

MANY = (
    "This view is the output of a function that returns multiple views. Such functions do not allow the output views "
    "to be modified inplace. You should replace the inplace operation by an out-of-place one."
)
NO_GRAD = "A view was created in no_grad mode"
LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
INFERENCE = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
    "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)


def refuse_view(known: Any, what: str) -> None:
    """Raise PyTorch's error for a view whose history cannot be rewritten, if this is one."""
    if known.origin == NO_GRAD:
        raise RuntimeError(
            f"{NO_GRAD} and {what} modified inplace with grad mode enabled. Given that this use case is ambiguous "
            "and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace "
            "either both inside the no_grad block (if you don't want the inplace to be tracked) or both outside (if "
            "you want the inplace to be tracked)."
        )
    if known.origin:
        op, output = known.origin
        why = getattr(known.origin, "why", MANY)  # autograd.Function has a reason of its own
        raise RuntimeError(
            f"Output {output} of {op.backward_name} is a view and {what} modified inplace. {why}"
        )


def refuse_repeated(a: Any) -> None:
    """Raise PyTorch's error for an array in which several elements are one place in memory."""
    if a.size and any(step == 0 and n > 1 for step, n in zip(a.strides, a.shape, strict=True)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory "
            "location. Please clone() the tensor before performing the operation."
        )


def fits_into(result: Any, x: Any) -> None:
    """Raise if numbers of this kind cannot be written into ``x``: fractions into integers, and so on."""
    have, need = dtype.of(result), dtype.of(x.array)
    if have.rank > need.rank:
        raise RuntimeError(
            f"result type {have.legacy} can't be cast to the desired output type {need.legacy}"
        )


def users_line() -> str:
    """File and line of the user's own code that is running now."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("vizgrad."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.f_lineno}"
