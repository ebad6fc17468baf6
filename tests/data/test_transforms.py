"""Transforms of pictures: tensors and Pillow images alike, resizing beside PyTorch's."""

import numpy as np
import pytest

import vizgrad
from tests.alike import ours, same, theirs, torch
from vizgrad import transforms as T


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def both(height=9, width=7):
    """The same picture as a tensor (C, H, W) and as a Pillow image."""
    image = pytest.importorskip("PIL.Image")
    array = noise(height, width, 3)
    return vizgrad.tensor(array.transpose(2, 0, 1).copy()), image.fromarray(array)


def plain(picture):
    if isinstance(picture, vizgrad.Tensor):
        return picture.numpy().astype(int)
    return np.atleast_3d(np.asarray(picture)).transpose(2, 0, 1).astype(int)


ALIKE = """
CenterCrop(5)
CenterCrop((4, 3))
CenterCrop((12, 5))
Pad(2)
Pad((1, 2), fill=7)
Pad([1, 2, 3, 0], padding_mode="edge")
Pad(2, padding_mode="reflect")
Pad(2, padding_mode="symmetric")
RandomCrop(4)
RandomCrop(6, padding=2)
RandomCrop((12, 12), pad_if_needed=True)
RandomHorizontalFlip(1.0)
RandomVerticalFlip(1.0)
RandomHorizontalFlip(0.0)
RandomOrder([RandomVerticalFlip(1.0), CenterCrop(5)])
RandomChoice([RandomVerticalFlip(1.0), CenterCrop(5)])
RandomApply([CenterCrop(5)], p=0.5)
""".strip().splitlines()

NEARLY = """
Resize(5)
Resize((4, 11))
Resize(20)
Resize((5, 4), interpolation="bicubic")
Resize(4, max_size=5)
RandomResizedCrop(5)
Grayscale()
Grayscale(3)
RandomGrayscale(1.0)
ColorJitter(0.5)
ColorJitter(contrast=(0.3, 0.3))
ColorJitter(saturation=(2, 2))
""".strip().splitlines()


@pytest.mark.parametrize("text", ALIKE + NEARLY)
def test_tensors_and_pictures_alike(text):
    transform = eval(text, vars(T))
    found = []
    for picture in both():
        vizgrad.manual_seed(3)
        found.append(plain(transform(picture)))
    assert found[0].shape == found[1].shape
    assert abs(found[0] - found[1]).max() <= (2 if text in NEARLY else 0)  # Pillow rounds in between
    assert text.split("(")[0] in repr(transform)


@pytest.mark.torch
@pytest.mark.parametrize("antialias", [True, False])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(5, 13), (3, 3), (20, 8), (8, 8)])
def test_resizing_as_torch_does(mode, size, antialias):
    x = np.random.default_rng(0).standard_normal((2, 3, 11, 8))
    corners = {} if mode == "nearest" else {"align_corners": False, "antialias": antialias}
    want = torch().nn.functional.interpolate(theirs(x), size, mode=mode, **corners)
    same(T.Resize(size, mode, antialias=antialias)(ours(x)), want, rtol=1e-9, atol=1e-9)


def test_hue():
    colours = vizgrad.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0.5], [0.2, 0.9, 0.4]]).T.reshape(
        3, 1, 5
    )
    from vizgrad.transforms.colours import turn_hue

    turned = turn_hue(colours, 1 / 3)
    np.testing.assert_allclose(turned[:, 0, 0].tolist(), [0, 1, 0], atol=1e-6)
    np.testing.assert_allclose(turned[:, 0, 3].tolist(), [0.5] * 3, atol=1e-6)
    np.testing.assert_allclose(turn_hue(turned, -1 / 3).numpy(), colours.numpy(), atol=1e-6)
    tensor, picture = both()
    assert (
        abs(plain(turn_hue(tensor, 0.25)) - plain(turn_hue(picture, 0.25))).mean() < 6
    )  # Pillow has 256 hues


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32"])
def test_pictures_and_back(dtype):
    pytest.importorskip("PIL")
    x = vizgrad.tensor(noise(1, 4, 5)).to(getattr(vizgrad, dtype))
    picture = T.ToPILImage()(x / 255 if dtype == "float32" else x)
    assert picture.mode == {"uint8": "L", "int16": "I;16", "int32": "I", "float32": "L"}[dtype]
    assert np.asarray(picture).tolist() == x[0].to(vizgrad.int32).tolist()
    colours = vizgrad.tensor(noise(3, 4, 5))
    assert T.PILToTensor()(T.ToPILImage()(colours)).tolist() == colours.tolist()
    with pytest.raises(ValueError, match="2/3 dimensional"):
        T.ToPILImage()(vizgrad.ones(2))
    with pytest.raises(ValueError, match="Only modes"):
        T.ToPILImage("L")(colours)


def test_converting_dtypes():
    bytes_ = vizgrad.tensor([0, 1, 128, 255], dtype=vizgrad.uint8)
    as_float = T.ConvertImageDtype(vizgrad.float32)(bytes_)
    np.testing.assert_allclose(as_float.tolist(), [0, 1 / 255, 128 / 255, 1], rtol=1e-6)
    assert T.ConvertImageDtype(vizgrad.uint8)(as_float).tolist() == bytes_.tolist()
    assert T.ConvertImageDtype(vizgrad.int16)(bytes_).tolist() == [0, 128, 16384, 32640]
    assert (
        T.ConvertImageDtype(vizgrad.uint8)(T.ConvertImageDtype(vizgrad.int16)(bytes_)).tolist()
        == bytes_.tolist()
    )
    with pytest.raises(RuntimeError, match="cannot be performed safely"):
        T.ConvertImageDtype(vizgrad.int64)(as_float)


REFUSED = {
    "Resize('big')": TypeError,
    "Resize((1, 2, 3))": ValueError,
    "Resize(5, max_size=5)(x)": ValueError,
    "Resize(5)(3)": TypeError,
    "RandomCrop(50)(x)": ValueError,
    "CenterCrop((1, 2, 3))": ValueError,
    "Pad('wide')": TypeError,
    "Pad((1, 2, 3))(x)": ValueError,
    "Pad(1, padding_mode='odd')(x)": ValueError,
    "Grayscale(2)": ValueError,
    "ColorJitter(-1)": ValueError,
    "ColorJitter(hue=0.7)": ValueError,
    "ColorJitter('bright')": TypeError,
    "ConvertImageDtype(bool_)": TypeError,
}


@pytest.mark.parametrize("text", REFUSED)
def test_refuses(text):
    with pytest.raises(REFUSED[text]):
        eval(text, vars(T) | {"x": vizgrad.ones(3, 6, 6), "bool_": vizgrad.bool})
