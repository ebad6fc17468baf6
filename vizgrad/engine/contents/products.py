"""Products of vectors and matrices, and what solves with them."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.ops.decompose import geqrf
from vizgrad.engine.ops.matmul import bmm, dot, matmul, mm, mv, vdot
from vizgrad.engine.ops.products import addbmm, addmm, addmv, addr, baddbmm, cdist, outer, trace
from vizgrad.engine.ops.solve import cholesky_inverse
from vizgrad.engine.ops.solve import linalg_det as det
from vizgrad.engine.ops.solve import linalg_inv as inverse
from vizgrad.engine.ops.solve import linalg_matrix_exp as matrix_exp
from vizgrad.engine.surface.inplace import inplace as _inplace
from vizgrad.engine.surface.linalg_decompose import (
    cholesky,
    householder_product,
    lobpcg,
    lu,
    ormqr,
    pca_lowrank,
    qr,
    svd,
    svd_lowrank,
)
from vizgrad.engine.surface.linalg_einsum import einsum
from vizgrad.engine.surface.linalg_products import (
    chain_matmul,
    cross,
    inner,
    kron,
    matrix_power,
    tensordot,
    vander,
)
from vizgrad.engine.surface.linalg_solve import (
    cholesky_solve,
    logdet,
    lu_solve,
    lu_unpack,
    pinverse,
    slogdet,
    triangular_solve,
)
from vizgrad.engine.surface.respelt import numpys_words as _numpys_words

ger, orgqr = outer, householder_product

__all__ = [
    "addbmm", "addmm", "addmv", "addr", "baddbmm", "bmm", "cdist", "chain_matmul", "cholesky", "cholesky_inverse",
    "cholesky_solve", "cross", "det", "dot", "einsum", "geqrf", "ger", "inner", "inverse", "kron", "lobpcg", "logdet",
    "lu", "lu_solve", "lu_unpack", "matmul", "matrix_exp", "matrix_power", "mm", "mv", "orgqr", "ormqr", "outer",
    "pca_lowrank", "pinverse", "qr", "slogdet", "svd", "svd_lowrank", "tensordot", "trace", "triangular_solve",
    "vander", "vdot",
]  # fmt: skip

_numpys_words(globals())


class Methods:
    """Of a tensor: products, decompositions, solving."""

    __slots__ = ()

    matmul, mm, bmm, dot, mv, vdot = matmul, mm, bmm, dot, mv, vdot
    addbmm, addmm, addmv, addr, baddbmm = addbmm, addmm, addmv, addr, baddbmm
    addbmm_, addmm_, addmv_, addr_, baddbmm_ = map(_inplace, (addbmm, addmm, addmv, addr, baddbmm))
    outer, ger, inner, kron, cross, trace = outer, outer, inner, kron, cross, trace
    det, logdet, slogdet, inverse, pinverse = det, logdet, slogdet, inverse, pinverse
    matrix_exp, matrix_power = matrix_exp, matrix_power
    cholesky, cholesky_inverse, cholesky_solve = cholesky, cholesky_inverse, cholesky_solve
    lu, lu_solve, triangular_solve = lu, lu_solve, triangular_solve
    qr, geqrf, orgqr, ormqr, svd = qr, geqrf, orgqr, ormqr, svd

    def __rmatmul__(self: Any, other: Any) -> Any:
        return matmul(other, self)
