"""Every op in the table, against every sample it declares.  A new op is tested by being declared."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad
import vizgrad.distributions  # it has rows of its own, and is loaded when first used
from vizgrad.engine import op as ops
from vizgrad.engine.surface import ink

ROWS = {name: row for name, row in ops.TABLE.items() if name == row.name}
CASES = [pytest.param(row, s, id=f"{name}[{s}]") for name, row in ROWS.items() for s in row.samples]
SMOOTH = [c for c in CASES if c.values[0].differentiable]

# Rows without samples of their own, and why each is tested elsewhere.
WITHOUT_SAMPLES = {
    "cat": "takes a sequence: test_shapes",
    "stack": "takes a sequence: test_shapes",
    "copy": "what copy_ writes: test_inplace",
    "fill": "what fill_ writes: test_inplace",
    "copy_slices": "made by writes to views: test_inplace",
    "fft_C2C": "of complex numbers: test_fourier",
    "fft_R2C": "gives complex numbers: test_fourier",
    "fft_R2C_backward": "of complex numbers: test_fourier",
    "fft_C2R": "of complex numbers: test_fourier",
    "fft_C2R_backward": "gives complex numbers: test_fourier",
    "cast": "settings are NumPy dtypes: test_gradients_through_a_cast below",
    "imag": "of complex numbers: test_pointwise",
    "complex": "its result is complex: test_pointwise",
    "polar": "its result is complex: test_pointwise",
    "view_as_real": "of complex numbers: test_pointwise",
    "view_as_complex": "its result is complex: test_pointwise",
    "move": "needs a second device: test_device",
    "linalg_cholesky_ex": "of positive definite matrices: test_linalg",
    "cholesky_inverse": "of triangles, whose gradient is taken as of full matrices: test_linalg",
    "linalg_eigh": "of symmetric matrices: test_linalg",
    "linalg_eigvalsh": "of symmetric matrices: test_linalg",
    "linalg_eig": "its results are complex: test_linalg",
    "linalg_eigvals": "its result is complex: test_linalg",
    "slice_backward": "the gradient of slice, whose gradient of gradient runs it",
    "index_backward": "the gradient of index, whose gradient of gradient runs it",
    "index_put": "what x[mask] = y writes: test_inplace",
    "as_strided": "its settings are places in memory: test_shapes",
    "restride": "the gradient of as_strided, whose gradient of gradient runs it",
    "unfold_backward": "the gradient of unfold, whose gradient of gradient runs it",
    "ctc_losses": "its gradient is that of the scores, as PyTorch's: tests/nn/test_sequence_loss",
    "cross_map_norm": "its gradient is PyTorch's, slips included: tests/nn/test_layers",
    "gamma_slope": "its gradient is an error: tests/distributions/test_samples",
    "log_gamma_draw": "its first result is a draw: tests/distributions/test_samples",
    "diagonal_backward": "the gradient of diagonal, whose gradient of gradient runs it",
}


def run(row, sample, tensors):
    """The op on these tensors; the sum of its outputs if it has several."""
    y = row.function(*tensors, **sample.settings)
    return sum(part.sum() for part in y) if isinstance(y, tuple) else y


def is_float(x):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def tensors_of(arrays, *, grad=True):
    return [
        vizgrad.tensor(x, requires_grad=grad and is_float(x)) if isinstance(x, np.ndarray) else x
        for x in arrays
    ]


def slope(f, xs, i, h=1e-6):
    """The gradient of f(*xs) by x_i, measured with a ruler."""
    g = np.zeros_like(xs[i])
    for at in np.ndindex(g.shape):
        up, down = ([x.copy() if isinstance(x, np.ndarray) else x for x in xs] for _ in range(2))
        up[i][at] += h
        down[i][at] -= h
        g[at] = (f(*up) - f(*down)) / (2 * h)
    return g


def weights_like(y):
    """Fixed weights for the elements of an output, so that no two of them count alike."""
    return vizgrad.tensor(np.cos(np.arange(max(y.numel(), 1)) + 1.0)[: y.numel()].reshape(tuple(y.shape)))


@pytest.mark.parametrize(("row", "sample"), SMOOTH)
def test_gradient_equals_the_measured_slope(row, sample):
    xs = sample.arrays()
    ts = tensors_of(xs)
    y = run(row, sample, ts)
    (y * weights_like(y)).sum().backward()

    def f(*arrays):
        y = run(row, sample, tensors_of(arrays, grad=False))
        return (y * weights_like(y)).sum().item()

    for i, t in enumerate(ts):
        if is_float(xs[i]) and row.gradients[i] is not None:
            np.testing.assert_allclose(t.grad.array, slope(f, xs, i), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("row", "sample"), SMOOTH)
def test_gradient_of_gradient(row, sample):
    xs = sample.arrays()

    def squared(*arrays, graph=False):
        ts = tensors_of(arrays)
        y = run(row, sample, ts)
        inputs = [
            t
            for t, g in zip(ts, row.gradients, strict=False)
            if isinstance(t, vizgrad.Tensor) and t.requires_grad and g
        ]
        grads = vizgrad.autograd.grad((y * weights_like(y)).tanh().sum(), inputs, create_graph=graph)
        total = vizgrad.zeros((), dtype=vizgrad.float64)
        for g in grads:
            total = total + (g * g).sum()
        return total, ts

    total, ts = squared(*xs, graph=True)
    if total.requires_grad:  # else the gradient is a constant, and its measured slope must be 0
        total.backward()
    for i, t in enumerate(ts):
        if is_float(xs[i]) and row.gradients[i] is not None:
            measured = slope(lambda *a: squared(*a)[0].item(), xs, i)
            ours = np.zeros_like(measured) if t.grad is None else t.grad.array
            np.testing.assert_allclose(ours, measured, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("row", "sample"), [c for c in CASES if c.values[0].shape])
def test_shape_rule(row, sample):
    y = row.function(*tensors_of(sample.arrays()), **sample.settings)
    assert tuple(row.shape(*sample.shapes, **sample.settings)) == tuple(y.shape)


# Rows that PyTorch has no public function for: the gradients of others, checked as gradients of those.
NO_TWIN = {n for n in ROWS if n.endswith(("_backward", "_input", "_weight", "_grad", "_add"))} - {
    "scatter_add"
}
# The gradient of the determinant; vectors whose signs are free: test_linalg.
NO_TWIN |= {"linalg_cofactors", "linalg_svd"}
# Halves of public functions: tests/nn compares the whole.
NO_TWIN |= {
    "attention_weights",
    "fitted",
    "overlapped",
    "dropout",
    "embedding_pick",
    "batch_norm_eval",
    "max_pool_with_indices",
    "max_pool_pick",
    "taken",
    "placed",
    "recurrence",
    "resampled",
    "rnn_layer",
    "lstm_layer",
    "gru_layer",
}

PYTORCH_NAMES = {
    "frames": lambda torch: lambda x, size, hop: x.unfold(-1, size, hop),
    "slice": lambda torch: lambda x, index: x[index],
    "select": lambda torch: lambda x, index: x[index],
    "index": lambda torch: lambda x, index: x[index],
    "view": lambda torch: lambda x, size: x.view(size),
    "expand": lambda torch: lambda x, size: x.expand(size),
    "batch_norm": lambda torch: (
        lambda x, **rest: torch.nn.functional.batch_norm(x, None, None, training=True, **rest)
    ),
    "im2col": lambda torch: torch.nn.functional.unfold,
    "col2im": lambda torch: torch.nn.functional.fold,
    "unfold": lambda torch: lambda x, **rest: x.unfold(**rest),
    "split": lambda torch: lambda x, split_sizes, dim=0: x.split(split_sizes, dim),
    "scatter": lambda torch: lambda x, dim, index, src: x.scatter(dim, index, src),
    "frexp": lambda torch: lambda x: torch.frexp(x)[0],
    "polygamma": lambda torch: (  # PyTorch's own trigamma is right to 9 digits
        lambda x, n: torch.polygamma(n, x) if n > 1 else torch.special.zeta(2.0, x)
    ),
    "divide_rounded": lambda torch: torch.div,
    "conj": lambda torch: lambda x: torch.conj(x).resolve_conj(),
    "max_of_all": lambda torch: torch.max,
    "min_of_all": lambda torch: torch.min,
    "median_of_all": lambda torch: torch.median,
    "nanmedian_of_all": lambda torch: torch.nanmedian,
}


def pytorch_function(torch, name):
    if name in PYTORCH_NAMES:
        return PYTORCH_NAMES[name](torch)
    if name.startswith("linalg_"):
        return getattr(torch.linalg, name.removeprefix("linalg_"))
    for place in (torch.nn.functional, torch, torch.special):
        if hasattr(place, name):
            return getattr(place, name)
    raise LookupError(
        f"PyTorch has no function {name!r}: add the row to NO_TWIN or name its twin in PYTORCH_NAMES"
    )


def same_arguments(torch, row, sample):
    """The sample as PyTorch takes it: the first input by position, the rest by name, since orders differ."""
    arrays = [torch.from_numpy(np.asarray(x)) if isinstance(x, np.ndarray) else x for x in sample.arrays()]
    named = dict(zip(row.inputs, arrays, strict=False)) | sample.settings
    for name in ("condition", "mask"):
        if name in named:
            named[name] = named[name].bool()
    return named.pop(row.inputs[0]), named


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Using a target size", "ignore:reduction. 'mean'")  # PyTorch's own advice
@pytest.mark.parametrize(("row", "sample"), [c for c in CASES if c.values[0].name not in NO_TWIN])
def test_same_as_pytorch(row, sample):
    import torch

    theirs = pytorch_function(torch, row.name)
    first, rest = same_arguments(torch, row, sample)
    want = theirs(first, **rest)
    want = want[0] if isinstance(want, tuple) else want
    y = row.function(*tensors_of(sample.arrays(), grad=False), **sample.settings)
    y = (
        y[0] if isinstance(y, tuple) else y
    )  # further outputs are pieces, or statistics that the gradient needs
    np.testing.assert_allclose(y.array, want.numpy(), rtol=1e-12, atol=1e-12)
    assert str(y.dtype) == str(want.dtype)


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32", "complex128"])
def test_gradients_through_a_cast(kind):
    x = vizgrad.tensor([0.5, -2.0], dtype=vizgrad.float64, requires_grad=True)
    y = x.to(getattr(vizgrad, kind))
    (y * y).real.sum().backward()
    assert x.grad.dtype is vizgrad.float64
    assert x.grad.tolist() == [1.0, -4.0]


def test_every_row_has_samples_or_a_reason():
    assert {n for n, r in ROWS.items() if r.differentiable and not r.samples} == set(WITHOUT_SAMPLES)


def test_nine_in_ten_differentiable_rows_print_their_gradients():
    rows = [r for r in ROWS.values() if r.differentiable]
    silent = [r.name for r in rows if any(f"{r.name}_backward(" in f for f in ink.gradients(r).values())]
    share = 1 - len(silent) / len(rows)
    assert share >= 0.9, f"{share:.0%} of {len(rows)} print; these do not: {silent}"
