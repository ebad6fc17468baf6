"""Linear algebra, as `torch.linalg`: names only; what is behind each is in engine/ops and engine/surface.

https://pytorch.org/docs/stable/linalg.html
"""

from __future__ import annotations

from vizgrad.engine.errors import LinAlgError
from vizgrad.engine.ops.decompose import linalg_cholesky_ex as cholesky_ex
from vizgrad.engine.ops.decompose import linalg_ldl_factor_ex as ldl_factor_ex
from vizgrad.engine.ops.decompose import linalg_ldl_solve as ldl_solve
from vizgrad.engine.ops.decompose import linalg_lu_factor_ex as lu_factor_ex
from vizgrad.engine.ops.decompose import linalg_qr as qr
from vizgrad.engine.ops.matmul import matmul
from vizgrad.engine.ops.solve import linalg_cross as cross
from vizgrad.engine.ops.solve import linalg_det as det
from vizgrad.engine.ops.solve import linalg_inv as inv
from vizgrad.engine.ops.solve import linalg_matrix_exp as matrix_exp
from vizgrad.engine.ops.solve import linalg_slogdet as slogdet
from vizgrad.engine.ops.spectral import linalg_eig as eig
from vizgrad.engine.ops.spectral import linalg_eigh as eigh
from vizgrad.engine.ops.spectral import linalg_eigvals as eigvals
from vizgrad.engine.ops.spectral import linalg_eigvalsh as eigvalsh
from vizgrad.engine.ops.spectral import linalg_svd as svd
from vizgrad.engine.ops.spectral import linalg_svdvals as svdvals
from vizgrad.engine.surface.linalg_decompose import (
    householder_product,
)
from vizgrad.engine.surface.linalg_decompose import linalg_cholesky as cholesky
from vizgrad.engine.surface.linalg_decompose import linalg_ldl_factor as ldl_factor
from vizgrad.engine.surface.linalg_decompose import linalg_lu as lu
from vizgrad.engine.surface.linalg_decompose import linalg_lu_factor as lu_factor
from vizgrad.engine.surface.linalg_norms import cond, matrix_norm, matrix_rank, norm, vector_norm
from vizgrad.engine.surface.linalg_products import diagonal, matrix_power, multi_dot, vecdot
from vizgrad.engine.surface.linalg_products import linalg_vander as vander
from vizgrad.engine.surface.linalg_solve import (
    inv_ex,
    lstsq,
    pinv,
    solve,
    solve_ex,
    solve_triangular,
    tensorinv,
    tensorsolve,
)
from vizgrad.engine.surface.linalg_solve import linalg_lu_solve as lu_solve
from vizgrad.engine.surface.respelt import numpys_words as _numpys_words

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals",
    "eigvalsh", "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_factor_ex", "ldl_solve", "lstsq", "lu",
    "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank",
    "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd", "svdvals",
    "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm",
]  # fmt: skip

_numpys_words(globals())
