"""Element by element as PyTorch: promotion, kinds of numbers, errors, complex gradients, in-place operators."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

# Evaluated once with PyTorch and once here: values, shapes, dtypes and the types of errors must be the same.
EXPRESSIONS = """
u + (-3);  u + 300;  u < -1;  u == -1;  u * -1;  u - 3;  3 - u;  i8 + 200;  1 << i;  u << 9;  i << 64
i >> 64;  -i >> 70;  b - b;  b - 1;  1 - b;  -b;  +b;  b + b;  b * b;  b + 1;  b + 1.5;  b & True;  i & True
~b;  ~i;  ~f;  f & f;  f << 1;  i / 2;  i // 2;  -i // 2;  i % 3;  -i % 3;  i // 0;  i % 0;  f // 0;  2 // f
5 % f;  f % -2;  b // b;  b % b;  i // b;  i ** 2;  i ** -1;  i ** i;  i ** -i;  f ** 0;  f ** 0.5;  2 ** f
2 ** i;  b ** 2;  b ** b;  i ** 0.5;  f ** 1j;  lib.add(f, f, alpha=True);  lib.add(i, i, alpha=1.5)
lib.add(b, b, alpha=2);  lib.add(u, u, alpha=-2);  lib.add(f, f, alpha=1j);  lib.add(2, f);  lib.sub(2, f)
lib.rsub(f, 2);  lib.rsub(b, 2);  lib.mul(2, f);  lib.div(f, f, rounding_mode='x')
lib.div(-i, 2, rounding_mode='trunc');  lib.div(-i, 2, rounding_mode='floor')
lib.div(-f, 2, rounding_mode='trunc');  lib.div(b, b, rounding_mode='floor');  lib.fmod(-i, 2)
lib.fmod(i, 2.5);  lib.fmod(i, 0);  lib.exp(2.0);  lib.maximum(f, 2);  lib.eq(2, f);  lib.atan2(i, i)
lib.atan2(f, 2);  lib.pow(2, 3);  lib.floor(b);  lib.floor(i);  lib.floor(c);  lib.round(i, decimals=1)
lib.frac(i);  lib.trunc(-f);  lib.sign(c);  lib.sign(b);  lib.sgn(c);  lib.abs(b);  lib.abs(c)
lib.square(b);  lib.lt(c, c);  lib.eq(c, c);  lib.isreal(c);  lib.clamp(i, 0.5);  lib.clamp(b, 0, 1)
lib.clamp(c, 0, 1);  lib.clamp(f);  lib.clamp(f, i, None);  lib.clamp(f, f, 1)
lib.clamp(f, lib.tensor(1.5), lib.tensor(1.2));  lib.clamp_min(i, 0.5);  lib.clamp_min(i, lib.tensor(0.5))
lib.where(b, i, 1.5);  lib.where(b, f, i);  lib.where(f, f, f);  lib.where(b, 1, 2)
lib.where(b, f, f.double());  lib.where(b, 1.5, 2.5);  lib.where(b, 1, 2.5);  lib.where(b, True, 2)
lib.where(b, 1j, 2.5);  lib.where(b, 2, 1j);  lib.signbit(lib.remainder(w[3:], -1.5))
lib.signbit(lib.remainder(w[3:], 1.5));  lib.signbit(lib.remainder(-2.0 * i, 2))
lib.signbit(lib.special.entr(w[3:]));  lib.signbit(lib.special.entr(f))
lib.addcdiv(i, i, i);  lib.addcmul(i, i, i, value=1.5);  lib.addcmul(f, i, f)
lib.gcd(f, f);  lib.gcd(b, b);  lib.lcm(i, 6);  lib.imag(f);  lib.real(f);  lib.angle(i);  lib.angle(-f)
lib.polar(f, i);  lib.complex(f, f.double());  lib.conj_physical(b);  lib.nan_to_num(i);  lib.nan_to_num(w)
lib.nan_to_num(w.double(), 1.0, 2.0, 3.0);  lib.signbit(b);  lib.signbit(w);  lib.copysign(i, -f)
lib.copysign(f, -0.0);  lib.frexp(i);  lib.ldexp(f.double(), i);  lib.heaviside(w, f[:1])
lib.float_power(f, 2);  lib.float_power(2, f);  f.float_power_(2);  lib.isposinf(c);  lib.isneginf(w)
lib.fmax(w, f[:1]);  lib.fmin(c, c);  lib.maximum(w, f[:1]);  lib.logaddexp(w, w);  lib.xlogy(0, f)
lib.xlogy(w, 0.0);  lib.special.entr(w);  lib.logit(f / 4);  lib.logit(w, 0.1);  lib.logical_and(f, i)
lib.logical_xor(c, b);  lib.isclose(w, w, equal_nan=True);  lib.isclose(f, f, rtol=-1);  lib.sinc(f)
lib.hypot(i, i);  lib.lerp(f, f + 1, 0.3);  lib.positive(b);  lib.exp2(b);  lib.true_divide(i, 2)
f.half() + 1;  f.half() * f;  f.bfloat16() * 3;  f.bfloat16() + f.half();  f * i;  f.double() * f[0]
i * f[0];  f[0] * i[0];  f.half().exp();  f.bfloat16().sigmoid();  (-40 * f).sigmoid();  i.sqrt();  b.exp()
i.eq_(1);  f.eq_(2.0);  i.div_(2);  i.add_(1.5)
""".replace("\n", ";").split(";")


def operands(lib):
    tensor = lib.tensor
    return {
        "lib": lib,
        "f": tensor([1.0, 2.5, 3.0]),
        "i": tensor([1, 2, 3]),
        "u": tensor([1, 2, 3], dtype=lib.uint8),
        "i8": tensor([1, 2, 100], dtype=lib.int8),
        "b": tensor([True, False, True]),
        "c": tensor([1 + 2j, -1j, 0j]),
        "w": tensor([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, -1.5]),
    }


def outcome(lib, expression):
    try:
        return eval(expression, operands(lib))
    except Exception as error:
        return error


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("expression", [e.strip() for e in EXPRESSIONS if e.strip()])
def test_same_as_pytorch(expression):
    want, got = outcome(torch, expression), outcome(vizgrad, expression)
    if isinstance(want, Exception):
        assert isinstance(got, Exception), f"PyTorch raises {want!r}"
        assert issubclass(
            type(got), next(k for k in (TypeError, ValueError, RuntimeError) if isinstance(want, k))
        )
        return
    if isinstance(got, Exception):
        raise got
    assert str(got.dtype) == str(want.dtype)
    wide = [
        x.to(lib.complex128 if x.is_complex() else lib.float64) for x, lib in ((got, vizgrad), (want, torch))
    ]
    tolerance = 1e-2 if want.dtype in (torch.float16, torch.bfloat16) else 2e-6
    np.testing.assert_allclose(wide[0].numpy(), wide[1].resolve_conj().numpy(), rtol=tolerance)


COMPLEX = {
    "parts": lambda lib, z, x, y: (z.real * x + z.imag * y, lib.conj(z) * z),
    "made": lambda lib, z, x, y: (lib.complex(x, y) * z, lib.polar(x, y) * z),
    "angles": lambda lib, z, x, y: (lib.angle(z), lib.sgn(z), lib.abs(z), lib.conj_physical(z).imag),
    "pairs": lambda lib, z, x, y: (lib.view_as_real(z), lib.view_as_complex(lib.stack([x, y], -1)) * z),
    "powers": lambda lib, z, x, y: (
        z**2,
        z**0.5,
        x**z,
        z**z,
        lib.sqrt(z),
        lib.rsqrt(z),
        lib.reciprocal(z),
        z**-1,
    ),
    "exponentials": lambda lib, z, x, y: (lib.exp2(z), lib.expm1(z), lib.log1p(z), lib.log2(z), lib.log10(z)),
    "circles": lambda lib, z, x, y: (
        lib.sin(z),
        lib.cos(z),
        lib.tan(z),
        lib.asin(z),
        lib.acos(z),
        lib.atan(z),
    ),
    "hyperbolas": lambda lib, z, x, y: (lib.sinh(z), lib.tanh(z), lib.asinh(z), lib.acosh(z), lib.atanh(z)),
    "blends": lambda lib, z, x, y: (
        lib.lerp(z, z * x, z),
        lib.addcmul(z, z, x),
        lib.addcdiv(z, x, z, value=2),
    ),
    "others": lambda lib, z, x, y: (
        lib.sigmoid(z),
        lib.sinc(z),
        lib.logaddexp(z, z * 2),
        lib.square(z),
        z / (z * x),
    ),
}


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_values_and_gradients(name):
    r = np.random.default_rng(1)
    z, x, y = r.normal(size=5) + 1j * r.normal(size=5), r.uniform(0.5, 2, 5), r.uniform(0.1, 0.9, 5)
    found = []
    for lib in (torch, vizgrad):
        leaves = [lib.tensor(a).requires_grad_() for a in (z, x, y)]
        results = COMPLEX[name](lib, *leaves)
        loss = sum((abs(p - (0.3 + 0.1j) if p.is_complex() else p - 0.3) ** 2).sum() for p in results)
        loss.backward()
        values = [np.asarray(p.detach().resolve_conj().numpy()) for p in results]
        found.append(
            values + [np.zeros(5) if a.grad is None else a.grad.resolve_conj().numpy() for a in leaves]
        )
    for want, got in zip(*found, strict=True):
        assert want.dtype == got.dtype
        np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)


def test_views_of_complex_numbers_share_memory():
    z = vizgrad.tensor([1 + 2j, 3 + 4j])
    z.real[0] = 10.0
    z.imag = vizgrad.tensor([5.0, 6.0])
    vizgrad.view_as_real(z)[1, 0] = 30.0
    assert z.tolist() == [10 + 5j, 30 + 6j]
    pairs = vizgrad.zeros(2, 2)
    vizgrad.view_as_complex(pairs).copy_(z)
    assert pairs.tolist() == [[10.0, 5.0], [30.0, 6.0]]


def test_operators_that_write_in_place():
    for lib in (torch, vizgrad):
        i, f = lib.tensor([5, 6, 7]), lib.tensor([5.0, -6.5, 7.0])
        first_i, first_f = i, f
        i <<= 2
        i >>= 1
        i |= 1
        i &= 13
        i ^= 3
        f //= 2
        f %= 3
        f **= 2
        f /= 4
        assert i is first_i
        assert f is first_f
        assert (i.tolist(), f.tolist()) == ([10, 14, 14], [1.0, 1.0, 0.0])


def test_rounding_keeps_the_tensor_it_writes_to_and_its_history():
    x = vizgrad.tensor([1.26, -2.74], requires_grad=True)
    y = x * 1
    y.div_(0.5, rounding_mode="floor")
    y.add_(x)
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("torch.add(x, -2, y)", "torch.add(x, y, alpha=-2)"),
        ("x.clone().add_(-0.5, y)", "x.clone().add_(y, alpha=-0.5)"),
        ("x.sub(2, y)", "x.sub(y, alpha=2)"),
        ("x.clone().addcdiv_(-0.5, x, y)", "x.clone().addcdiv_(x, y, value=-0.5)"),
        ("torch.addcmul(x, 3, x, y, out=torch.empty(2, 2))", "torch.addcmul(x, x, y, value=3)"),
        ("torch.addmm(2, x, 3, x, y)", "torch.addmm(x, x, y, beta=2, alpha=3)"),
        ("x.addmm(2, 3, x, y)", "x.addmm(x, y, beta=2, alpha=3)"),
        ("x[0].clone().addmv_(2, x, y[0])", "x[0].addmv(x, y[0], beta=2)"),
    ],
)
def test_scales_before_the_tensors_that_they_scale_are_understood_with_a_warning(former, now):
    names = {
        "torch": vizgrad,
        "x": vizgrad.tensor([[1.0, 2], [3, 4]]),
        "y": vizgrad.tensor([[5.0, 6], [7, 8]]),
    }
    with pytest.warns(UserWarning, match="This overload of .* is deprecated"):
        old = eval(former, names)
    assert old.tolist() == eval(now, names).tolist()


@pytest.mark.parametrize(
    "call", ["torch.add(x, x, x)", "x.add_(x, 2)", "x.mul_(2, x)", "x.addcmul_(x, x, 2)"]
)
def test_numbers_in_no_order_that_was_ever_understood_are_refused(call):
    with pytest.raises(TypeError, match="positional argument"):
        eval(call, {"torch": vizgrad, "x": vizgrad.ones(2)})
