"""What picks elements out and puts elements in: indexing, gathering, scattering, masks."""

from __future__ import annotations

from vizgrad.engine.ops import index as _index
from vizgrad.engine.surface import indexing as _indexing
from vizgrad.engine.surface import placing as _placing
from vizgrad.engine.surface import strided as _strided
from vizgrad.engine.surface.indexing import argwhere, index_put, nonzero, nonzero_static, unravel_index, where
from vizgrad.engine.surface.inplace import inplace as _inplace
from vizgrad.engine.surface.placing import (
    gather,
    index_add,
    index_copy,
    index_fill,
    index_reduce,
    index_select,
    masked_fill,
    masked_scatter,
    masked_select,
    put,
    scatter,
    scatter_add,
    scatter_reduce,
    take,
    take_along_dim,
)
from vizgrad.engine.surface.respelt import numpys_words as _numpys_words
from vizgrad.engine.surface.strided import tril, tril_indices, triu, triu_indices

__all__ = [
    "argwhere", "fill", "gather", "index_add", "index_copy", "index_fill", "index_put", "index_put_",
    "index_reduce", "index_select", "masked_fill", "masked_scatter", "masked_select", "nonzero", "nonzero_static",
    "put", "scatter", "scatter_add", "scatter_reduce", "take", "take_along_dim", "tril", "tril_indices", "triu",
    "triu_indices", "unravel_index", "where",
]  # fmt: skip

fill, index_put_ = _index.fill, _indexing.index_put_

_numpys_words(globals())


class Methods:
    """Of a tensor: picking and putting."""

    __slots__ = ()

    __getitem__, __setitem__ = _indexing.get, _indexing.put
    gather, take, take_along_dim, index_select = gather, take, take_along_dim, index_select
    masked_select, nonzero, nonzero_static, argwhere = masked_select, nonzero, nonzero_static, argwhere
    tril, triu = tril, triu

    def where(self, condition: object, other: object) -> object:
        """Take this tensor where the condition holds, ``other`` elsewhere."""
        return where(condition, self, other)

    index_put, index_put_ = index_put, _indexing.index_put_
    put, put_ = put, _placing.put_
    scatter, scatter_ = scatter, _placing.scatter_
    scatter_add, scatter_add_ = scatter_add, _placing.scatter_add_
    scatter_reduce, scatter_reduce_ = scatter_reduce, _placing.scatter_reduce_
    index_add, index_add_ = index_add, _placing.index_add_
    index_copy, index_copy_ = index_copy, _placing.index_copy_
    index_fill, index_fill_ = index_fill, _placing.index_fill_
    index_reduce, index_reduce_ = index_reduce, _placing.index_reduce_
    masked_fill, masked_fill_ = masked_fill, _placing.masked_fill_
    masked_scatter, masked_scatter_ = masked_scatter, _placing.masked_scatter_
    tril_, triu_ = _inplace(_index.tril), _inplace(_index.triu)

    copy_, fill_, zero_ = _placing.copy_, _placing.fill_, _placing.zero_
    fill_diagonal_ = _strided.fill_diagonal_
