"""Sparse tensors: making them, and what dense ones answer when asked about it."""

# names are imported to be found here
from __future__ import annotations

from vizgrad.engine.surface import sparse as _sparse
from vizgrad.engine.surface.sparse import mm as spmm
from vizgrad.engine.surface.sparse import sparse_coo, sparse_coo_tensor

__all__ = ["sparse_coo", "sparse_coo_tensor", "spmm"]


class Methods:
    """Of a tensor: its sparse form."""

    __slots__ = ()

    to_sparse = to_sparse_coo = _sparse.to_sparse
    to_dense, coalesce, is_coalesced = _sparse.to_dense, _sparse.coalesce, _sparse.is_coalesced
    indices, values = _sparse.indices, _sparse.values
    sparse_dim, dense_dim = _sparse.sparse_dim, _sparse.dense_dim
