"""Looking up rows of a table."""

from __future__ import annotations

from vizgrad.engine.ops import embedding as rows
from vizgrad.engine.ops.embedding import one_hot
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.tensor import Tensor

__all__ = ["embedding", "one_hot"]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Row number ``input`` of the table ``weight``, for each number of input: (*) to (*, width)

    ``padding_idx``: that row gets no gradient.  ``max_norm``: rows longer than that (in the norm
    ``norm_type``) are first shortened, in place.  ``scale_grad_by_freq`` divides a row's gradient by how
    often it was looked up.  ``sparse``: the gradient is a sparse tensor of the rows that were looked up.
    """
    if weight.ndim != 2:
        raise RuntimeError(f"'weight' must be 2-D, but it has {weight.ndim} dimensions")
    if padding_idx is not None:
        if not -len(weight) <= padding_idx < len(weight):
            raise AssertionError(
                f"Padding_idx must be within num_embeddings, but {padding_idx} is not in {len(weight)}"
            )
        padding_idx %= len(weight)
    if max_norm is not None:
        shorten(weight, input, max_norm, norm_type)
    return rows.embedding(input, weight, padding_idx, scale_grad_by_freq, sparse)


def shorten(weight: Tensor, input: Tensor, max_norm: float, norm_type: float) -> None:
    """Scale the rows that ``input`` names down to length ``max_norm``, where they are longer."""
    with no_grad():
        for row in sorted(set(input.reshape(-1).tolist())):
            length = float(weight[row].norm(norm_type))
            if length > max_norm:
                weight[row] *= max_norm / (length + 1e-7)
