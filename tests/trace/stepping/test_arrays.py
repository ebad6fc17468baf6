"""What a card says about a tensor, against NumPy on the whole of it."""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np
import pytest

from tests.engine.test_device import Away, away, module
from vizgrad.engine import namespace
from vizgrad.trace.stepping.arrays import BINS, SIDE, describe

KINDS = ["?", "u1", "i1", "i2", "i4", "i8", "f2", "f4", "f8", ml_dtypes.bfloat16, "c8", "c16"]
SHAPES = [
    (),
    (1,),
    (7,),
    (100,),
    (0,),
    (3, 0),
    (0, 2, 2),
    (2, 5),
    (4, 3, 2, 5),
    (33, 70),
    (64, 64),
    (2, 300, 5),
]


def made(shape, kind="f8", seed=0):
    x = np.random.default_rng(seed).normal(size=shape) * 40
    x = np.asarray(x + 1j * x[..., ::-1] if np.dtype(kind).kind == "c" and x.ndim else x)
    return (np.abs(x) if np.dtype(kind).kind == "u" else x).astype(kind)


def of(array, **words):
    part, numbers = describe(array, name="x", says="of relu", role="input", **words)
    assert part.points == len(numbers) == 6 + part.bins + part.rows * part.columns
    assert numbers.dtype == np.float64
    cells = numbers[6 + part.bins :].reshape(part.rows, part.columns)
    return part, numbers[:6], numbers[6 : 6 + part.bins], cells


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", KINDS, ids=lambda k: np.dtype(k).name)
def test_every_dtype_and_shape(kind, shape):
    x = made(shape, kind)
    wide = (np.abs(x) if x.dtype.kind == "c" else x).astype("f8")
    part, six, counts, cells = of(x)
    assert (part.shape, part.dtype, part.nbytes) == (shape, str(x.dtype), x.nbytes)
    assert (part.nans, part.infs, part.zeros) == (0, 0, int((wide == 0).sum()))
    if not x.size:
        assert np.isnan(six[[0, 1, 2, 4, 5]]).all()
        assert six[3] == 0
        assert part.bins == 0 == cells.size
        return
    want = [wide.min(), wide.mean(), wide.max(), math.sqrt((wide**2).sum())]
    np.testing.assert_allclose(six[:4], want, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(counts, np.histogram(wide, BINS, tuple(six[4:]))[0])
    plane = wide.reshape(-1, *shape[-2:])[0].reshape((1, -1) if len(shape) < 2 else shape[-2:])
    tall, wider = (-(-n // SIDE) for n in plane.shape)
    means = [
        [plane[i : i + tall, j : j + wider].mean() for j in range(0, plane.shape[1], wider)]
        for i in range(0, plane.shape[0], tall)
    ]
    np.testing.assert_allclose(cells, means, rtol=1e-12, atol=1e-12)
    assert ("mean" in part.pooled) == (cells.size != plane.size)
    assert ("magnitudes" in part.says) == (x.dtype.kind == "c")


def test_nothing_is_hidden():
    x = made((100, 70))
    x[0, 0] = x[99, 69] = np.inf
    x[50, 3], x[50, 4] = np.inf, np.nan  # one block: NaN wins
    x[70, 0] = -np.inf
    part, six, counts, cells = of(x)
    assert (part.nans, part.infs) == (1, 4)
    fine = x[np.isfinite(x)]
    np.testing.assert_allclose(six[:4], [fine.min(), fine.mean(), fine.max(), np.linalg.norm(fine)])
    assert counts.sum() == fine.size
    assert part.pooled == "each cell: mean of at most 4×3"
    assert cells[0, 0] == cells[-1, -1] == np.inf
    assert np.isnan(cells[12, 1])
    assert cells[17, 0] == -np.inf
    assert np.isfinite(cells).sum() == cells.size - 4
    only = of(np.full((2, 2), np.nan, "f4"))
    assert only[0].nans == 4
    assert np.isnan(only[1][0])
    assert np.isnan(only[3]).all()


@pytest.mark.parametrize("size", [1e300, 1e-300, 1.7e308, 5e-324])
def test_numbers_at_the_ends_of_float64(size):
    x = np.array([[size, -size, 0.0]] * 33)
    _, six, counts, cells = of(x)
    np.testing.assert_array_equal(six[[0, 2]], [-size, size])
    np.testing.assert_allclose(six[3], size * math.sqrt(66) if size < 1e308 else np.inf)
    assert counts.sum() == x.size
    assert counts[0] == counts[-1] == 33
    np.testing.assert_allclose(cells[:, 0], size)


def test_blocks_and_layouts_do_not_change_what_is_seen():
    x = made((700, 500), "f4")
    whole = of(x)
    for same in (np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2]):
        for a, b in zip(of(same)[1:], whole[1:], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize("bad", [False, True])
def test_on_another_device(bad):
    x = made((3, 200, 70), "f4")
    if bad:
        x[1, 5, 5], x[1, 6, 60] = np.nan, -np.inf
    near = of(x, index=(1,))
    namespace.register(Away, module())
    try:
        far = of(away(x), index=(1,))
    finally:
        del namespace._spaces[Away]
    assert far[0] == near[0]
    for a, b in zip(far[1:], near[1:], strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-12)


def test_the_slice_that_was_asked_for():
    x = made((2, 3, 4, 5))
    for index, at in (((), (0, 0)), ((1, 2), (1, 2)), ((9, -9), (1, 0)), ((1,), (1, 0)), ((0, 1, 7), (0, 1))):
        part, _, _, cells = of(x, index=index)
        assert part.index == at
        np.testing.assert_array_equal(cells, x[at])
    part = describe(x, name="a\nb", says="s", role="output", kept=True, target="output")[0]
    assert (part.name, part.kept, part.target, part.role) == ("a\ufffdb", True, "output", "output")
