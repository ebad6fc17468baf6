"""Tensor: the object that users hold.  A table of contents; every formula is in ops/."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import alias, bare, create, grad_mode, indexing, show, surface
from . import device as _device
from . import dtype as _dtype
from .bare import Bare
from .ops import activation, elementwise, reduce
from .ops import index as _index
from .ops import matmul as _matmul
from .ops import shape as _shape
from .surface import inplace
from .words import Value


class Tensor(Bare):
    """An array that remembers how it was computed.

    The bare NumPy or CuPy array is ``.array``; what can be called on a tensor is what PyTorch's can.
    https://pytorch.org/docs/stable/tensors.html
    """

    __slots__ = ()

    def __new__(cls, *data: Any, requires_grad: bool = False) -> Tensor:
        x = Bare._wrap(surface.legacy_array(data))
        return surface.as_class(cls, x, requires_grad)

    # --- what it is
    shape = property(lambda self: surface.Size(self.array.shape))
    dtype = property(lambda self: _dtype.of(self.array))
    device = property(lambda self: _device.of(self.array))
    ndim = property(lambda self: self.array.ndim)
    itemsize = property(lambda self: self.array.itemsize)
    nbytes = property(lambda self: self.array.nbytes)
    is_cuda = property(lambda self: self.device.type == "cuda")
    is_leaf = property(lambda self: self.grad_fn is None)
    layout, is_sparse, is_quantized, is_meta, is_nested = "torch.strided", False, False, False, False
    size, dim, numel, stride, nelement = surface.size, surface.dim, surface.numel, surface.stride, surface.numel
    element_size, data_ptr, storage_offset = surface.element_size, surface.data_ptr, surface.storage_offset
    is_contiguous, is_floating_point, is_complex = (
        surface.is_contiguous,
        surface.is_floating_point,
        surface.is_complex,
    )
    ndimension, type = surface.dim, surface.type_

    # --- its history
    @property
    def requires_grad(self) -> bool:
        alias.refresh(self)
        return self.tracked

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    @property
    def grad_fn(self) -> Any:
        """The node that computed this tensor; None for leaves."""
        alias.refresh(self)
        return self.node

    @property
    def data(self) -> Tensor:
        """The same memory, without history and without being watched for writes (as in PyTorch)."""
        x = Bare._wrap(self.array)
        x.storage = self.storage.borrow()
        return x

    @data.setter
    def data(self, other: Tensor) -> None:
        surface.replace_data(self, other)

    _version = property(lambda self: self.storage.version)
    _base = property(lambda self: self.alias.base if isinstance(self.alias, alias.View) else None)
    retains_grad = property(lambda self: surface.retains_grad(self))
    requires_grad_, detach, detach_, retain_grad = (
        surface.requires_grad_,
        surface.detach,
        surface.detach_,
        surface.retain_grad,
    )
    register_hook = surface.register_hook

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
        grad_mode.backward(self, gradient, retain_graph, create_graph, inputs)

    # --- arithmetic
    # Spelled out for editors; the assignment behind `else` is what runs, one call less.
    if TYPE_CHECKING:

        def __add__(self, other: Value) -> Tensor:
            return elementwise.add(self, other)

        def __sub__(self, other: Value) -> Tensor:
            return elementwise.sub(self, other)

        def __mul__(self, other: Value) -> Tensor:
            return elementwise.mul(self, other)

        def __truediv__(self, other: Value) -> Tensor:
            return elementwise.div(self, other)

        def __pow__(self, other: Value) -> Tensor:
            return elementwise.pow(self, other)

        def __matmul__(self, other: Tensor) -> Tensor:
            return _matmul.matmul(self, other)

    else:
        __add__, __sub__, __mul__, __truediv__ = elementwise.add, elementwise.sub, elementwise.mul, elementwise.div
        __pow__, __matmul__ = elementwise.pow, _matmul.matmul

    def __radd__(self, other: Value) -> Tensor:
        return elementwise.add(self, other)

    def __rsub__(self, other: Value) -> Tensor:
        return elementwise.sub(other, self)

    def __rmul__(self, other: Value) -> Tensor:
        return elementwise.mul(self, other)

    def __rtruediv__(self, other: Value) -> Tensor:
        return elementwise.div(other, self)

    def __rpow__(self, other: Value) -> Tensor:
        return elementwise.pow(other, self)

    def __neg__(self) -> Tensor:
        return elementwise.neg(self)

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return elementwise.abs(self)

    def __eq__(self, other: object) -> Any:
        return elementwise.eq(self, other) if surface.comparable(other) else NotImplemented  # type: ignore[arg-type]

    def __ne__(self, other: object) -> Any:
        return elementwise.ne(self, other) if surface.comparable(other) else NotImplemented  # type: ignore[arg-type]

    def __lt__(self, other: Value) -> Tensor:
        return elementwise.lt(self, other)

    def __le__(self, other: Value) -> Tensor:
        return elementwise.le(self, other)

    def __gt__(self, other: Value) -> Tensor:
        return elementwise.gt(self, other)

    def __ge__(self, other: Value) -> Tensor:
        return elementwise.ge(self, other)

    __and__, __or__, __xor__, __invert__ = (
        elementwise.bitwise_and,
        elementwise.bitwise_or,
        elementwise.bitwise_xor,
        elementwise.bitwise_not,
    )
    __floordiv__, __mod__ = elementwise.floor_divide, elementwise.remainder
    __hash__ = object.__hash__

    # --- elementwise
    add, sub, mul, div = elementwise.add, elementwise.sub, elementwise.mul, elementwise.div
    pow, neg, abs, sign, conj = elementwise.pow, elementwise.neg, elementwise.abs, elementwise.sign, elementwise.conj
    maximum, minimum, clamp = elementwise.maximum, elementwise.minimum, elementwise.clamp
    exp, log, sqrt, rsqrt = elementwise.exp, elementwise.log, elementwise.sqrt, elementwise.rsqrt
    reciprocal, square, sin, cos = elementwise.reciprocal, elementwise.square, elementwise.sin, elementwise.cos
    expm1, log1p, erf = activation.expm1, activation.log1p, activation.erf
    relu, sigmoid, tanh = activation.relu, activation.sigmoid, activation.tanh
    eq, ne, lt, le, gt, ge = (
        elementwise.eq,
        elementwise.ne,
        elementwise.lt,
        elementwise.le,
        elementwise.gt,
        elementwise.ge,
    )
    isnan, isinf, isfinite, floor, ceil, round = (
        elementwise.isnan,
        elementwise.isinf,
        elementwise.isfinite,
        elementwise.floor,
        elementwise.ceil,
        elementwise.round,
    )
    logical_not = elementwise.logical_not
    floor_divide, remainder = elementwise.floor_divide, elementwise.remainder
    multiply, subtract, divide, clip, negative, absolute = mul, sub, div, clamp, neg, abs

    # --- in place
    add_, sub_, mul_, div_ = map(inplace, (elementwise.add, elementwise.sub, elementwise.mul, elementwise.div))
    pow_, neg_, clamp_, exp_ = map(inplace, (elementwise.pow, elementwise.neg, elementwise.clamp, elementwise.exp))
    sqrt_, relu_, sigmoid_, tanh_ = map(
        inplace, (elementwise.sqrt, activation.relu, activation.sigmoid, activation.tanh)
    )
    copy_, fill_ = inplace(_shape.copy, ignores="non_blocking"), inplace(_index.fill)
    masked_fill_ = inplace(_index.masked_fill)
    zero_, normal_, uniform_, bernoulli_ = surface.zero_, surface.normal_, surface.uniform_, surface.bernoulli_
    __iadd__, __isub__, __imul__, __itruediv__, __ipow__ = add_, sub_, mul_, div_, pow_

    # --- folding
    sum, mean, var, std = surface.sum, surface.mean, surface.var, surface.std
    max, min, amax, amin, prod = surface.max, surface.min, reduce.amax, reduce.amin, reduce.prod
    argmax, argmin, all, any = reduce.argmax, reduce.argmin, surface.all, surface.any
    softmax, log_softmax, logsumexp, cumsum = (
        surface.softmax,
        surface.log_softmax,
        reduce.logsumexp,
        reduce.cumsum,
    )
    norm, allclose, equal, topk = surface.norm, surface.allclose, surface.equal, surface.topk

    # --- products
    matmul, mm, bmm, dot, mv = _matmul.matmul, _matmul.matmul, _matmul.matmul, _matmul.matmul, _matmul.matmul

    # --- shape
    reshape, view, permute, expand = surface.reshape, surface.view, surface.permute, surface.expand
    reshape_as, view_as, expand_as = surface.reshape_as, surface.view_as, surface.expand_as
    transpose, swapaxes, swapdims, t = _shape.transpose, _shape.transpose, _shape.transpose, surface.t
    flatten, squeeze, unsqueeze, diagonal = _shape.flatten, _shape.squeeze, _shape.unsqueeze, _shape.diagonal
    T = property(surface.reversed_dims)
    mT = property(lambda self: _shape.transpose(self, -2, -1))
    narrow, select, split, chunk, unbind = (
        surface.narrow,
        surface.select,
        surface.split,
        surface.chunk,
        surface.unbind,
    )
    flip, repeat, contiguous, clone = surface.flip, surface.repeat, surface.contiguous, surface.clone

    # --- picking
    __getitem__, __setitem__ = indexing.get, indexing.put
    gather, scatter_add, masked_fill = _index.gather, surface.scatter_add, _index.masked_fill
    index_select, tril, triu = indexing.index_select, _index.tril, _index.triu
    masked_select, nonzero = indexing.masked_select, indexing.nonzero

    # --- conversion
    to, type_as, cpu, cuda = surface.to, surface.type_as, surface.cpu, surface.cuda
    float, double, half, bfloat16, long, int, short, char, byte, bool = map(
        surface.cast_to,
        (_dtype.float32, _dtype.float64, _dtype.float16, _dtype.bfloat16, _dtype.int64,
         _dtype.int32, _dtype.int16, _dtype.int8, _dtype.uint8, _dtype.bool_),
    )  # fmt: skip
    numpy, tolist, item = surface.numpy_, surface.tolist, surface.item
    new_zeros, new_ones, new_empty, new_full, new_tensor = (
        surface.new(create.zeros),
        surface.new(create.ones),
        surface.new(create.empty),
        surface.new(create.full),
        surface.new(create.tensor),
    )

    # --- Python's own protocols
    __array_priority__ = 1000  # so that `ndarray * tensor` asks the tensor
    __array__, __dlpack__, __dlpack_device__ = surface.array, surface.dlpack, surface.dlpack_device
    __reduce_ex__, __deepcopy__ = surface.reduce_ex, surface.deepcopy
    __repr__ = show.text

    def __bool__(self) -> bool:  # type: ignore[valid-type]
        return surface.truth(self)

    def __float__(self) -> float:  # type: ignore[valid-type]
        return _python_float(self.item())

    def __int__(self) -> int:  # type: ignore[valid-type]
        return _python_int(self.item())

    def __index__(self) -> int:  # type: ignore[valid-type]
        return surface.as_index(self)

    def __len__(self) -> int:  # type: ignore[valid-type]
        return surface.length(self)

    def __iter__(self) -> Iterator[Tensor]:
        return iter(surface.unbind(self))

    def __contains__(self, element: Any) -> bool:  # type: ignore[valid-type]
        return surface.truth(surface.any(self == element))

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.array.ndim == 0 and spec else show.text(self)


_python_float, _python_int = float, int

bare.become(Tensor)
