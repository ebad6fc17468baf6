"""New tensors like a given one: ``zeros_like(x)``, ``x.new_zeros(3)``; and memory laid out by strides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import shapes

from . import create, data
from .kinds import contiguous_format, preserve_format, strided


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a tensor; unlike isinstance, this does not make a type checker forget a tensor's methods."""
    return isinstance(x, Bare)


def tensor_only(name: str, input: Any) -> Any:
    """The array of the argument ``input``; TypeError for what is no tensor."""
    if not isinstance(input, Bare):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    return input.array


def memory_like(xp: Any, a: Any, kind: Any, memory_format: Any) -> Any:
    """Memory of the shape of ``a``, its dimensions in the asked order."""
    if memory_format is None or memory_format is preserve_format:
        return xp.empty_like(a, dtype=kind)
    if memory_format is contiguous_format:
        return xp.empty(a.shape, kind)
    n = 4 if memory_format.name == "channels_last" else 5
    if a.ndim != n:
        raise RuntimeError(f"required rank {n} tensor to use {memory_format.name} format, but got {a.ndim}")
    last = xp.empty((a.shape[0], *a.shape[2:], a.shape[1]), kind)
    return xp.moveaxis(last, -1, 1)


def _like(name: str, doc: str, contents: Callable[..., Any] | None) -> Callable[..., Any]:
    def like(input: Any, *, dtype: Any = None, layout: Any = None, device: Any = None,
             pin_memory: bool = False, requires_grad: bool = False, memory_format: Any = None) -> Any:  # fmt: skip
        a = tensor_only(name, input)
        create.accepted(layout, memory_format)
        kind = a.dtype if dtype is None else data.kind_of(dtype)
        y = create.built(lambda xp: memory_like(xp, a, kind, memory_format), device or _device.of(a))
        if contents is not None:
            y[...] = contents(kind)
        return data.finished(y, requires_grad)

    like.__doc__, like.__name__, like.__qualname__ = doc, name, name
    return like


zeros_like = _like("zeros_like", "Zeros of the size, dtype and device of ``input``.", lambda kind: 0)
ones_like = _like("ones_like", "Ones of the size, dtype and device of ``input``.", lambda kind: 1)
empty_like = _like("empty_like", "Memory for a tensor like ``input``, as it was found.", None)


def full_like(input: Any, fill_value: Any, **settings: Any) -> Any:
    """``fill_value`` everywhere, in the size, dtype and device of ``input``."""
    y = empty_like(input, **{k: v for k, v in settings.items() if k != "requires_grad"})
    y.array[...] = create.scalar(fill_value, y.array.dtype).item()
    return y.requires_grad_() if settings.get("requires_grad") else y


def empty_strided(size: Sequence[int], stride: Sequence[int], *, dtype: Any = None, layout: Any = strided,
                  device: Any = None, requires_grad: bool = False, pin_memory: bool = False) -> Any:  # fmt: skip
    """Memory of the given size, whose neighbours along each dimension lie ``stride`` elements apart."""
    shape, steps, kind = create.sized((size,)), create.sized((stride,), "stride"), data.kind_of(dtype)
    if len(shape) != len(steps):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(steps)})"
        )
    n = 1 + sum((a - 1) * b for a, b in zip(shape, steps, strict=True)) if shapes.product(shape) else 0

    def make(xp: Any) -> Any:
        return xp.lib.stride_tricks.as_strided(xp.empty(n, kind), shape, [s * kind.itemsize for s in steps])

    return data.finished(create.built(make, device), requires_grad)


def empty_permuted(size: Sequence[int], physical_layout: Sequence[int], *, dtype: Any = None,
                   layout: Any = strided, device: Any = None, requires_grad: bool = False,
                   pin_memory: bool = False) -> Any:  # fmt: skip
    """Memory of the given size, whose dimensions lie in memory in the order ``physical_layout``, widest first."""
    shape, order = create.sized((size,)), [int(d) for d in physical_layout]
    if len(shape) != len(order):
        raise RuntimeError(
            f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(shape)} is not equal to len(physical_layout) = {len(order)}"
        )
    for d in order:
        if not 0 <= d < len(shape):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(shape) - 1}, but got {d})"
            )
        if order.count(d) > 1:
            raise RuntimeError(f"Duplicate dim not allowed: {d} appears more than once in {order}")
    kind = data.kind_of(dtype)
    back = [order.index(d) for d in range(len(order))]
    y = create.built(lambda xp: xp.empty([shape[d] for d in order], kind).transpose(back), device)
    return data.finished(y, requires_grad)


def new(factory: Callable[..., Any]) -> Callable[..., Any]:
    """A factory that takes dtype and device from a tensor: ``x.new_zeros(3)``."""

    def make(self: Any, *args: Any, dtype: Any = None, device: Any = None, **settings: Any) -> Any:
        where = _device.of(self.array) if device is None else device
        kind = _dtype.of(self.array) if dtype is None else dtype
        return factory(*args, dtype=kind, device=where, **settings)

    make.__name__ = make.__qualname__ = f"new_{factory.__name__.removeprefix('new_')}"
    make.__doc__ = f"As ``torch.{factory.__name__}``, with the dtype and device of this tensor."
    return make


def legacy_new(self: Any, *args: Any, device: Any = None) -> Any:
    """``x.new(2, 3)`` or ``x.new([1, 2])``, the old spelling of `new_empty` and `new_tensor`."""
    if len(args) == 1 and not isinstance(args[0], int) and not hasattr(args[0], "numel"):
        return new(data.tensor)(self, args[0], device=device)
    if len(args) == 1 and isinstance(args[0], Bare):
        return data.finished(args[0].array)
    return new(create.empty)(self, *(args or (0,)), device=device)
