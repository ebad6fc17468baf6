"""Module: a function that owns its parameters."""

# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, Self

from vizgrad.engine import dtype as types
from vizgrad.engine.local import here
from vizgrad.engine.surface.create import empty_like
from vizgrad.engine.tensor import Tensor

from .hooks import Hooks, anywhere
from .parameter import is_lazy

__all__ = ["Module"]


class Module(Hooks):
    """Base of every layer and every network: give it parameters and a ``forward``.

    Assigning a ``Parameter`` or another ``Module`` as an attribute is all it takes to own it.  A layer
    that is one function with settings may be a plain dataclass::

        @dataclass(eq=False, repr=False)
        class Scale(nn.Module):
            factor: float = 2.0

            def forward(self, input):
                return self.factor * input
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
            )
        if args:
            given = len(args) + 1
            raise TypeError(
                f"{type(self).__name__}.__init__() takes 1 positional argument but {given} were given"
            )

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes.  Call the module itself, not this, so that hooks run."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        plain = not (self._hooked or anywhere.hooked)
        if not here.watchers:
            return self.forward(*args, **kwargs) if plain else self._call_with_hooks(args, kwargs)
        here.layers.append(self)
        try:
            return self.forward(*args, **kwargs) if plain else self._call_with_hooks(args, kwargs)
        finally:
            here.layers.pop()

    # --- train and eval

    def train(self, mode: bool = True) -> Self:
        """Switch dropout, batch normalization and the like to training (or not), all the way down."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """The same as ``train(False)``: the module is used, not trained."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze (False) or thaw (True) all parameters."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for p in self.parameters():
            forget_gradient(p, set_to_none)

    # --- changing every tensor

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call ``fn`` on every module below and then on this one: to initialize weights, say."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replace the numbers of parameters, gradients and buffers by ``fn`` of them

        Parameters stay themselves.
        """
        for child in self.children() if recurse else ():
            child._apply(fn)
        for p in self._parameters.values():
            if p is not None:
                grad, p.grad = p.grad, None
                p.data = fn(p.data)
                if grad is not None:
                    p.grad = fn(grad.detach()).requires_grad_(grad.requires_grad)
        for name, buffer in self._buffers.items():
            if is_lazy(buffer):
                buffer.data = fn(buffer.data)  # type: ignore[union-attr]
            elif buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Move to a device, or change floating-point dtype: ``to("cuda")``, ``to(vizgrad.float64)``."""
        kind = kwargs.get("dtype", next((a for a in args if isinstance(a, types.dtype)), None))
        if kind is not None and not (kind.is_floating_point or kind.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={kind}"
            )
        places = [a for a in args if not isinstance(a, types.dtype)]
        without = {k: v for k, v in kwargs.items() if k not in ("dtype", "memory_format")}

        def move(t: Tensor) -> Tensor:
            if t.is_floating_point() or t.is_complex():
                return t.to(*args, **{k: v for k, v in kwargs.items() if k != "memory_format"})
            return t.to(*places, **without) if places or without else t

        return self._apply(move)

    def cpu(self) -> Self:
        """Move to main memory."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Move to the GPU."""
        return self._apply(lambda t: t.cuda(device))

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Move to a device without the numbers, which may be anything afterwards."""
        return self._apply(lambda t: empty_like(t, device=device), recurse=recurse)

    def ipu(self, device: Any = None) -> Self:
        """Move to a Graphcore device, of which there is none here."""
        return self.to("ipu" if device is None else device)

    def xpu(self, device: Any = None) -> Self:
        """Move to an Intel GPU, of which there is none here."""
        return self.to("xpu" if device is None else device)

    def mtia(self, device: Any = None) -> Self:
        """Move to an MTIA device, of which there is none here."""
        return self.to("mtia" if device is None else device)

    def type(self, dst_type: Any) -> Self:
        """Change every tensor to ``dst_type``."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> Self:
        """Change floating-point tensors to float32."""
        return self._floating(types.float32)

    def double(self) -> Self:
        """Change floating-point tensors to float64."""
        return self._floating(types.float64)

    def half(self) -> Self:
        """Change floating-point tensors to float16."""
        return self._floating(types.float16)

    def bfloat16(self) -> Self:
        """Change floating-point tensors to bfloat16."""
        return self._floating(types.bfloat16)

    def _floating(self, kind: types.dtype) -> Self:
        return self._apply(lambda t: t.to(kind) if t.is_floating_point() else t)

    def share_memory(self) -> Self:
        """Nothing to do here: tensors are already shared between threads."""
        return self

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to do here: PyTorch makes the module's calls faster with its compiler."""

    # --- printing

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """The settings shown in brackets: those of a dataclass, ``inplace`` only where it is on."""
        if not is_dataclass(self):
            return ""
        shown = ((f.name, getattr(self, f.name)) for f in fields(self) if f.repr)
        return ", ".join(f"{name}={value!r}" for name, value in shown if name != "inplace" or value)

    def __repr__(self) -> str:
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        children = [f"({name}): {_indented(repr(child))}" for name, child in self._modules.items()]
        if len(extra) == 1 and not children:
            return f"{self._get_name()}({extra[0]})"
        inside = "".join(f"\n  {line}" for line in extra + children)
        return f"{self._get_name()}({inside}\n)" if inside else f"{self._get_name()}()"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def forget_gradient(p: Tensor, set_to_none: bool) -> None:
    """Drop the gradient of ``p``, or keep its memory and fill it with zeros."""
    if p.grad is None:
        return
    if set_to_none:
        p.grad = None
    elif p.grad.grad_fn is not None:
        p.grad = p.grad.detach().zero_()
    else:
        p.grad.requires_grad_(False)
        p.grad.zero_()
