"""What picks elements out and puts elements in: indexing, gathering, scattering, masks."""

from __future__ import annotations

from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops import shape as _shape
from vizgrad.engine.ops.index import masked_fill, tril, triu
from vizgrad.engine.surface import form as _form
from vizgrad.engine.surface import indexing as _indexing
from vizgrad.engine.surface import inplace as _written
from vizgrad.engine.surface.form import gather
from vizgrad.engine.surface.indexing import index_select, masked_select, nonzero
from vizgrad.engine.surface.inplace import inplace as _inplace

__all__ = ["gather", "index_select", "masked_fill", "masked_select", "nonzero", "tril", "triu"]


class Methods:
    """Of a tensor: picking and putting."""

    __slots__ = ()

    __getitem__, __setitem__ = _indexing.get, _indexing.put
    gather, scatter_add, masked_fill = gather, _form.scatter_add, masked_fill
    index_select, tril, triu = index_select, tril, triu
    masked_select, nonzero = masked_select, nonzero

    copy_, fill_ = _inplace(_shape.copy, ignores="non_blocking"), _inplace(_index.fill)
    masked_fill_ = _inplace(masked_fill)
    zero_ = _written.zero_
