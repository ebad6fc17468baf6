"""Errors that say in one sentence what happened, where, with which shapes."""

from __future__ import annotations

from typing import Any

import numpy

from .local import here

_SAYS_WHERE = ("linalg.", "torch.")  # messages of PyTorch's that begin with the name of the function


class LinAlgError(RuntimeError):
    """A matrix has not the property that was needed: singular, not positive definite, no convergence."""


def explained(error: Exception, op: Any, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Exception:
    """The error to raise when ``op`` failed on these inputs: PyTorch's type, the op, its operands, the layer.

    Errors that already explain themselves (RuntimeError, IndexError, TypeError by our own checks) keep their words.
    """
    place = f" in layer {layer_path()!r}" if here.layers else ""
    operands = ", ".join(f"{n} is {described(x)}" for n, x in zip(_names(op, inputs), inputs, strict=False))
    what = str(error).split("\n")[0]
    kind = type(error) if isinstance(error, (RuntimeError, IndexError, NotImplementedError)) else RuntimeError
    if isinstance(error, TypeError):
        kind = TypeError
        if what.startswith("ufunc "):  # NumPy has no such loop, as PyTorch has no such kernel
            kind, what = NotImplementedError, f'"{op.name}" not implemented for these kinds of numbers'
    numbers = (int, float, complex, type(None))
    if (
        kind is RuntimeError
        and op.shape
        and all(hasattr(x, "array") or isinstance(x, numbers) for x in inputs)
    ):
        try:  # our own shape rules speak PyTorch's words; the array module's message is the fallback
            op.shape(
                *(None if x is None else getattr(x, "array", numpy.empty(())).shape for x in inputs),
                **settings,
            )
        except Exception as better:
            what = str(better)
    head = what if what.startswith(_SAYS_WHERE) else f"{op.name}: {what}"
    return kind(f"{head} ({operands}){place}" if operands else f"{head}{place}")


def _names(op: Any, inputs: tuple[Any, ...]) -> list[str]:
    return [f"{op.inputs[0]}[{i}]" for i in range(len(inputs))] if op.variadic else list(op.inputs)


def described(x: Any) -> str:
    """`3×4 float32` for a tensor, the value itself for a number."""
    array = getattr(x, "array", x)
    if hasattr(array, "shape"):
        return f"{'×'.join(map(str, array.shape)) or 'a scalar'} {array.dtype}"
    return repr(x)[:60]


def layer_path() -> str:
    """Dotted path of the layer that is running on this thread, as far as somebody watches."""
    parts = []
    for outer, inner in zip(here.layers, here.layers[1:], strict=False):
        names = [name for name, child in outer.named_children() if child is inner]
        parts.append(names[0] if names else type(inner).__name__)
    return ".".join(parts) or (type(here.layers[0]).__name__ if here.layers else "")


def modified(node: Any, name: str, value: Any, storage: Any, expected: int) -> RuntimeError:
    """A tensor kept for backward was written to: PyTorch's error, with the writer's line."""
    from .dtype import of

    line = getattr(storage, "written", None)
    by = f" It was last written at {line}." if line else ""
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{of(value).legacy}Tensor {list(value.shape)}], kept as {name!r} of {node.name()}, "
        f"is at version {storage.version}; expected version {expected} instead.{by} "
        "Write into a .clone(), or use the operation that is not in-place."
    )
