"""Products added to something, and distances between all pairs."""

from __future__ import annotations

from vizgrad.engine.op import op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.matmul import paired, product
from vizgrad.engine.ops.matrices import adjoint, dims, same_kind
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


class added(product):
    """``beta`` times the input, stretched to the product's shape, and ``alpha`` times the product

    With ``beta`` 0 the input counts for nothing, not even its NaNs.
    """

    broadcasts = True
    former = ("beta input alpha", "beta input", "input beta alpha", "input beta")  # of functions, of methods


def _check(n, m, name, input, a, b):
    """The factors have ``n`` and ``m`` dimensions, and all have one dtype."""
    if a.ndim != n or b.ndim != m:
        dims(name, first=(a, n), second=(b, m))
    if a.dtype is not b.dtype or a.dtype is not input.dtype or a.dtype.kind == "b":
        same_kind(name, a, b, input)


def _sum(xp, name, input, y, beta, alpha):
    """Beta · input + alpha · y, in the dtype that both have."""
    if y.dtype.kind in "iu":  # as PyTorch does: of a fraction, the whole part counts
        beta, alpha = int(beta), int(alpha)
    if input.shape != y.shape and shapes.broadcast(input.shape, y.shape) != y.shape:
        raise RuntimeError(
            f"{name}: The expanded size of the tensor must match the product's size {list(y.shape)}, but the "
            f"input has size {list(input.shape)}"
        )
    y = y if alpha == 1 else y * alpha
    if beta == 0:
        return y
    return y + (input if beta == 1 else input * beta)


def _scaled(g, factor):
    return g if factor == 1 else g * (factor.conjugate() if isinstance(factor, complex) else factor)


@op
class addmm(added):
    """beta · x + alpha · a @ b"""

    samples = (Sample((3, 2), (3, 4), (4, 2)), Sample((2,), (3, 4), (4, 2), beta=0.5, alpha=2))
    formula = "beta · x + alpha · mat1 @ mat2"

    def forward(xp, input: Value, mat1: Value, mat2: Value, *, beta: float = 1, alpha: float = 1):
        _check(2, 2, "addmm", input, mat1, mat2)
        return _sum(xp, "addmm", input, xp.matmul(mat1, mat2), beta, alpha)

    def d_input(xp, g, beta):
        return _scaled(g, beta)

    def d_mat1(xp, g, mat2, alpha):
        return _scaled(xp.matmul(g, adjoint(xp, mat2)), alpha)

    def d_mat2(xp, g, mat1, alpha):
        return _scaled(xp.matmul(adjoint(xp, mat1), g), alpha)


@op
class addmv(added):
    """beta · x + alpha · A @ v"""

    samples = (Sample((3,), (3, 4), (4,)), Sample((), (3, 4), (4,), beta=0.5, alpha=2))
    formula = "beta · x + alpha · mat @ vec"

    def forward(xp, input: Value, mat: Value, vec: Value, *, beta: float = 1, alpha: float = 1):
        _check(2, 1, "addmv", input, mat, vec)
        return _sum(xp, "addmv", input, xp.matmul(mat, vec), beta, alpha)

    def d_input(xp, g, beta):
        return _scaled(g, beta)

    def d_mat(xp, g, vec, alpha):
        return _scaled(xp.reshape(g, (-1, 1)) * xp.conj(vec), alpha)

    def d_vec(xp, g, mat, alpha):
        return _scaled(xp.matmul(adjoint(xp, mat), g), alpha)


@op
class addr(added):
    """beta · x + alpha · a bᵀ, of two vectors"""

    samples = (Sample((3, 4), (3,), (4,)), Sample((3, 1), (3,), (4,), beta=0.5, alpha=2))
    promotes = "mixed"
    formula = "beta · x + alpha · vec1 · vec2ᵀ"

    def forward(xp, input: Value, vec1: Value, vec2: Value, *, beta: float = 1, alpha: float = 1):
        dims("addr", vec1=(vec1, 1), vec2=(vec2, 1))
        y = vec1[:, None] * vec2
        if y.dtype.kind == "b":
            y = y & bool(alpha)
            return _sum(xp, "addr", input & bool(beta), y, 1, 1)
        return _sum(xp, "addr", input, y, beta, alpha)

    def d_input(xp, g, beta):
        return _scaled(g, beta)

    def d_vec1(xp, g, vec2, alpha):
        return _scaled(xp.matmul(g, xp.conj(vec2)), alpha)

    def d_vec2(xp, g, vec1, alpha):
        return _scaled(xp.matmul(xp.swapaxes(g, 0, 1), xp.conj(vec1)), alpha)


@op
class baddbmm(added):
    """beta · x + alpha · a @ b, for stacks of matrices, pair by pair"""

    samples = (Sample((2, 3, 2), (2, 3, 4), (2, 4, 2)), Sample((2,), (2, 3, 4), (2, 4, 2), beta=0.5, alpha=2))
    formula = "beta · x + alpha · batch1 @ batch2"

    def forward(xp, input: Value, batch1: Value, batch2: Value, *, beta: float = 1, alpha: float = 1):
        _check(3, 3, "baddbmm", input, batch1, batch2)
        paired(batch1, batch2)
        return _sum(xp, "baddbmm", input, xp.matmul(batch1, batch2), beta, alpha)

    def d_input(xp, g, beta):
        return _scaled(g, beta)

    def d_batch1(xp, g, batch2, alpha):
        return _scaled(xp.matmul(g, adjoint(xp, batch2)), alpha)

    def d_batch2(xp, g, batch1, alpha):
        return _scaled(xp.matmul(adjoint(xp, batch1), g), alpha)


@op
class addbmm(added):
    """beta · x + alpha · Σ a @ b, the products of a stack added up"""

    samples = (Sample((3, 2), (2, 3, 4), (2, 4, 2)), Sample((2,), (2, 3, 4), (2, 4, 2), beta=0.5, alpha=2))
    formula = "beta · x + alpha · Σ batch1 @ batch2"

    def forward(xp, input: Value, batch1: Value, batch2: Value, *, beta: float = 1, alpha: float = 1):
        _check(3, 3, "addbmm", input, batch1, batch2)
        paired(batch1, batch2)
        n, m = batch1.shape[1], batch1.shape[0] * batch1.shape[2]
        y = xp.matmul(xp.swapaxes(batch1, 0, 1).reshape(n, m), batch2.reshape(m, batch2.shape[2]))
        return _sum(xp, "addbmm", input, y, beta, alpha)

    def d_input(xp, g, beta):
        return _scaled(g, beta)

    def d_batch1(xp, g, batch2, alpha):
        return _scaled(xp.matmul(g, adjoint(xp, batch2)), alpha)

    def d_batch2(xp, g, batch1, alpha):
        return _scaled(xp.matmul(adjoint(xp, batch1), g), alpha)


@op
class outer(product):
    """a bᵀ: all products of an element of one vector and an element of the other"""

    samples = (Sample((3,), (4,)),)
    promotes = "mixed"
    formula = "x · vec2ᵀ"

    def forward(xp, input: Value, vec2: Value):
        if input.ndim != 1 or vec2.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D arguments, but got {input.ndim}-D and {vec2.ndim}-D")
        return xp.reshape(input, (-1, 1)) * vec2

    def d_input(xp, g, vec2):
        return xp.sum(g * xp.conj(vec2), axis=-1)

    def d_vec2(xp, g, input):
        return xp.sum(g * xp.conj(xp.reshape(input, (-1, 1))), axis=0)


@op
class trace(product):
    """Σᵢ x[i, i]"""

    samples = (Sample((3, 3)), Sample((3, 4)))
    out = False
    formulas = {"input": "g on the diagonal"}
    formula = "Σᵢ x[i, i]"

    def forward(xp, input: Value):
        dims("trace", input=(input, 2))
        line = xp.diagonal(input)
        return xp.sum(line.astype("i8") if input.dtype.kind in "iub" else line)

    def d_input(xp, g, input_shape):
        line = xp.broadcast_to(g, (min(input_shape),))
        return xp.rule("diagonal_backward")(line, input_shape, 0, 0, 1)


@op
class cdist(product):
    """The p-norm of a - b for each row a of one matrix and each row b of another; 0 passes no gradient

    For p = 2 and more than 25 rows (or ``use_mm_for_euclid_dist``) by |a|² + |b|² - 2 a·b, which is fast and
    loses digits where a and b are close; ``donot_use_mm_for_euclid_dist`` forbids it.
    """

    samples = (Sample((3, 2), (4, 2)), Sample((2, 3, 2), (4, 2), p=3), Sample((3, 2), (4, 2), p=1))
    broadcasts = True
    out = False
    formula = "(Σ |a - b|ᵖ)^(1/p)"
    formulas = {"x1": "g · (a - b) |a - b|ᵖ⁻² / yᵖ⁻¹", "x2": "-g · (a - b) |a - b|ᵖ⁻² / yᵖ⁻¹"}

    def forward(xp, x1: Value, x2: Value, p: float = 2.0,
                compute_mode: str = "use_mm_for_euclid_dist_if_necessary"):  # fmt: skip
        _check_cdist(x1, x2, p, compute_mode)
        many = x1.shape[-2] > 25 or x2.shape[-2] > 25
        if p == 2 and (many if compute_mode.endswith("necessary") else compute_mode[:4] == "use_"):
            squares = xp.sum(x1 * x1, axis=-1)[..., None] + xp.sum(x2 * x2, axis=-1)[..., None, :]
            return xp.sqrt(xp.clip(squares - 2 * xp.matmul(x1, xp.swapaxes(x2, -1, -2)), 0, None))
        apart = x1[..., :, None, :] - x2[..., None, :, :]
        if not apart.shape[-1]:
            return xp.zeros(apart.shape[:-1], dtype=apart.dtype)
        return xp.rule("linalg_vector_norm")(apart, p, -1)

    def d_x1(xp, g, x1, x2, y, p):
        return _d_cdist(xp, g, x1, x2, y, p)

    def d_x2(xp, g, x1, x2, y, p):
        return _d_cdist(xp, xp.swapaxes(g, -1, -2), x2, x1, xp.swapaxes(y, -1, -2), p)


def _check_cdist(x1, x2, p, mode):
    if mode not in (
        "use_mm_for_euclid_dist_if_necessary",
        "use_mm_for_euclid_dist",
        "donot_use_mm_for_euclid_dist",
    ):
        raise ValueError(f"{mode} is not a valid value for compute_mode")
    for name, x in (("X1", x1), ("X2", x2)):
        if x.dtype.kind != "f":
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {x.dtype}")
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError(f"cdist only supports non-negative p values, but got {p}")


def _d_cdist(xp, g, a, b, y, p):
    if p == 2:  # Σ w (a - b) as products of matrices
        apart = xp.where(y == 0, xp.ones_like(y), y)
        w = xp.where(y == 0, xp.zeros_like(y), g / apart)
        return a * xp.sum(w, axis=-1, keepdims=True) - xp.matmul(w, b)
    apart = a[..., :, None, :] - b[..., None, :, :]
    size, g, y = xp.absolute(apart), g[..., None], y[..., None]
    if p == 0:
        return xp.sum(apart * 0 * g, axis=-2)
    size = xp.where(apart == 0, xp.ones_like(size), size)
    if p == float("inf"):
        return xp.sum(xp.where(xp.equal(size, y), apart / size * g, xp.zeros_like(apart)), axis=-2)
    safe = xp.where(y == 0, xp.ones_like(y), y)
    scale = xp.where(y == 0, xp.zeros_like(y), g / safe ** (p - 1))
    return xp.sum(apart * size ** (p - 2) * scale, axis=-2)
