"""Products of two operands: matrices, stacks of them, vectors."""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.matrices import adjoint, dims, same_factors, same_kind
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


class product(Formula):
    """Sums of products; operands have one dtype."""

    out = True


@op
class matmul(product):
    """Matrix product: y[i, k] = Σⱼ a[i, j] b[j, k]

    Vectors count as a row on the left and as a column on the right; further dimensions are stretched.
    """

    samples = (
        Sample((3, 4), (4, 2)),
        Sample((5, 3, 4), (4, 2)),
        Sample((5, 3, 4), (5, 4, 2)),
        Sample((2, 1, 3, 4), (5, 4, 2)),
        Sample((4,), (4, 2)),
        Sample((4,), (3, 4, 2)),
        Sample((3, 4), (4,)),
        Sample((5, 3, 4), (4,)),
        Sample((4,), (4,)),
    )
    shape = staticmethod(shapes.matmul)
    broadcasts = True  # a stack of matrices meets a single one
    formula = "a @ b"
    formulas = {"input": "g @ bᵀ", "other": "aᵀ @ g"}

    def forward(xp, input: Value, other: Value):
        if input.dtype is not other.dtype or input.dtype.kind == "b":
            same_kind("addmm_impl_cpu_", input, other)
        return xp.matmul(input, other)

    def d_input(xp, g, input_shape, other):
        if len(other.shape) == 1:
            return xp.reshape(g, (*g.shape, 1)) * xp.conj(other)
        if len(input_shape) == 1:
            return xp.sum(xp.reshape(g, (*g.shape[:-1], 1, g.shape[-1])) * xp.conj(other), axis=-1)
        return xp.matmul(g, adjoint(xp, other))

    def d_other(xp, g, input, other_shape):
        if len(input.shape) == len(other_shape) == 1:
            return xp.conj(input) * g
        if len(input.shape) == 1:
            return xp.reshape(xp.conj(input), (*input.shape, 1)) * xp.reshape(
                g, (*g.shape[:-1], 1, g.shape[-1])
            )
        if len(other_shape) < 3 and len(input.shape) > 2:  # one product for the whole stack
            n = shapes.product(input.shape[:-1])
            g = xp.reshape(g, (n,) if len(other_shape) == 1 else (n, g.shape[-1]))
            input = xp.reshape(input, (n, input.shape[-1]))
        return xp.matmul(adjoint(xp, input), g)


def _check(n, m, name, a, b):
    """The operands have ``n`` and ``m`` dimensions and one dtype: asked at every product, so in few words."""
    if a.ndim != n or b.ndim != m:
        dims(name, first=(a, n), second=(b, m))
    if a.dtype is not b.dtype or a.dtype.kind == "b":
        same_kind(name, a, b)


@op
class mm(product):
    """Product of two matrices: y[i, k] = Σⱼ a[i, j] b[j, k]"""

    samples = (Sample((3, 4), (4, 2)),)
    shape = staticmethod(shapes.matmul)
    formula = "x @ mat2"

    def forward(xp, input: Value, mat2: Value):
        _check(2, 2, "mm", input, mat2)
        return xp.matmul(input, mat2)

    def d_input(xp, g, mat2):
        return xp.matmul(g, adjoint(xp, mat2))

    def d_mat2(xp, g, input):
        return xp.matmul(adjoint(xp, input), g)


@op
class bmm(product):
    """Products of the matrices of two stacks, pair by pair; input (b, n, m), mat2 (b, m, p)"""

    samples = (Sample((5, 3, 4), (5, 4, 2)),)
    shape = staticmethod(shapes.matmul)
    formula = "x @ mat2"

    def forward(xp, input: Value, mat2: Value):
        _check(3, 3, "bmm", input, mat2)
        paired(input, mat2)
        return xp.matmul(input, mat2)

    def d_input(xp, g, mat2):
        return xp.matmul(g, adjoint(xp, mat2))

    def d_mat2(xp, g, input):
        return xp.matmul(adjoint(xp, input), g)


def paired(batch1, batch2):
    """Raise unless the stacks are as high, and their matrices fit."""
    b, _, m = batch1.shape
    if batch2.shape[:2] != (b, m):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {m}] but got: "
            f"[{batch2.shape[0]}, {batch2.shape[1]}]."
        )


@op
class mv(product):
    """Product of a matrix and a vector: y[i] = Σⱼ a[i, j] b[j]"""

    samples = (Sample((3, 4), (4,)),)
    shape = staticmethod(shapes.matmul)
    formula = "x @ vec"

    def forward(xp, input: Value, vec: Value):
        _check(2, 1, "mv", input, vec)
        return xp.matmul(input, vec)

    def d_input(xp, g, vec):
        return xp.reshape(g, (-1, 1)) * xp.conj(vec)

    def d_vec(xp, g, input):
        return xp.matmul(adjoint(xp, input), g)


@op
class dot(product):
    """Σᵢ a[i] b[i] of two vectors"""

    samples = (Sample((4,), (4,)),)
    shape = staticmethod(shapes.matmul)
    formula = "Σ x · tensor"

    def forward(xp, input: Value, tensor: Value):
        _check(1, 1, "dot", input, tensor)
        return xp.matmul(input, tensor)

    def d_input(xp, g, tensor):
        return g * xp.conj(tensor)

    def d_tensor(xp, g, input):
        return g * xp.conj(input)


@op
class vdot(product):
    """Σᵢ conj(a[i]) b[i] of two vectors"""

    samples = (Sample((4,), (4,)),)
    shape = staticmethod(shapes.matmul)
    formula = "Σ conj(a) · b"

    def forward(xp, input: Value, other: Value):
        _check(1, 1, "vdot", input, other)
        return xp.matmul(xp.conj(input), other)

    def d_input(xp, g, other):
        return xp.conj(g) * other

    def d_other(xp, g, input):
        return g * input


@op
class linear(Formula):
    """y = x Wᵀ + b: every output is a weighted sum of every input

    input (*, in), weight (out, in), bias (out,) or None; output (*, out).
    """

    grad_fn = "Addmm"
    samples = (Sample((5, 4), (3, 4), (3,)), Sample((2, 5, 4), (3, 4), (3,)), Sample((4,), (3, 4), (3,)))
    out = True

    @staticmethod
    def shape(input, weight, bias=None):
        if input[-1] != weight[-1]:
            raise RuntimeError(
                f"mat1 and mat2 shapes cannot be multiplied ({shapes.product(input[:-1])}x{input[-1]} and "
                f"{weight[-1]}x{weight[0]})"
            )
        y = (*input[:-1], weight[0])
        if bias is not None and tuple(bias) not in ((1,), (weight[0],), ()):
            raise RuntimeError(
                f"The expanded size of the tensor ({weight[0]}) must match the existing size ({bias[-1]}) at "
                f"non-singleton dimension {len(y) - 1}.  Target sizes: {list(y)}.  Tensor sizes: {list(bias)}"
            )
        return y

    def forward(xp, input: Value, weight: Value, bias: Value | None = None):
        kind = getattr(input, "dtype", None)  # none while the formula is being written
        if kind and (
            kind is not weight.dtype or kind.kind == "b" or (bias is not None and bias.dtype is not kind)
        ):
            same_factors(input, weight, bias)
        y = xp.matmul(input, xp.swapaxes(weight, 0, 1))
        if bias is not None:
            y += bias  # into the product's own memory
        return y

    def d_input(xp, g, weight):
        return xp.matmul(g, xp.conj(weight))

    def d_weight(xp, g, input):
        return xp.matmul(xp.swapaxes(_rows(xp, g), 0, 1), xp.conj(_rows(xp, input)))

    def d_bias(xp, g):
        return xp.sum(_rows(xp, g), axis=0)


def _rows(xp, x):
    """A stack of rows as one matrix."""
    if not shapes.known(x.shape):
        return x
    return xp.reshape(x, (shapes.product(x.shape[:-1]), x.shape[-1]))
