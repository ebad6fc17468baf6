"""``Variable(x)``, which until PyTorch 0.4 made a tensor that records; today every tensor is one."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.surface.complain import complain
from vizgrad.engine.surface.data import tensor
from vizgrad.engine.tensor import Tensor


class _Asked(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_Asked):
    """The same numbers in the same memory, without history, as a leaf that may require a gradient.

    Every tensor is an instance.  ``volatile`` has no effect any more: use ``with torch.no_grad():``.
    """

    def __new__(
        cls,
        data: Tensor | None = None,
        requires_grad: bool = False,
        volatile: bool = False,
        *,
        name: Any = None,
    ) -> Any:
        if data is not None and not isinstance(data, Tensor):
            kind = type(data)
            module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
            raise TypeError(f"Variable data has to be a tensor, but got {module}{kind.__name__}")
        if volatile:
            complain("volatile was removed and now has no effect. Use `with torch.no_grad():` instead.")
            if requires_grad:
                raise ValueError("Variable can't be volatile and require_grad at the same time!")
        y = tensor([]) if data is None else data.detach()
        return y.requires_grad_() if requires_grad else y
