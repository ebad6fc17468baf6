"""``torch.sparse``: tensors that are mostly 0, as the places and the values of the rest.

As much as gradients of embeddings and products with sparse matrices need; see `sparse_coo_tensor`.
"""

from __future__ import annotations

from vizgrad.engine.surface.sparse import addmm, mm, sum
from vizgrad.engine.surface.sparse import legacy as DoubleTensor
from vizgrad.engine.surface.sparse import legacy as FloatTensor

__all__ = ["DoubleTensor", "FloatTensor", "addmm", "mm", "sum"]
