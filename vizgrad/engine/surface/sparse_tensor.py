"""A sparse tensor: where its numbers are, and the numbers; everything else is 0."""

# It is a Tensor for programs that ask, and answers in its own way:
# pyright: reportIncompatibleMethodOverride=false, reportIncompatibleVariableOverride=false
# pyright: reportAssignmentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import copy as _copy
import math
from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import elementwise, shapes
from vizgrad.engine.storage import Storage
from vizgrad.engine.tensor import Tensor

from . import about, create, show
from . import sparse as _sparse
from .sparse_rows import NoArrayError

_new = object.__new__


class SparseTensor(Tensor):
    """COO, for coordinates: ``indices`` (sparse dimensions, n), ``values`` (n, *dense dimensions).

    A place may be named several times; its number is then the sum, and `coalesce` adds it up.  It can be added,
    multiplied by numbers and by matrices, added up, and made dense; gradients flow to its values.  There is no
    broadcasting and no indexing, and of the layouts only this one: `to_dense` first for anything else.
    """

    __slots__ = ()

    at: Any  # the places, (sparse dimensions, n)
    held: Any  # the numbers there
    sizes: Any
    sorted: Any  # whether every place is known to be named once, in order

    def __new__(cls, indices: Any, values: Any, size: Any, coalesced: bool = False) -> SparseTensor:
        x = _new(cls)
        x.memory = Storage(0)  # its parts count their bytes themselves
        x.node = x.alias = x.hooks = None
        x.slot = 0
        x.tracked = values.tracked
        x.__dict__.update(at=indices, held=values, sizes=about.Size(size), sorted=coalesced)
        return x

    # --- what it is
    layout, is_sparse = _sparse.sparse_coo, True
    shape = property(lambda self: self.sizes)
    dtype = property(lambda self: self.held.dtype)
    device = property(lambda self: self.held.device)
    ndim = property(lambda self: len(self.sizes))
    is_cuda = property(lambda self: self.held.is_cuda)
    grad_fn = property(lambda self: self.held.grad_fn)
    data = property(lambda self: self._with(self.held.data))

    @property
    def array(self) -> Any:
        raise NoArrayError(
            f"this operation is not written for sparse tensors (here one of size {tuple(self.sizes)}): make it dense "
            "with .to_dense() first"
        )

    @property
    def requires_grad(self) -> bool:
        return self.held.requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    @property
    def grad(self) -> Any:
        """The gradient of its values, at their places."""
        g = self.held.grad
        return None if g is None else self._with(g)

    @grad.setter
    def grad(self, value: Any) -> None:
        self.held.grad = None if value is None else value.held

    gradient = grad

    def size(self, dim: int | None = None) -> Any:
        return self.sizes if dim is None else self.sizes[dim]

    def dim(self) -> int:
        return len(self.sizes)

    def numel(self) -> int:
        return math.prod(self.sizes)

    def __len__(self) -> int:
        return self.sizes[0]

    def is_floating_point(self) -> bool:
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        return self.dtype.is_complex

    # --- its parts
    def indices(self) -> Any:
        """The places, each named once: (sparse dimensions, n).  RuntimeError before `coalesce`."""
        self._require_coalesced("indices")
        return self.at

    def values(self) -> Any:
        """The numbers there: (n, *dense dimensions).  RuntimeError before `coalesce`."""
        self._require_coalesced("values")
        return self.held

    def _require_coalesced(self, what: str) -> None:
        if not self.sorted:
            raise RuntimeError(f"Cannot get {what} on an uncoalesced tensor, please call .coalesce() first")

    def _indices(self) -> Any:
        return self.at

    def _values(self) -> Any:
        return self.held

    def _nnz(self) -> int:
        return self.at.shape[1]

    def sparse_dim(self) -> int:
        """How many dimensions, the first ones, are named in `indices`."""
        return self.at.shape[0]

    def dense_dim(self) -> int:
        """How many dimensions, the last ones, are whole in `values`."""
        return self.held.ndim - 1

    def is_coalesced(self) -> bool:
        """Whether every place is known to be named once, in order."""
        return self.sorted

    def coalesce(self) -> SparseTensor:
        """The same tensor with every place named once, in order; itself if it is so already."""
        if self.sorted:
            return self
        xp = namespace.of((self.held.array,)).module
        sizes, at = self.sizes[: self.sparse_dim()], self.at.array
        key = xp.zeros(at.shape[1], "i8")
        for row, size in zip(at, sizes, strict=True):
            key = key * size + row
        found, first, where = xp.unique(key, return_index=True, return_inverse=True)
        start = create.zeros((len(found), *self.held.shape[1:]), dtype=self.dtype, device=self.device)
        values = start.index_add(0, Bare._wrap(where.reshape(-1)), self.held)
        return SparseTensor(Bare._wrap(at[:, first]), values, self.sizes, coalesced=True)

    # --- to other forms
    def to_dense(self, dtype: Any = None, *, masked_grad: bool | None = None) -> Any:
        """The tensor with all its zeros."""
        start = create.zeros(self.sizes, dtype=self.dtype, device=self.device)
        y = start.index_put(tuple(self.at), self.held, accumulate=True) if self._nnz() else start
        return y if dtype is None else y.to(dtype)

    def to_sparse(self, *args: Any, **settings: Any) -> SparseTensor:
        return self

    to_sparse_coo = to_sparse

    def to(self, *args: Any, **settings: Any) -> Any:
        values = self.held.to(*args, **settings)
        return self if values is self.held else self._with(values, self.at.to(values.device))

    def cpu(self, memory_format: Any = None) -> Any:
        return self.to("cpu")

    def cuda(self, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Any:
        return self.to("cuda" if device is None else device)

    def float(self, memory_format: Any = None) -> Any:
        return self.to(_dtype.float32)

    def double(self, memory_format: Any = None) -> Any:
        return self.to(_dtype.float64)

    def half(self, memory_format: Any = None) -> Any:
        return self.to(_dtype.float16)

    def bfloat16(self, memory_format: Any = None) -> Any:
        return self.to(_dtype.bfloat16)

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.")

    def clone(self, *, memory_format: Any = None) -> Any:
        return self._with(self.held.clone(), self.at.clone())

    def detach(self) -> Any:
        return self._with(self.held.detach())

    def detach_(self) -> Any:
        self.held, self.tracked = self.held.detach(), False
        return self

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        self.held.requires_grad_(requires_grad)
        self.tracked = self.held.tracked
        return self

    def _with(self, values: Any, indices: Any = None) -> Any:
        """Other numbers at the same places."""
        return SparseTensor(self.at if indices is None else indices, values, self.sizes, self.sorted)

    def t(self) -> Any:
        """Rows and columns exchanged, of a matrix."""
        if self.dense_dim() or self.sparse_dim() > 2:
            raise RuntimeError(
                "t() expects a tensor with <= 2 sparse and 0 dense dimensions, but got "
                f"{self.sparse_dim()} sparse and {self.dense_dim()} dense dimensions"
            )
        return SparseTensor(self.at.flip(0), self.held, tuple(reversed(self.sizes)))

    T = property(t)

    def transpose(self, dim0: int, dim1: int) -> Any:
        return self.t() if {dim0 % 2, dim1 % 2} == {0, 1} and self.ndim == 2 else self

    # --- arithmetic
    def __add__(self, other: Any) -> Any:
        """Sparse and sparse is sparse, sparse and dense is dense (an array: what a backward pass has)."""
        if not isinstance(other, SparseTensor):
            return other + self
        if other.sizes != self.sizes:
            raise RuntimeError(
                f"add: expected 'self' and 'other' to have same sizes, but {tuple(self.sizes)} != {tuple(other.sizes)}"
            )
        join: Any = _sparse.cat
        y = SparseTensor(join([self.at, other.at], 1), join([self.held, other.held]), self.sizes)
        return y.coalesce() if self.sorted and other.sorted else y

    def __radd__(self, other: Any) -> Any:
        if isinstance(other, Tensor):
            return elementwise.add(other, self.to_dense())
        return other + self.to_dense().array if hasattr(other, "shape") else NotImplemented

    __array_ufunc__ = None  # so that `ndarray + sparse` comes here

    def add(self, other: Any, *, alpha: Any = 1) -> Any:
        return self + (other if alpha == 1 else other * alpha)

    def add_(self, other: Any, *, alpha: Any = 1) -> Any:
        return self._become(self.add(other, alpha=alpha))

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __neg__(self) -> Any:
        return self._with(-self.held)

    neg = __neg__

    def __mul__(self, other: Any) -> Any:
        """With a number, or element by element with a sparse tensor of the same size."""
        if isinstance(other, SparseTensor):
            a, b = self.coalesce(), other.to_dense()
            return a._with(a.held * b[tuple(a.at)])
        if isinstance(other, Bare) and other.ndim:
            a = self.coalesce()
            return a._with(a.held * other.expand(self.sizes)[tuple(a.at)])
        return self._with(self.held * other)

    __rmul__ = __mul__
    mul = __mul__

    def mul_(self, other: Any) -> Any:
        return self._become(self * other)

    def __truediv__(self, other: Any) -> Any:
        return self._with(self.held / other)

    div = __truediv__

    def div_(self, other: Any) -> Any:
        return self._become(self / other)

    __iadd__, __imul__, __itruediv__ = add_, mul_, div_

    def pow(self, exponent: Any) -> Any:
        a = self.coalesce()
        return a._with(a.held**exponent)

    __pow__ = pow

    def abs(self) -> Any:
        a = self.coalesce()
        return a._with(a.held.abs())

    def sum(self, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
        """All numbers added up; along ``dim`` (one or several): sparse, or dense if no sparse dimension is left."""
        if dim is None:
            return self.held.sum(dtype=dtype)
        if keepdim:
            raise NotImplementedError(
                "sum of a sparse tensor with keepdim=True: make it dense with .to_dense() first"
            )
        gone = shapes.axes(self.ndim, dim)
        n = self.sparse_dim()
        values = self.held if dtype is None else self.held.to(dtype)
        dense = tuple(d - n + 1 for d in gone if d >= n)
        values = values.sum(dense) if dense else values
        left = [d for d in range(n) if d not in gone]
        if not left:
            return values.sum(0)
        sizes = tuple(size for d, size in enumerate(self.sizes) if d not in gone)
        return SparseTensor(self.at[left], values, sizes, self.sorted and len(left) == n).coalesce()

    def zero_(self) -> Any:
        """Forget all numbers, in place."""
        nothing = self.at[:, :0], self.held.detach()[:0]
        return self._become(SparseTensor(*nothing, self.sizes, coalesced=True))

    def _become(self, other: Any) -> Any:
        if not isinstance(other, SparseTensor):
            raise RuntimeError("the result is dense and cannot be written into a sparse tensor")
        self.__dict__.update(other.__dict__)
        self.tracked = self.held.tracked
        return self

    def __matmul__(self, other: Any) -> Any:
        return _sparse.mm(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return _sparse.mm(other, self)

    mm = matmul = mv = __matmul__

    # --- Python's own protocols
    def __repr__(self, *, tensor_contents: Any = None) -> str:
        def written(name: str, part: Any) -> str:
            size = "" if part.numel() else f", size={tuple(part.shape)}"
            return f"{name}=tensor({show.written(show.numbers_of(part.detach()), 15 + len(name))}{size})"

        parts = [written("indices", self.at), written("values", self.held)]
        facts = f"size={tuple(self.sizes)}, nnz={self._nnz()}"
        if self.device.type != "cpu":
            facts += f", device='{self.device}'"
        if self.dtype not in (_dtype.get_default_dtype(), _dtype.int64, _dtype.bool_):
            facts += f", dtype={self.dtype}"
        facts += f", layout={self.layout}"
        if self.held.grad_fn is not None:
            facts += f", grad_fn=<{type(self.held.grad_fn).__name__}>"
        elif self.requires_grad:
            facts += ", requires_grad=True"
        return "tensor(" + ",\n       ".join([*parts, facts]) + ")"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    _repr_html_ = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return memo.setdefault(id(self), self._with(_copy.deepcopy(self.held, memo), self.at.clone()))

    def __reduce_ex__(self, protocol: Any, /) -> Any:
        return SparseTensor, (self.at, self.held, tuple(self.sizes), self.sorted)
