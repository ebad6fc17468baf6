"""Complex numbers: their parts, lengths and angles.

A gradient of a real-valued loss by a complex number z is ∂ℒ/∂Re z + i ∂ℒ/∂Im z, as in PyTorch: the direction of
steepest ascent.  Hence the conjugates in the formulas of other files.
"""

from __future__ import annotations

from vizgrad.engine import dtype
from vizgrad.engine.op import Formula, op

from . import demands
from .elementwise import analytic, elementwise, sign_of
from .samples import ONE
from .words import Value

_NO_IMAG = "imag is not implemented for tensors with non-complex dtypes."
_UNLIKE = "Expected both inputs to be Half, Float or Double tensors but got {} and {}"


@op
class conj(elementwise):
    """The complex conjugate; a real number is its own"""

    samples = ONE
    tensors = ""
    view = True  # of a real tensor
    out = False

    def forward(xp, input: Value):
        return xp.conj(input)

    def d_input(xp, g):
        return xp.conj(g)


@op
class conj_physical(elementwise):
    """The complex conjugate in memory of its own"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.conj(input)

    def d_input(xp, g):
        return xp.conj(g)


@op
class real(elementwise):
    """The real part: of a complex tensor a view"""

    samples = ONE
    view = True
    out = False

    def forward(xp, input: Value):
        return input.real

    def d_input(xp, g):
        return g

    formula = "Re(x)"


@op
class imag(elementwise):
    """The imaginary part, a view"""

    view = True
    out = False
    kinds = "c"
    advice = _NO_IMAG

    def forward(xp, input: Value):
        if input.dtype.kind != "c":
            raise RuntimeError(_NO_IMAG)
        return input.imag

    def d_input(xp, g):
        return g * 1j

    formula = "Im(x)"


@op
class sgn(elementwise):
    """x / |x|, and 0 at 0: of a real number its sign"""

    samples = ONE
    formula = "x / |x|"
    formulas = {"input": "(g - Re(g · conj(y)) · y) / |x|"}

    def forward(xp, input: Value):
        return xp.sign(input) if dtype.is_complex(input) else sign_of(xp, input)

    def d_input(xp, g, input, y):
        if not dtype.is_complex(input):
            return xp.zeros_like(g)
        size = xp.absolute(input)
        turned = (g - xp.real(g * xp.conj(y)) * y) / xp.where(size == 0, xp.ones_like(size), size)
        return xp.where(size == 0, xp.zeros_like(turned), turned)


@op
class angle(analytic):
    """The angle of x in the complex plane, in rad: of a real number 0 or π"""

    samples = ONE
    formulas = {"input": "g · i · x / |x|²"}

    def forward(xp, input: Value):
        if input.dtype.kind == "c":
            return xp.arctan2(input.imag, input.real)
        flat = xp.where(input < 0, xp.full_like(input, xp.pi), xp.zeros_like(input))
        return xp.where(xp.isnan(input), input, flat)

    def d_input(xp, g, input):
        if not dtype.is_complex(input):
            return xp.zeros_like(g)
        size = xp.absolute(input)
        turned = g * 1j * input / xp.square(xp.where(size == 0, xp.ones_like(size), size))
        return xp.where(size == 0, xp.zeros_like(turned), turned)


@op
class complex(Formula):
    """a + bi"""

    shape = elementwise.shape
    broadcasts = True
    out = True
    tensors = "all"
    formula = "a + b · i"

    def forward(xp, real: Value, imag: Value):
        _alike(real, imag)
        y = xp.empty(xp.broadcast_shapes(real.shape, imag.shape), "c16" if real.dtype.itemsize == 8 else "c8")
        y.real, y.imag = real, imag
        return y

    def d_real(xp, g):
        return xp.real(g)

    def d_imag(xp, g):
        return xp.imag(g)


@op
class polar(Formula):
    """The number of that length and angle: a (cos b + i sin b)"""

    shape = elementwise.shape
    broadcasts = True
    out = True
    tensors = "all"

    def forward(xp, abs: Value, angle: Value):
        _alike(abs, angle)
        return abs * xp.exp(1j * angle)

    def d_abs(xp, g, angle):
        return xp.real(g * xp.exp(-1j * angle))

    def d_angle(xp, g, y):
        return xp.real(g * xp.conj(1j * y))


def _alike(first, second):
    """Raise unless both are of one floating dtype."""
    a, b = dtype.of(first), dtype.of(second)
    if not (a.is_floating_point and b.is_floating_point):
        raise RuntimeError(_UNLIKE.format(a.legacy, b.legacy))
    if a is not b:
        raise RuntimeError(
            f"Expected object of scalar type {a.legacy} but got scalar type {b.legacy} for second argument"
        )


@op
class view_as_real(Formula):
    """A complex tensor as pairs of real numbers in one more dimension, a view"""

    view = True
    tensors = "all"
    kinds = "c"
    formulas = {"input": "view_as_complex(g)"}

    def forward(xp, input: Value):
        if input.dtype.kind != "c":
            raise RuntimeError("view_as_real is only supported for complex tensors")
        half = "f8" if input.dtype.itemsize == 16 else "f4"
        pairs = input[..., None]  # the parts of one number are neighbours, whatever the other strides are
        return pairs.view(half)

    def d_input(xp, g):
        return xp.complex(g[..., 0], g[..., 1])


@op
class view_as_complex(Formula):
    """Pairs of real numbers in the last dimension as one complex tensor, a view"""

    view = True
    tensors = "all"
    kinds = demands.FLOATING
    formulas = {"input": "view_as_real(g)"}

    def forward(xp, input: Value):
        if input.dtype.kind != "f" or input.dtype.itemsize < 4:
            raise RuntimeError(
                f"view_as_complex is only supported for float and double tensors, but got {dtype.of(input).legacy}"
            )
        if not input.ndim:
            raise RuntimeError("Input tensor must have one or more dimensions")
        if input.shape[-1] != 2:
            raise RuntimeError("Tensor must have a last dimension of size 2")
        if input.strides[-1] != input.itemsize:
            raise RuntimeError("Tensor must have a last dimension with stride 1")
        return input.view("c16" if input.dtype.itemsize == 8 else "c8")[..., 0]

    def d_input(xp, g):
        return xp.view_as_real(g)
