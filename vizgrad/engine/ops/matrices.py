"""What ops on matrices have in common: the conjugate transpose, and the checks that PyTorch makes."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import dtype


def adjoint(xp: Any, a: Any) -> Any:
    """Aᴴ: rows and columns exchanged, conjugated."""
    return xp.conj(xp.swapaxes(a, -1, -2))


def stacked(name: str, *arrays: Any) -> None:
    """Each of these must be a matrix or a stack of them, of floats, all of one dtype."""
    for a in arrays:
        if a.ndim < 2:
            raise RuntimeError(
                f"{name}: The input tensor must have at least 2 dimensions, but it has shape {list(a.shape)}"
            )
        floating(name, a)
        if a.dtype != arrays[0].dtype:
            raise RuntimeError(
                f"{name}: Expected all inputs to have the same dtype, but got {arrays[0].dtype} and {a.dtype}"
            )


def floating(name: str, a: Any) -> None:
    """Only float32, float64 and their complex relatives are decomposed and solved with."""
    if a.dtype.kind not in "fc":
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {a.dtype}; "
            "convert it with .float() first"
        )
    if a.dtype.itemsize == 2:
        raise NotImplementedError(f"{name}: Low precision dtypes not supported. Got {a.dtype}; use float32")


def square(name: str, *arrays: Any) -> None:
    """Each must be a square matrix or a stack of them."""
    stacked(name, *arrays)
    for a in arrays:
        if a.shape[-1] != a.shape[-2]:
            raise RuntimeError(
                f"{name}: A must be batches of square matrices, but they are {a.shape[-2]} by {a.shape[-1]} matrices"
            )


def first_zero_pivot(xp: Any, lu: Any) -> Any:
    """Per matrix of a compact LU, the first pivot that is 0, counted from 1; 0 where none is."""
    zero = xp.diagonal(lu, 0, -2, -1) == 0
    if not zero.shape[-1]:
        return xp.zeros(lu.shape[:-2], dtype="i4")
    return xp.asarray(xp.where(zero.any(-1), zero.argmax(-1) + 1, 0), dtype="i4")


def same_kind(name: str, *arrays: Any) -> None:
    """Operands of a product have one dtype; True and False cannot be multiplied."""
    kind = arrays[0].dtype
    for a in arrays[1:]:
        if a.dtype != kind:
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {kind} != {a.dtype}; "
                "convert one of them with .to(dtype)"
            )
    if kind.kind == "b":
        raise NotImplementedError(
            f"\"{name}\" not implemented for 'Bool'; convert with .int() or .float() first"
        )


def same_factors(input: Any, weight: Any, bias: Any = None) -> None:
    """Of x Wᵀ + b: all have one dtype.  Data from NumPy is often float64, and weights are float32."""
    names = ("mat1", "mat2") if input.dtype != weight.dtype else ("self", "mat2")
    first, second = (input, weight) if names[0] == "mat1" else (bias, weight)
    if first is not None and first.dtype != second.dtype:
        raise RuntimeError(
            f"{names[0]} and {names[1]} must have the same dtype, but got {dtype.of(first).legacy} and "
            f"{dtype.of(second).legacy}; convert one of them with .to(dtype)"
        )
    same_kind("addmm_impl_cpu_", input)


def dims(name: str, **wanted: tuple[Any, int]) -> None:
    """Each named operand must have its number of dimensions: ``dims("mm", mat2=(mat2, 2))``."""
    for word, (a, n) in wanted.items():
        if a.ndim != n:
            raise RuntimeError(
                f"{name}: {word} must be a {_NAMES[n]}, but it has {a.ndim} dimensions: {list(a.shape)}"
            )


_NAMES = {1: "vector", 2: "matrix", 3: "3D tensor"}
