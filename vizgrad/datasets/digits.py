"""The handwritten digits that come with scikit-learn: real data without a download."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from .pictures import Pictures

__all__ = ["Digits"]


class Digits(Pictures):
    """1,797 handwritten digits, 8×8 grey pictures, in ten classes.

    Every fifth picture of each class, in a fixed shuffled order, is held out: ``train=False``.  The pictures'
    16 shades are spread over 0…255, so that `transforms.ToTensor` brings them to 0…1.
    Alpaydin & Kaynak, *Cascading Classifiers*, 1998; https://archive.ics.uci.edu/dataset/80
    """

    classes = tuple("0123456789")
    mean, std = 0.3052, 0.3759  # of the training pictures, as 0…1: for `transforms.Normalize`

    def __init__(
        self,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
    ) -> None:
        try:
            from sklearn.datasets import load_digits
        except ImportError:
            raise ImportError(
                'Digits are part of scikit-learn, which is not installed: pip install "vizgrad[lab]" '
                "(or pip install scikit-learn)"
            ) from None
        found: Any = load_digits()
        chosen = _split(found.target)[not train]
        pictures = numpy.rint(found.images[chosen] * (255 / 16)).astype(numpy.uint8)
        super().__init__(pictures, found.target[chosen], transform, target_transform)
        self.train = train


def _split(labels: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Numbers of the training and of the held-out pictures, every class cut in the same proportion."""
    order = numpy.random.default_rng(0).permutation(len(labels))
    place = numpy.empty(len(labels), dtype=int)  # how many of its class come before it
    for label in numpy.unique(labels):
        mine = labels[order] == label
        place[mine] = numpy.arange(mine.sum())
    held_out = place % 5 == 4
    return order[~held_out], order[held_out]
