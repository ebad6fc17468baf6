"""Transforms of what pixels hold: grey, brightness, contrast, saturation; and transforms taken by chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vizgrad import float32, stack, where
from vizgrad.engine.surface.random import default
from vizgrad.engine.tensor import Tensor

from .picture import channels_of, checked

__all__ = ["ColorJitter", "Grayscale", "RandomApply", "RandomChoice", "RandomGrayscale", "RandomOrder"]


class Grayscale:
    """Grey pictures, with 1 or 3 equal channels: 0.2989 red + 0.587 green + 0.114 blue."""

    def __init__(self, num_output_channels: int = 1) -> None:
        if num_output_channels not in (1, 3):
            raise ValueError("num_output_channels should be either 1 or 3")
        self.num_output_channels = num_output_channels

    def __call__(self, img: Any) -> Any:
        return grey(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"Grayscale(num_output_channels={self.num_output_channels})"


class RandomGrayscale:
    """Grey with probability ``p``, with as many channels as before."""

    def __init__(self, p: float = 0.1) -> None:
        self.p = p

    def __call__(self, img: Any) -> Any:
        return grey(img, channels_of(img)) if default().stream.random() < self.p else img

    def __repr__(self) -> str:
        return f"RandomGrayscale(p={self.p})"


class ColorJitter:
    """Brightness, contrast, saturation and hue changed by chance, in a random order.

    A number x means a factor between 1 - x and 1 + x (of the hue: a shift between -x and x of the circle, at
    most 0.5); a pair, between its two numbers.
    """

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        self.brightness = _range(brightness, "brightness")
        self.contrast = _range(contrast, "contrast")
        self.saturation = _range(saturation, "saturation")
        self.hue = _range(hue, "hue", centre=0, limits=(-0.5, 0.5))

    def __call__(self, img: Any) -> Any:
        ways: list[Callable[[Any, float], Any]] = [brighten, contrast, saturate, turn_hue]
        stream = default().stream
        ranges = (self.brightness, self.contrast, self.saturation, self.hue)
        amounts = [None if r is None else float(stream.uniform(*r)) for r in ranges]
        for i in stream.permutation(4).tolist():
            amount = amounts[i]
            if amount is not None:
                img = ways[i](img, amount)
        return img

    def __repr__(self) -> str:
        return (
            f"ColorJitter(brightness={self.brightness}, contrast={self.contrast}, "
            f"saturation={self.saturation}, hue={self.hue})"
        )


def _range(
    value: Any, name: str, centre: float = 1, limits: tuple[float, float] = (0, float("inf"))
) -> tuple[float, float] | None:
    if isinstance(value, (int, float)):
        if value < 0:
            raise ValueError(f"If {name} is a single number, it must be non negative.")
        found = (float(centre - value), float(centre + value))
        if centre:
            found = (max(found[0], 0.0), found[1])
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        found = (float(value[0]), float(value[1]))
    else:
        raise TypeError(f"{name} should be a single number or a list/tuple with length 2.")
    if not limits[0] <= found[0] <= found[1] <= limits[1]:
        raise ValueError(f"{name} values should be between {limits}, but got {found}.")
    return None if found[0] == found[1] == centre else found


# --- on Pillow images and tensors (…, C, H, W)


def grey(img: Any, channels: int = 1) -> Any:
    if not isinstance(checked(img), Tensor):
        found = img.convert("L")
        if channels == 1:
            return found
        from PIL import Image  # pyright: ignore[reportMissingImports]

        return Image.merge("RGB", [found] * 3)
    if img.shape[-3] == 1:
        found = img
    else:
        red, green, blue = (img[..., i : i + 1, :, :] for i in range(3))
        found = (0.2989 * red + 0.587 * green + 0.114 * blue).to(img.dtype)
    return found if channels == 1 else found.expand(*img.shape[:-3], channels, *img.shape[-2:])


def brighten(img: Any, factor: float) -> Any:
    """0 is black, 1 as it was."""
    if not isinstance(checked(img), Tensor):
        return _enhanced(img, "Brightness", factor)
    return _blend(img, 0.0, factor)


def contrast(img: Any, factor: float) -> Any:
    """0 is one grey, 1 as it was."""
    if not isinstance(checked(img), Tensor):
        return _enhanced(img, "Contrast", factor)
    mean = (
        grey(img).to(img.dtype if img.is_floating_point() else float32).mean(dim=(-3, -2, -1), keepdim=True)
    )
    return _blend(img, mean, factor)


def saturate(img: Any, factor: float) -> Any:
    """0 is grey, 1 as it was."""
    if not isinstance(checked(img), Tensor):
        return _enhanced(img, "Color", factor)
    return img if img.shape[-3] == 1 else _blend(img, grey(img), factor)


def turn_hue(img: Any, shift: float) -> Any:
    """All colours moved along the circle of hues by ``shift`` of it."""
    if not -0.5 <= shift <= 0.5:
        raise ValueError(f"hue_factor ({shift}) is not in [-0.5, 0.5].")
    if not isinstance(checked(img), Tensor):
        return _pillow_hue(img, shift)
    if img.shape[-3] == 1:
        return img
    whole = not img.is_floating_point()
    x = img.float() / 255 if whole else img
    top, low = x.amax(dim=-3), x.amin(dim=-3)
    spread = top - low
    safe = where(spread == 0, 1.0, spread)
    r, g, b = ((top - x[..., i, :, :]) / safe for i in range(3))
    red, green = x[..., 0, :, :] == top, x[..., 1, :, :] == top
    hue = where(red, b - g, where(green, 2 + r - b, 4 + g - r)) / 6
    hue = (where(spread == 0, 0.0, hue) + shift) % 1.0
    saturation = spread / where(top == 0, 1.0, top)
    channels = [_channel(hue, saturation, top, n) for n in (5, 3, 1)]
    found = stack(channels, dim=-3)
    return (found * 255).round().to(img.dtype) if whole else found


def _channel(hue: Tensor, saturation: Tensor, value: Tensor, n: int) -> Tensor:
    """One channel of a hue, saturation and value (Smith, *Color Gamut Transform Pairs*, 1978)."""
    k = (n + hue * 6) % 6
    ramp = where(k < 4 - k, k, 4 - k).clamp(0, 1)
    return value - value * saturation * ramp


def _blend(img: Tensor, other: Any, factor: float) -> Tensor:
    most = 1.0 if img.is_floating_point() else 255.0
    x = img if img.is_floating_point() else img.float()
    return (factor * x + (1.0 - factor) * other).clamp(0, most).to(img.dtype)


def _enhanced(img: Any, kind: str, factor: float) -> Any:
    from PIL import ImageEnhance  # pyright: ignore[reportMissingImports]

    return getattr(ImageEnhance, kind)(img).enhance(factor)


def _pillow_hue(img: Any, shift: float) -> Any:
    if img.mode in ("L", "1", "I", "F"):
        return img
    from PIL import Image  # pyright: ignore[reportMissingImports]

    hue, saturation, value = img.convert("HSV").split()
    move = int(shift * 255)
    hue = hue.point([(i + move) % 256 for i in range(256)])
    return Image.merge("HSV", (hue, saturation, value)).convert(img.mode)


# --- by chance


class RandomApply:
    """All these transforms with probability ``p``, or none."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: float = 0.5) -> None:
        self.transforms, self.p = transforms, p

    def __call__(self, img: Any) -> Any:
        if default().stream.random() < self.p:
            for transform in self.transforms:
                img = transform(img)
        return img

    def __repr__(self) -> str:
        return f"RandomApply(\n    p={self.p}" + "".join(f"\n    {t}" for t in self.transforms) + "\n)"


class RandomChoice:
    """One of these transforms, as likely as its number in ``p``."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: Sequence[float] | None = None) -> None:
        self.transforms, self.p = transforms, p

    def __call__(self, img: Any) -> Any:
        chances = None if self.p is None else [x / sum(self.p) for x in self.p]
        return self.transforms[int(default().stream.choice(len(self.transforms), p=chances))](img)

    def __repr__(self) -> str:
        return f"RandomChoice({list(self.transforms)})"


class RandomOrder:
    """All these transforms, in a random order."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for i in default().stream.permutation(len(self.transforms)).tolist():
            img = self.transforms[i](img)
        return img

    def __repr__(self) -> str:
        return f"RandomOrder({list(self.transforms)})"
