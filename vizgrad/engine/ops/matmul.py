"""Products of matrices."""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


@op
class matmul(Formula):
    """Matrix product: y[i, k] = Σⱼ a[i, j] b[j, k]

    Vectors count as a row on the left and as a column on the right; further dimensions are stretched.
    """

    samples = (
        Sample((3, 4), (4, 2)),
        Sample((5, 3, 4), (4, 2)),
        Sample((5, 3, 4), (5, 4, 2)),
        Sample((4,), (4, 2)),
        Sample((3, 4), (4,)),
        Sample((4,), (4,)),
    )
    shape = staticmethod(shapes.matmul)
    broadcasts = True  # a stack of matrices meets a single one

    def forward(xp, input: Value, other: Value):
        if input.dtype != other.dtype:
            raise RuntimeError(
                f"expected m1 and m2 to have the same dtype, but got: {input.dtype} != {other.dtype}; "
                "convert one of them with .to(dtype)"
            )
        return input @ other

    def d_input(xp, g, input_shape, other):
        if len(other.shape) == 1:
            return xp.reshape(g, (*g.shape, 1)) * xp.conj(other)
        if len(input_shape) == 1:
            return xp.sum(xp.reshape(g, (*g.shape[:-1], 1, g.shape[-1])) * xp.conj(other), axis=-1)
        return g @ xp.conj(xp.swapaxes(other, -1, -2))

    def d_other(xp, g, input, other_shape):
        if len(input.shape) == len(other_shape) == 1:
            return xp.conj(input) * g
        if len(input.shape) == 1:
            return xp.reshape(xp.conj(input), (*input.shape, 1)) * xp.reshape(
                g, (*g.shape[:-1], 1, g.shape[-1])
            )
        if len(other_shape) == 1:
            return xp.sum(
                xp.reshape(g, (*g.shape, 1)) * xp.conj(input), axis=tuple(range(len(input.shape) - 1))
            )
        return xp.conj(xp.swapaxes(input, -1, -2)) @ g


@op
class linear(Formula):
    """y = x Wᵀ + b: every output is a weighted sum of every input

    input (*, in), weight (out, in), bias (out,) or None; output (*, out).
    """

    samples = (Sample((5, 4), (3, 4), (3,)), Sample((2, 5, 4), (3, 4), (3,)), Sample((4,), (3, 4), (3,)))

    @staticmethod
    def shape(input, weight, bias=None):
        if input[-1] != weight[-1]:
            raise RuntimeError(
                f"mat1 and mat2 shapes cannot be multiplied ({shapes.product(input[:-1])}x{input[-1]} and "
                f"{weight[-1]}x{weight[0]})"
            )
        return (*input[:-1], weight[0])

    def forward(xp, input: Value, weight: Value, bias: Value | None = None):
        y = input @ xp.swapaxes(weight, 0, 1)
        if bias is not None:
            y += bias  # into the product's own memory
        return y

    def d_input(xp, g, weight):
        return g @ weight

    def d_weight(xp, g, input):
        rows = xp.reshape(g, (-1, g.shape[-1]))
        return xp.swapaxes(rows, 0, 1) @ xp.reshape(input, (-1, input.shape[-1]))

    def d_bias(xp, g):
        return xp.sum(xp.reshape(g, (-1, g.shape[-1])), axis=0)
