"""Fourier transforms, in three forms: complex to complex, real to complex, complex to real.

Each is a matrix times its input, so its gradient is the adjoint matrix times g: the transform in the other direction,
scaled the other way.  Directions and scales are PyTorch's: ``inverse`` turns the sign of the exponent, and ``norm``
says which direction divides by n ("ortho": both, by √n).
"""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Shape, Value

OTHER = {"backward": "forward", "forward": "backward", "ortho": "ortho"}  # how the way back is scaled


class transform(Formula):
    """Along all of ``dim`` at once; a real transform halves the last of them."""

    promotes = "float"


def _full(xp, x, dim, norm, inverse):
    if not dim:
        return x.astype(xp.result_type(x.dtype, xp.complex64))
    if len(dim) == 1:  # at a third of the cost for a short one
        return (xp.fft.ifft if inverse else xp.fft.fft)(x, axis=dim[0], norm=norm)
    return (xp.fft.ifftn if inverse else xp.fft.fftn)(x, axes=dim, norm=norm)


def _half(xp, x, dim, norm, inverse):
    """The first half of the transform of real numbers; the rest is its mirror image, conjugated."""
    norm = OTHER[norm] if inverse else norm
    y = xp.fft.rfft(x, axis=dim[0], norm=norm) if len(dim) == 1 else xp.fft.rfftn(x, axes=dim, norm=norm)
    return xp.conj(y) if inverse else y


def _whole(xp, x, dim, norm, inverse, n):
    """Real numbers back from half a transform; ``n`` of them along the last dimension."""
    sizes = [*(x.shape[d] for d in dim[:-1]), n]
    if inverse:
        return xp.fft.irfftn(x, s=sizes, axes=dim, norm=norm)
    return xp.fft.irfftn(xp.conj(x), s=sizes, axes=dim, norm=OTHER[norm])


def _mirrored(xp, y, axis, n, factor):
    """The elements that stand for their mirror images too, times ``factor``: all but the first and the middle."""
    weights = xp.full(y.shape[axis], factor, dtype=y.real.dtype)
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    return y * weights.reshape([-1 if d == axis % y.ndim else 1 for d in range(y.ndim)])


@op
class fft_C2C(transform):
    """Σ x · exp(∓2πi jk/n) along ``dim``, of complex numbers"""

    formula = "Σ x · exp(∓2πi jk/n)"
    formulas = {"input": "Σ g · exp(±2πi jk/n)"}

    def forward(xp, input: Value, dim: Shape, norm: str, inverse: bool):
        return _full(xp, input, dim, norm, inverse)

    def d_input(xp, g, dim, norm, inverse):
        return xp.rule("fft_C2C")(g, dim, OTHER[norm], not inverse)


@op
class fft_R2C(transform):
    """Σ x · exp(∓2πi jk/n) along ``dim``, of real numbers; ``onesided``: only the half that says it all"""

    formula = "Σ x · exp(∓2πi jk/n)"
    formulas = {"input": "the real part of Σ g · exp(±2πi jk/n)"}

    def forward(xp, input: Value, dim: Shape, norm: str, inverse: bool, onesided: bool):
        return (_half if onesided else _full)(xp, input, dim, norm, inverse)

    def d_input(xp, g, input_shape, dim, norm, inverse, onesided):
        return xp.rule("fft_R2C_backward")(g, input_shape, dim, norm, inverse, onesided)


@op
class fft_R2C_backward(transform):
    """The adjoint of `fft_R2C`"""

    def forward(xp, g_in: Value, shape: Shape, dim: Shape, norm: str, inverse: bool, onesided: bool):
        if not onesided:
            return _full(xp, g_in, dim, OTHER[norm], not inverse).real
        n = shape[dim[-1]]
        return _whole(xp, _mirrored(xp, g_in, dim[-1], n, 0.5), dim, OTHER[norm], not inverse, n)

    def d_g_in(xp, g, dim, norm, inverse, onesided):
        return xp.rule("fft_R2C")(g, dim, norm, inverse, onesided)


@op
class fft_C2R(transform):
    """Real numbers, ``n`` along the last of ``dim``, from the half of their transform"""

    formula = "Σ x · exp(±2πi jk/n), over the half given and its mirror image"
    formulas = {"input": "Σ g · exp(∓2πi jk/n), twice where it stands for its mirror image too"}

    def forward(xp, input: Value, dim: Shape, norm: str, inverse: bool, n: int):
        return _whole(xp, input, dim, norm, inverse, n)

    def d_input(xp, g, dim, norm, inverse, n):
        return xp.rule("fft_C2R_backward")(g, dim, norm, inverse, n)


@op
class fft_C2R_backward(transform):
    """The adjoint of `fft_C2R`"""

    def forward(xp, g_in: Value, dim: Shape, norm: str, inverse: bool, n: int):
        return _mirrored(xp, _half(xp, g_in, dim, OTHER[norm], not inverse), dim[-1], n, 2)

    def d_g_in(xp, g, dim, norm, inverse, n):
        return xp.rule("fft_C2R")(g, dim, norm, inverse, n)


@op
class fitted(Formula):
    """Cut, or filled up with zeros at the end, to the sizes given for some dimensions"""

    exact = True
    formula = "x, cut or followed by zeros"
    formulas = {"input": "g, cut or followed by zeros"}
    samples = (Sample((3, 4), sizes=((0, 5), (1, 2))), Sample((3,), sizes=((-1, 3),)))

    def forward(xp, input: Value, sizes: tuple[tuple[int, int], ...]):
        shape = list(input.shape)
        for d, n in sizes:
            shape[d] = n
        part = tuple(slice(min(a, b)) for a, b in zip(input.shape, shape, strict=True))
        if all(a >= b for a, b in zip(input.shape, shape, strict=True)):
            return input[part].copy()
        y = xp.zeros(shape, dtype=input.dtype)
        y[part] = input[part]
        return y

    def d_input(xp, g, input_shape, sizes):
        return xp.rule("fitted")(g, tuple((d, input_shape[d]) for d, _ in sizes))


@op
class frames(Formula):
    """Pieces of ``size`` elements of the last dimension, each ``hop`` after the one before: (…, pieces, size)"""

    exact = True
    formula = "x[hop · i + j]"
    formulas = {"input": "the pieces of g, added where they overlap"}
    samples = (Sample((2, 9), size=4, hop=2), Sample((8,), size=3, hop=3), Sample((8,), size=2, hop=3))

    def forward(xp, input: Value, size: int, hop: int):
        seen = xp.lib.stride_tricks.sliding_window_view(input, size, axis=-1)
        return seen[..., ::hop, :].copy()

    def d_input(xp, g, input_shape, size, hop):
        return xp.rule("overlapped")(g, hop, input_shape[-1])


@op
class overlapped(Formula):
    """Pieces laid out ``hop`` after one another in ``length`` elements, and added where they overlap"""

    formula = "Σ x[i, j] over hop · i + j = k"
    formulas = {"input": "g[hop · i + j]"}
    samples = (Sample((2, 3, 4), hop=2, length=9), Sample((3, 4), hop=3, length=10))

    def forward(xp, input: Value, hop: int, length: int):
        *before, count, size = input.shape
        blocks = -(-size // hop)
        y = xp.zeros((*before, count + blocks, hop), dtype=input.dtype)
        for i in range(blocks):  # a few slices, however many pieces there are
            part = input[..., i * hop : (i + 1) * hop]
            y[..., i : i + count, : part.shape[-1]] += part
        y = y.reshape((*before, -1))
        if y.shape[-1] < length:
            y = xp.concatenate([y, xp.zeros((*before, length - y.shape[-1]), dtype=y.dtype)], axis=-1)
        return y[..., :length].copy()

    def d_input(xp, g, input_shape, hop):
        size = input_shape[-1]
        needed = (input_shape[-2] - 1) * hop + size
        return xp.rule("frames")(xp.rule("fitted")(g, ((-1, needed),)), size, hop)
