"""Finding where a gradient becomes NaN.

https://pytorch.org/docs/stable/autograd.html#anomaly-detection
"""

from __future__ import annotations

import sys
import traceback
import warnings
from typing import Any

from vizgrad.engine import backward, namespace, watch
from vizgrad.engine.local import here, set_watchers

__all__ = ["detect_anomaly", "set_detect_anomaly"]

_TRACE = "traceback_"  # as PyTorch calls it in a node's metadata
_PARENT = "parent_"


class _Tracer(watch.Watcher):
    """Notes for each node where in the program it was made."""

    strict = True

    def on_op(self, op: Any, inputs: tuple[Any, ...], out: Any, settings: dict[str, Any]) -> None:
        first = out[0] if isinstance(out, tuple) else out
        node = getattr(first, "node", None)
        if node is not None and _TRACE not in node.metadata:
            frame: Any = sys._getframe(1)
            while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("vizgrad."):
                frame = frame.f_back
            node.metadata[_TRACE] = traceback.format_stack(frame)
            walk = backward.current()
            if walk is not None:
                node.metadata[_PARENT] = walk.now


_tracer = _Tracer()


class _Careful(backward.Walk):
    """A backward pass that says which op failed, or gave NaN, and where it was called."""

    def input_gradients(self, node: Any, grads: list[Any]) -> list[Any]:
        try:
            results = super().input_gradients(node, grads)
            if _mode.check_nan:
                self._refuse_nan(node, results)
        except Exception:
            _say(node)
            raise
        return results

    def _refuse_nan(self, node: Any, results: list[Any]) -> None:
        for i, g in enumerate(results):
            array = getattr(g, "array", g)
            if array is not None and array.dtype.kind in "fcV":
                xp = namespace.of((array,))
                if bool(xp.isnan(array.astype("f4") if array.dtype.kind == "V" else array).any()):
                    raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")


def _say(node: Any) -> None:
    """Warn with the lines that led to this node."""
    lines = node.metadata.get(_TRACE)
    if lines is None:
        warnings.warn(
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during "
            "forward pass for more information.",
            stacklevel=2,
        )
        return
    warnings.warn(
        f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{''.join(lines)}",
        stacklevel=2,
    )
    parent = node.metadata.get(_PARENT)
    if parent is not None:
        lines = parent.metadata.get(_TRACE)
        warnings.warn(
            f"\n\nPrevious calculation was induced by {parent.name()}. "
            + (
                f"Traceback of forward call that induced the previous calculation:\n{''.join(lines)}"
                if lines
                else "No forward pass information available."
            ),
            stacklevel=2,
        )


class _Mode:
    enabled = False
    check_nan = True


_mode = _Mode()


def is_anomaly_enabled() -> bool:
    """Whether backward passes are checked."""
    return _mode.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether a NaN in a gradient counts as an error."""
    return _mode.check_nan


def _set(enabled: bool, check_nan: bool) -> None:
    _mode.enabled, _mode.check_nan = enabled, check_nan
    backward.walker = _Careful if enabled else backward.Walk
    others = tuple(w for w in here.watchers if w is not _tracer)
    set_watchers((*others, _tracer) if enabled else others)


class set_detect_anomaly:
    """Check backward passes from the call on, or for a block."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = _mode.enabled, _mode.check_nan
        _set(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        _set(*self._before)


class detect_anomaly:
    """Inside the block, a NaN in a gradient is an error that names the op and the line that called it."""

    def __init__(self, check_nan: bool = True) -> None:
        self._check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self._before = _mode.enabled, _mode.check_nan
        _set(True, self._check_nan)

    def __exit__(self, *_: object) -> None:
        _set(*self._before)
