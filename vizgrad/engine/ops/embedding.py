"""Tables that are looked up by number."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


@op
class embedding(Formula):
    """Row number ``input`` of the table ``weight``, for each number of input

    input (*) whole numbers, weight (rows, width); output (*, width).  The row ``padding_idx`` gets no
    gradient. Bengio et al., *A Neural Probabilistic Language Model*, 2003, section 2.
    """

    # The settings change the gradient on purpose, so that it is not the slope: tests/engine/test_embedding.py
    samples = (Sample((5,), (4, 3), whole={0: 4}), Sample((2, 3), (4, 3), whole={0: 4}))
    formula = "W[x]"

    @staticmethod
    def shape(input, weight, padding_idx=None, scale_grad_by_freq=False, sparse=False):
        return (*input, weight[1])

    def forward(
        xp,
        input: Value,
        weight: Value,
        padding_idx: int | None = None,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ):
        if input.dtype.kind not in "iu":
            raise RuntimeError(
                "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, "
                f"Int; but got {input.dtype} instead; convert it with .long()"
            )
        if input.size and not 0 <= int(input.min()) <= int(input.max()) < len(weight):
            raise IndexError(
                f"index out of range in self: numbers from {int(input.min())} to {int(input.max())} meet "
                f"a table of {len(weight)} rows"
            )
        return weight[input]

    def d_weight(xp, g, input, weight_shape, padding_idx, scale_grad_by_freq, sparse):
        if sparse:
            return touched_rows(g, input, weight_shape, padding_idx, scale_grad_by_freq)
        settings = (weight_shape[0], padding_idx, scale_grad_by_freq)
        return xp.rule("embedding_weight")(g, input, *settings)


@op
class embedding_weight(Formula):
    """The gradient of a table: each row collects the gradients of all places that looked it up"""

    samples = (Sample((5, 3), (5,), whole={1: 4}, rows=4, padding_idx=2, scale_grad_by_freq=False),)
    formula = "∂L/∂W[r] = Σ g[i] over all i with x[i] = r"

    def forward(xp, g_out: Value, input: Value, rows: int, padding_idx: int | None, scale_grad_by_freq: bool):
        flat, places = g_out.reshape(-1, g_out.shape[-1]), input.reshape(-1)
        if scale_grad_by_freq:
            flat = flat / xp.bincount(places, minlength=rows).astype(flat.dtype)[places][:, None]
        dw = xp.zeros((rows, g_out.shape[-1]), dtype=g_out.dtype)
        xp.add_rows(dw, places, flat)
        if padding_idx is not None:
            dw[padding_idx] = 0
        return dw

    def d_g_out(xp, g, input, padding_idx, scale_grad_by_freq):
        return xp.rule("embedding_pick")(g, input, padding_idx, scale_grad_by_freq)


@op
class embedding_pick(Formula):
    """`embedding` with zeros for the padding row, and divided by how often a row is looked up if asked"""

    samples = (Sample((4, 3), (5,), whole={1: 4}, padding_idx=1, scale_grad_by_freq=True),)
    formula = "W[x]"

    def forward(xp, weight: Value, input: Value, padding_idx: int | None, scale_grad_by_freq: bool):
        y = weight[input]
        if padding_idx is not None:
            y[input == padding_idx % len(weight)] = 0
        if scale_grad_by_freq:
            y /= xp.bincount(input.reshape(-1)).astype(y.dtype)[input][..., None]
        return y

    def d_weight(xp, g, input, weight_shape, padding_idx, scale_grad_by_freq):
        settings = (weight_shape[0], padding_idx, scale_grad_by_freq)
        return xp.rule("embedding_weight")(g, input, *settings)


@op
class one_hot(Formula):
    """For each number a row of zeros with a 1 at its place; ``num_classes`` -1: as many as needed"""

    ordered = True
    formula = "1 where j = x, else 0"

    def forward(xp, input: Value, num_classes: int = -1):
        if input.dtype.kind not in "iu":
            raise RuntimeError("one_hot is only applicable to index tensor; convert it with .long()")
        if input.size and int(input.min()) < 0:
            raise RuntimeError("Class values must be non-negative.")
        largest = int(input.max()) if input.size else -1
        if num_classes == -1:
            if largest < 0:
                raise RuntimeError("Can not infer total number of classes from empty tensor.")
            num_classes = largest + 1
        if largest >= num_classes:
            raise RuntimeError("Class values must be smaller than num_classes.")
        return (input[..., None] == xp.arange(num_classes)).astype("int64")


def touched_rows(g: Any, input: Any, size: Any, padding_idx: int | None, scale_grad_by_freq: bool) -> Any:
    """The gradient of a table as a sparse tensor: only the rows that were looked up, as often as they were."""
    from vizgrad.engine.surface.sparse_tensor import SparseTensor

    if scale_grad_by_freq:
        raise RuntimeError("embedding_backward: scale_grad_by_freq not supported with sparse gradients")
    places, values = input.reshape(-1), g.reshape(-1, g.shape[-1])
    if padding_idx is not None:
        counts = places != padding_idx % size[0]
        places, values = places[counts], values[counts]
    elif not isinstance(values, Bare):
        values = values.copy()  # a gradient may be shared, or stretched from one number
    at, held = (x if isinstance(x, Bare) else Bare._wrap(x) for x in (places, values))
    return SparseTensor(at.reshape(1, -1), held, size)
