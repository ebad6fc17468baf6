"""A bar that says how far long work has come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["progress"]


def progress(
    iterable: Iterable[Any] | None = None,
    desc: str | None = None,
    total: float | None = None,
    **settings: Any,
) -> Any:
    """Go through ``iterable`` with a bar of tqdm's: a widget in a notebook, text elsewhere.

    Without ``iterable``, ``update(n)`` moves the bar.  Settings are tqdm's.  Where tqdm is not installed
    (``pip install "vizgrad[progress]"``), the work is done without a bar.
    """
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped]
    except ImportError:
        return Silent(iterable)
    return tqdm(iterable, desc=desc, total=total, **settings)


class Silent:
    """What a bar is asked for, doing nothing."""

    def __init__(self, iterable: Iterable[Any] | None) -> None:
        self.iterable: Iterable[Any] = () if iterable is None else iterable

    def __iter__(self) -> Any:
        return iter(self.iterable)

    def __len__(self) -> int:
        return len(self.iterable)  # type: ignore[arg-type]

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def update(self, n: float = 1) -> None:
        """N more are done."""

    def set_description(self, *words: Any, **settings: Any) -> None:
        """Nothing to show it on."""

    set_postfix = close = set_description
