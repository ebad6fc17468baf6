"""Words used in the signatures of ops."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vizgrad.engine.tensor import Tensor

    Value = Tensor | complex  # a tensor, or a number standing for one
    Values = Sequence[Tensor]
    Dim = int | Sequence[int] | None
    Shape = Sequence[int]
else:
    Value = Values = Dim = Shape = object
