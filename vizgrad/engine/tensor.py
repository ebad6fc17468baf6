"""Tensor: the object that users hold.

A table of contents: what it is and its history are here, its operators and hundreds of methods in contents/, area by
area; every formula is in ops/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import alias, bare
from . import device as _device
from . import dtype as _dtype
from .bare import Bare
from .contents import (
    comparison,
    conversion,
    creation,
    facts,
    fourier,
    operators,
    picking,
    pointwise,
    products,
    reduction,
    shaping,
    sparse,
    special,
)
from .ops import complex as complex_
from .ops import reduce
from .surface import about, convert, history, html, interop, kinds, parts, request, show
from .surface.called import named


class Tensor(
    operators.Methods,
    pointwise.Methods,
    comparison.Methods,
    special.Methods,
    reduction.Methods,
    shaping.Methods,
    picking.Methods,
    products.Methods,
    creation.Methods,
    conversion.Methods,
    facts.Methods,
    sparse.Methods,
    fourier.Methods,
    Bare,
):
    """An array that remembers how it was computed.

    The bare NumPy or CuPy array is ``.array``; what can be called on a tensor is what PyTorch's can.
    https://pytorch.org/docs/stable/tensors.html
    """

    __slots__ = ()
    __module__ = "vizgrad"  # where users find it: ``<class 'vizgrad.Tensor'>``

    def __new__(cls, *data: Any, requires_grad: bool = False) -> Tensor:
        x = Bare._wrap(about.legacy_array(data))
        return about.as_class(cls, x, requires_grad)

    # --- what it is
    shape = property(lambda self: about.known(self.array.shape))
    dtype = property(lambda self: _dtype.of(self.array))
    device = property(lambda self: _device.of(self.array))
    ndim = property(lambda self: self.array.ndim)
    real = property(complex_.real, lambda self, other: complex_.real(self).copy_(other))  # type: ignore
    imag = property(complex_.imag, lambda self, other: complex_.imag(self).copy_(other))  # type: ignore
    itemsize = property(lambda self: self.array.itemsize)
    nbytes = property(lambda self: self.array.nbytes)
    is_cuda = property(lambda self: self.device.type == "cuda")
    is_leaf = property(lambda self: self.grad_fn is None)
    layout, is_sparse, is_quantized, is_meta, is_nested = kinds.strided, False, False, False, False
    size, dim, numel, stride, nelement = about.size, about.dim, about.numel, about.stride, about.numel
    element_size, data_ptr, storage_offset = about.element_size, about.data_ptr, about.storage_offset
    is_contiguous, is_floating_point = about.is_contiguous, about.is_floating_point
    is_complex = about.is_complex
    ndimension = about.dim

    # --- its history
    @property
    def requires_grad(self) -> bool:
        alias.refresh(self)
        return self.tracked

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        history.set_requires_grad(self, value)

    @property
    def grad_fn(self) -> Any:
        """The node that computed this tensor; None for leaves."""
        alias.refresh(self)
        return None if self.node is None else named(self.node)

    @property
    def data(self) -> Tensor:
        """The same memory, without history and without being watched for writes (as in PyTorch)."""
        x = Bare._wrap(self.array)
        x.memory = self.memory.borrow()
        return x

    @data.setter
    def data(self, other: Tensor) -> None:
        history.replace_data(self, other)

    grad = property(history.gradient, history.set_gradient, history.set_gradient)
    _version = property(history.version)
    is_inference = history.is_inference
    _base = property(lambda self: self.alias.base if isinstance(self.alias, alias.View) else None)
    retains_grad = property(lambda self: history.retains_grad(self))
    requires_grad_, detach, detach_ = history.requires_grad_, history.detach, history.detach_
    retain_grad = history.retain_grad
    register_hook = history.register_hook
    register_post_accumulate_grad_hook = history.register_post_accumulate_grad_hook

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add ∂self/∂x to the ``.grad`` of every leaf x that self was computed from.

        ``gradient`` is what the result is multiplied with; a scalar needs none.
        https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html
        """
        request.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    # --- Python's own protocols
    __array_priority__ = 1000  # so that `ndarray * tensor` asks the tensor
    __array__, __array_wrap__ = interop.array, interop.array_wrap
    __dlpack__, __dlpack_device__ = interop.dlpack, interop.dlpack_device
    __reduce_ex__, __deepcopy__, __copy__ = interop.reduce_ex, interop.deepcopy, interop.shallow
    __repr__, __format__, _repr_html_ = show.text, show.formatted, html.page
    __bool__, __float__, __int__ = convert.truth, convert.as_float, convert.as_int
    __complex__, __index__ = convert.as_complex, convert.as_index

    def __len__(self) -> int:  # type: ignore[valid-type]
        return convert.length(self)

    def __iter__(self) -> Iterator[Tensor]:
        return parts.iterate(self)

    def __contains__(self, element: Any) -> bool:  # type: ignore[valid-type]
        return convert.truth(reduce.any(self == element))


bare.become(Tensor)
