"""``torch.autograd.grad_mode``: the modes of recording, and switches of the walk back that change no result here."""

from __future__ import annotations

from types import TracebackType

from vizgrad.engine.surface.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = [
    "enable_grad", "enforce_grad_layout_policy", "inference_mode", "no_grad", "set_grad_enabled",
    "set_multithreading_enabled",
]  # fmt: skip


class _Accepted:
    """A switch, as a function or in a ``with``, that nothing here depends on."""

    def __init__(self, mode: bool = True) -> None:
        self.mode = bool(mode)

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def clone(self) -> _Accepted:
        """Another of the same mode."""
        return type(self)(self.mode)


class set_multithreading_enabled(_Accepted):
    """Whether backward may use several threads: it always runs on the thread that calls it."""


class enforce_grad_layout_policy(_Accepted):
    """Whether a gradient must lie in memory as its parameter does: a permission that we make no use of."""
