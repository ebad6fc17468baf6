"""Fourier transforms: every spelling against PyTorch, its gradient and the gradient of that, in real and complex."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import scipy.signal

import vizgrad
from tests.alike import same
from tests.alike import torch as pytorch

torch = pytorch()
pytestmark = pytest.mark.torch

LINE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
REAL_ONLY = ("rfft", "ihfft")


def values(shape, *, complex_, seed=0):
    r = np.random.default_rng(seed)
    x = r.normal(size=shape)
    return x + 1j * r.normal(size=shape) if complex_ else x


def twice(library, function, x, **settings):
    """The result, its gradient for fixed weights, and the gradient of a function of that."""
    x = library.tensor(x, requires_grad=True)
    y = function(library, x, **settings)
    r = np.random.default_rng(1)
    w = r.normal(size=tuple(y.shape)) + (1j * r.normal(size=tuple(y.shape)) if y.is_complex() else 0)
    (g,) = library.autograd.grad([y * y], [x], [library.tensor(w)], create_graph=True)
    (gg,) = library.autograd.grad([g], [x], [g.detach() * 0.5])
    return y.resolve_conj(), g.resolve_conj(), gg.resolve_conj()


@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
@pytest.mark.parametrize(
    ("name", "complex_"), [(n, c) for n in LINE for c in (False, True) if not (c and n in REAL_ONLY)]
)
def test_along_one_dimension(name, complex_, norm):
    x = values((3, 6, 5), complex_=complex_)
    for n in (None, 4, 5, 11):
        for dim in (1, -1):
            call = lambda t, x, name=name, n=n, dim=dim: getattr(t.fft, name)(x, n, dim, norm)
            for ours, theirs in zip(twice(vizgrad, call, x), twice(torch, call, x), strict=True):
                same(ours, theirs, what=f"{name} n={n} dim={dim}")


@pytest.mark.parametrize("norm", [None, "ortho"])
@pytest.mark.parametrize(
    ("name", "complex_"), [(f"{n}n", c) for n in LINE for c in (False, True) if not (c and n in REAL_ONLY)]
)
def test_along_several_dimensions(name, complex_, norm):
    x = values((4, 3, 6), complex_=complex_)
    for s, dim in ((None, None), ((5, 4), None), ((5, -1), (0, 2)), (None, (2, 0)), ((7,), (1,))):
        call = lambda t, x, name=name, s=s, dim=dim: getattr(t.fft, name)(x, s, dim, norm)
        for ours, theirs in zip(twice(vizgrad, call, x), twice(torch, call, x), strict=True):
            same(ours, theirs, what=f"{name} s={s} dim={dim}")


def test_types():
    for name in LINE:
        for kind in ("float32", "float64", "int64", "bool", "uint8"):
            x = np.ones(6)
            ours = getattr(vizgrad.fft, name)(vizgrad.tensor(x).to(getattr(vizgrad, kind)))
            theirs = getattr(torch.fft, name)(torch.tensor(x).to(getattr(torch, kind)))
            assert str(ours.dtype) == str(theirs.dtype), (name, kind)
    assert vizgrad.fft.fft(vizgrad.ones(4, dtype=vizgrad.complex64)).dtype is vizgrad.complex64
    x = vizgrad.ones(4, requires_grad=True)
    assert "grad_fn=<FftR2CBackward0>" in repr(vizgrad.fft.rfft(x))


def test_arguments_are_pytorchs():
    for name in vizgrad.fft.__all__:
        call = inspect.signature(getattr(vizgrad.fft, name))
        assert "out" in call.parameters or "shift" in name, name


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (RuntimeError, lambda t: t.fft.fft(t.ones(4), n=0)),
        (RuntimeError, lambda t: t.fft.fft(t.ones(4), norm="backwards")),
        (RuntimeError, lambda t: t.fft.rfft(t.ones(4, dtype=t.complex64))),
        (RuntimeError, lambda t: t.fft.fft(t.ones(4).half())),
        (RuntimeError, lambda t: t.fft.fftn(t.ones(2, 2), dim=(0, 0))),
        (RuntimeError, lambda t: t.fft.fftn(t.ones(2, 2), s=(3,), dim=(0, 1))),
        (RuntimeError, lambda t: t.fft.rfftn(t.tensor(1.0))),
        (RuntimeError, lambda t: t.fft.irfft(t.ones(1))),
        (IndexError, lambda t: t.fft.fft(t.tensor(1.0))),
        (IndexError, lambda t: t.fft.fft2(t.ones(4))),
        (RuntimeError, lambda t: t.stft(t.ones(16), 4)),
        (RuntimeError, lambda t: t.stft(t.ones(3), 8, return_complex=True)),
        (RuntimeError, lambda t: t.istft(t.ones(3, 5), 4)),
        (RuntimeError, lambda t: t.istft(t.ones(3, 5, dtype=t.complex64), 4, hop_length=5)),
        (RuntimeError, lambda t: t.istft(t.ones(3, 5, dtype=t.complex64), 4, window=t.zeros(4))),
        (RuntimeError, lambda t: t.hann_window(-1)),
        (ValueError, lambda t: t.signal.windows.hann(-1)),
        (ValueError, lambda t: t.signal.windows.hann(5, dtype=t.int64)),
        (ValueError, lambda t: t.signal.windows.gaussian(5, std=0.0)),
        (TypeError, lambda t: t.signal.windows.general_cosine(5, a=3)),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_bad_input(error, call):
    for library in (torch, vizgrad):
        with pytest.raises(error) as raised:
            call(library)
        assert type(raised.value) is error


@pytest.mark.filterwarnings("ignore:A window was not provided", "ignore:stft with return_complex")
@pytest.mark.parametrize(
    "settings",
    [
        {"n_fft": 8},
        {"n_fft": 8, "hop_length": 3, "normalized": True, "pad_mode": "constant"},
        {"n_fft": 8, "win_length": 5, "window": 5, "pad_mode": "circular"},
        {"n_fft": 8, "window": 8, "center": False, "onesided": False},
        {"n_fft": 7, "hop_length": 2, "window": 7, "return_complex": False, "pad_mode": "replicate"},
    ],
)
def test_short_time_transforms(settings):
    settings = {"return_complex": True} | settings
    for batch in ((), (3,)):
        x = values((*batch, 40), complex_=False)

        def call(t, x):
            window = t.hann_window(settings["window"], dtype=t.float64) if "window" in settings else None
            y = t.stft(x, **(settings | {"window": window}))
            return t.view_as_real(y) if y.is_complex() else y

        for ours, theirs in zip(twice(vizgrad, call, x), twice(torch, call, x), strict=True):
            same(ours, theirs)


@pytest.mark.filterwarnings("ignore:The length of signal")
@pytest.mark.parametrize("length", [None, 30, 50])
def test_a_signal_comes_back(length):
    x = values((2, 41), complex_=False)
    pieces = values((2, 5, 11), complex_=True)

    def call(t, z):
        return t.istft(z, 8, 4, window=t.hann_window(8, dtype=t.float64), length=length)

    for ours, theirs in zip(twice(vizgrad, call, pieces), twice(torch, call, pieces), strict=True):
        same(ours, theirs)
    w = vizgrad.hann_window(8, dtype=vizgrad.float64)
    there = vizgrad.stft(vizgrad.tensor(x), 8, 2, window=w, return_complex=True)
    back = vizgrad.istft(there, 8, 2, window=w, length=41)
    np.testing.assert_allclose(back.numpy(), x, atol=1e-12)


@pytest.mark.parametrize("sym", [True, False])
@pytest.mark.parametrize("n", [0, 1, 2, 7, 12])
def test_windows_equal_scipys(n, sym):
    kinds = {
        "hann": "hann", "hamming": "hamming", "blackman": "blackman", "bartlett": "bartlett", "cosine": "cosine",
        "nuttall": "nuttall", "gaussian": ("gaussian", 1.0), "kaiser": ("kaiser", 12.0),
    }  # fmt: skip
    for name, kind in kinds.items():
        ours = getattr(vizgrad.signal.windows, name)(n, sym=sym, dtype=vizgrad.float64).numpy()
        want = scipy.signal.get_window(kind, n, fftbins=not sym) if n else np.zeros(0)
        theirs = getattr(torch.signal.windows, name)(n, sym=sym, dtype=torch.float64).numpy()
        np.testing.assert_allclose(ours, theirs, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(ours, want, atol=1e-12, err_msg=name)
        if hasattr(vizgrad, f"{name}_window"):
            old = getattr(vizgrad, f"{name}_window")(n, periodic=not sym, dtype=vizgrad.float64).numpy()
            np.testing.assert_allclose(old, ours, atol=1e-12, err_msg=name)


def test_frequencies_and_shifts():
    for n in (1, 2, 5, 8):
        np.testing.assert_allclose(vizgrad.fft.fftfreq(n, 0.1).numpy(), np.fft.fftfreq(n, 0.1), rtol=1e-6)
        np.testing.assert_allclose(vizgrad.fft.rfftfreq(n, 0.1).numpy(), np.fft.rfftfreq(n, 0.1), rtol=1e-6)
        x = np.arange(n * 3).reshape(n, 3)
        for name in ("fftshift", "ifftshift"):
            for dim in (None, 0, (1,)):
                ours = getattr(vizgrad.fft, name)(vizgrad.tensor(x), dim).numpy()
                np.testing.assert_array_equal(ours, getattr(np.fft, name)(x, dim))
