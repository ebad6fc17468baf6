"""The two ways to ask for gradients: ``backward`` and ``grad``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy

from vizgrad.engine import alias, namespace, tape
from vizgrad.engine import backward as _backward
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.op import TABLE

from .hooks import AccumulateGrad

CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
    "which can cause a memory leak. Use autograd.grad when creating the graph, or reset the .grad fields of your "
    "parameters to None after use."
)


class GradientEdge(NamedTuple):
    """A place in the graph: a node and the number of one of its outputs.  It can stand for a tensor."""

    node: Any
    output_nr: int
    ownership_token: Any = None


def edge(x: Any) -> Any:
    """Where a gradient of ``x``, a tensor or a GradientEdge, has to go; None: nowhere."""
    if isinstance(x, GradientEdge):
        if isinstance(x.node, AccumulateGrad):
            return x.node.variable
        return (x.node, x.output_nr) if x.output_nr else x.node
    alias.refresh(x)
    return tape.edge(x)


def _start(i: int, x: Any, target: Any, gradient: Any, create_graph: bool) -> Any:
    """The gradient that a walk back begins with: ones for a scalar, or what the caller says."""
    shape, kind = _backward.like(target)
    if gradient is None:
        if isinstance(x, GradientEdge):
            raise RuntimeError("if grad_outputs is not given, outputs must be tensors, not GradientEdges")
        if x.array.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if not x.dtype.is_floating_point:
            raise RuntimeError(
                f"grad can be implicitly created only for real scalar outputs but got {x.dtype}"
            )
        ones = x.array.copy()
        ones[...] = 1
        return Bare._wrap(ones)
    if not isinstance(gradient, Bare):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if gradient.array.shape != shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {_size(gradient.array.shape)} and output[{i}] "
            f"has a shape of {_size(shape)}."
        )
    if (gradient.array.dtype.kind == "c") != (kind.kind == "c"):
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in "
            f"dtype: grad_output[{i}] has a dtype of {_dtype.of(gradient.array)} and output[{i}] has a dtype of "
            f"{named(kind)}."
        )
    if gradient.array.dtype == kind:
        return gradient
    cast: Any = gradient
    return cast.to(named(kind)) if create_graph else Bare._wrap(gradient.array.astype(kind))


def named(kind: Any) -> Any:
    """Our dtype for one of NumPy's."""
    return _dtype.of(numpy.empty(0, kind))


def _size(shape: tuple[int, ...]) -> str:
    return f"torch.Size({list(shape)})"


def _several(xs: Any) -> list[Any]:
    return [xs] if isinstance(xs, (Bare, GradientEdge)) else list(xs)


def _roots(xs: list[Any], gradients: Any, create_graph: bool) -> list[tuple[Any, Any]]:
    """The edges that a walk begins at, each with its gradient."""
    given: Sequence[Any] = [None] * len(xs) if gradients is None else _several(gradients)
    if len(given) < len(xs):
        raise RuntimeError(f"got {len(xs)} tensors and {len(given)} gradients")
    found = []
    for i, (x, g) in enumerate(zip(xs, given, strict=False)):
        target = edge(x)
        if target is None:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        found.append((target, _start(i, x, target, g, create_graph)))
    return found


def _root(xs: list[Any]) -> Any:
    return xs[0] if xs and isinstance(xs[0], Bare) else None


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add the gradients of ``tensors`` to the ``.grad`` of the leaves, or of ``inputs`` only.

    https://pytorch.org/docs/stable/generated/torch.autograd.backward.html
    """
    if grad_variables is not None:
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. "
                "Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    xs = _several(tensors)
    wanted = None if inputs is None else _several(inputs)
    if wanted is not None and not wanted:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    for x in wanted or ():
        if edge(x) is None:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if create_graph:
        warnings.warn(CYCLE, stacklevel=3)
    targets = None if wanted is None else _targets(wanted)
    roots = _roots(xs, grad_tensors, create_graph)
    found = _backward.run(
        roots, create_graph=create_graph, retain_graph=retain_graph, wanted=targets, root=_root(xs)
    )
    for x, g in zip(wanted or (), found, strict=bool(wanted)):
        if isinstance(x, Bare) and x.node is not None and g is not None:
            _backward.accumulate(x, g if create_graph else g.array)


def _targets(wanted: list[Any]) -> list[Any]:
    found = [edge(x) for x in wanted]
    if None in [None if f is None else 0 for f in found]:
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return found


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of ``outputs`` by ``inputs``, returned instead of stored.

    With ``is_grads_batched`` the first dimension of every ``grad_outputs`` counts several requests.
    https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    xs, wanted = _several(outputs), _several(inputs)
    if is_grads_batched:
        return _batched(xs, wanted, grad_outputs, retain_graph, create_graph, allow_unused, materialize_grads)
    targets = _targets(wanted)
    roots = _roots(xs, grad_outputs, create_graph)
    found = _backward.run(
        roots,
        create_graph=create_graph,
        retain_graph=retain_graph,
        wanted=targets,
        store=False,
        root=_root(xs),
    )
    if materialize_grads:
        found = [zeros_like(x) if g is None else g for x, g in zip(wanted, found, strict=True)]
    for i, g in enumerate(found if not allow_unused else ()):
        if g is None:
            raise RuntimeError(
                f"The differentiated Tensor at index {i} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
    return tuple(found)


def zeros_like(x: Any) -> Any:
    """Zeros of a tensor's shape, on its device."""
    return Bare._wrap(namespace.of((x.array,)).zeros(x.array.shape, x.array.dtype))


def _batched(
    xs: list[Any],
    wanted: list[Any],
    grad_outputs: Any,
    retain_graph: bool | None,
    create_graph: bool,
    allow_unused: bool | None,
    materialize_grads: bool,
) -> tuple[Any, ...]:
    """One request after the other, the answers stacked."""
    given = _several(grad_outputs)
    n = len(next(g for g in given if g is not None))
    keep = create_graph if retain_graph is None else retain_graph
    answers = [
        grad(
            xs,
            wanted,
            [None if g is None else g[i] for g in given],
            retain_graph=keep or i < n - 1,
            create_graph=create_graph,
            allow_unused=allow_unused,
            materialize_grads=materialize_grads,
        )
        for i in range(n)
    ]
    stack = TABLE["stack"].function
    return tuple(None if parts[0] is None else stack(parts) for parts in zip(*answers, strict=True))
