"""Products of vectors and matrices, and what solves with them."""

from __future__ import annotations

from vizgrad.engine.ops.matmul import matmul

mm = bmm = dot = mv = matmul

__all__ = ["bmm", "dot", "matmul", "mm", "mv"]


class Methods:
    """Of a tensor: products."""

    __slots__ = ()

    matmul, mm, bmm, dot, mv = matmul, mm, bmm, dot, mv
