"""Derivatives of functions: Jacobians, Hessians, and their products with vectors.

https://pytorch.org/docs/stable/autograd.html#functional-higher-level-api
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.ops.join import stack
from vizgrad.engine.surface.grad_mode import enable_grad, no_grad
from vizgrad.engine.surface.request import grad, zeros_like

from . import forward_ad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

STRATEGIES = ("forward-mode", "reverse-mode")
_STRATEGY = (
    'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than '
    'inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
)


def _tuple_of(x: Any, what: str, function: str) -> tuple[bool, tuple[Any, ...]]:
    """``x`` as a tuple of tensors, and whether it was one."""
    many = isinstance(x, tuple)
    found = x if many else (x,)
    for i, one in enumerate(found):
        if isinstance(one, Bare):
            continue
        if many:
            raise TypeError(
                f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but the value at "
                f"index {i} has type {type(one)}."
            )
        raise TypeError(
            f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but the given {what} has "
            f"type {type(one)}."
        )
    return many, found


def _one_or_all(found: Any, many: bool) -> Any:
    return tuple(found) if many else found[0]


def _inputs(inputs: tuple[Any, ...], create_graph: bool) -> tuple[Any, ...]:
    """Stand-ins for the inputs whose gradients are wanted; with ``create_graph`` joined to their history."""
    if create_graph:
        return tuple(x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in inputs)
    return tuple(x.detach().requires_grad_() for x in inputs)


def _vectors(v: Any, others: tuple[Any, ...], what: str, function: str, *, scalar: str) -> tuple[Any, ...]:
    """The vector of a product, checked against what it is multiplied with; ones if that is one number."""
    if v is None:
        if len(others) != 1 or others[0].numel() != 1:
            raise RuntimeError(f"The vector v can only be None if {scalar}")
        return (others[0].new_ones(others[0].shape),)
    many, found = _tuple_of(v, what, function)
    if len(found) != len(others):
        if many:
            raise RuntimeError(
                f"v is a tuple of invalid length: should be {len(others)} but got {len(found)}."
            )
        raise RuntimeError("The given v should contain a single Tensor.")
    for i, (a, b) in enumerate(zip(found, others, strict=True)):
        if a.shape != b.shape:
            where = f"Entry {i} in " if many else ""
            raise RuntimeError(f"{where}v has invalid size: should be {b.shape} but got {a.shape}.")
    return found


_STRICT = "This is not allowed in strict mode"
_NONE = {
    "back": "The output of the user-provided function is independent of input {}. " + _STRICT + ".",
    "trick": "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the "
    "double backward trick to compute forward mode gradients. " + _STRICT + ".",
    "double": "The jacobian of the user-provided function is independent of input {}. " + _STRICT + ".",
    "double trick": "The hessian of the user-provided function is independent of entry {} in the grad_jacobian. "
    + _STRICT + " as it prevents from using the double backward trick to replace forward mode AD.",
}  # fmt: skip
_LINEAR = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
    "independent of the input. "
    + _STRICT
    + ". You should ensure that your function is twice differentiable and "
    "that the jacobian depends on the inputs (this would be violated by a linear function for example)."
)
_OUTPUT = "Output {} of the user-provided function is independent of input {{}}. " + _STRICT + "."
_NO_HISTORY = (
    "Output {} of the user-provided function does not require gradients. The outputs must be computed in a "
    "differentiable manner from the input when running in strict mode."
)


def _all_joined(found: Any, message: str, strict: bool) -> None:
    """In strict mode what was found must have a history."""
    for i, x in enumerate(found if strict else ()):
        if not x.requires_grad:
            raise RuntimeError(message.format(i))


def _gradients(
    outputs: Any, inputs: Any, vectors: Any, *, create_graph: bool, strict: bool = False, stage: str = "back"
) -> tuple[Any, ...]:
    """``autograd.grad`` where outputs without history have zero gradients; in strict mode that is an error."""
    joined = [(y, v) for y, v in zip(outputs, vectors, strict=True) if y.requires_grad]
    found: tuple[Any, ...] = (None,) * len(inputs)
    if joined:
        ys, vs = zip(*joined, strict=True)
        found = grad(ys, inputs, vs, create_graph=create_graph, retain_graph=True, allow_unused=True)
    for i, g in enumerate(found if strict else ()):
        if g is None:
            raise RuntimeError(_NONE.get("back" if stage == "first" else stage, stage).format(i))
        if create_graph and not g.requires_grad and stage != "first":
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {i}. {_STRICT} when "
                "create_graph=True."
            )
    return tuple(zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True))


def _finished(found: Any, create_graph: bool) -> Any:
    """Results without history unless that was asked for."""
    return found if create_graph else tuple(x.detach() for x in found)


def _evaluated(
    func: Callable[..., Any], inputs: Any, function: str, strict: bool
) -> tuple[bool, tuple[Any, ...]]:
    many, outputs = _tuple_of(func(*inputs), "outputs of the user-provided function", function)
    _all_joined(outputs, _NO_HISTORY, strict)
    return many, outputs


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)`` and vᵀJ, the product of a vector and its Jacobian."""
    with enable_grad():
        many_in, given = _tuple_of(inputs, "inputs", "vjp")
        given = _inputs(given, create_graph)
        many, outputs = _evaluated(func, given, "vjp", strict)
        scalar = "the user-provided function returns a single Tensor with a single element."
        vectors = _vectors(v, outputs, "v", "vjp", scalar=scalar)
    with _recording(create_graph):
        found = _gradients(outputs, given, vectors, create_graph=create_graph, strict=strict)
    return (
        _one_or_all(_finished(outputs, create_graph), many),
        _one_or_all(_finished(found, create_graph), many_in),
    )


def _recording(create_graph: bool) -> Any:
    return enable_grad() if create_graph or here.grad else no_grad()


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)`` and Jv, the product of its Jacobian and a vector: the gradient of uᵀJ by u."""
    with enable_grad():
        _, given = _tuple_of(inputs, "inputs", "jvp")
        given = _inputs(given, create_graph)
        scalar = "the input to the user-provided function is a single Tensor with a single element."
        vectors = _vectors(v, given, "v", "jvp", scalar=scalar)
        many, outputs = _evaluated(func, given, "jvp", strict)
        us = tuple(zeros_like(y).requires_grad_() for y in outputs)
        rows = _gradients(outputs, given, us, create_graph=True)
        found = _gradients(rows, us, vectors, create_graph=create_graph, strict=strict, stage="trick")
    return (
        _one_or_all(_finished(outputs, create_graph), many),
        _one_or_all(_finished(found, create_graph), many),
    )


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of ``func``: for each output and input the shape of the output, then that of the input.

    ``strategy`` "forward-mode" finds it column by column, which is cheaper where outputs are many.
    """
    if strategy not in STRATEGIES:
        raise AssertionError(_STRATEGY)
    if strategy == "forward-mode":
        if create_graph:
            raise NotImplementedError(
                "torch.autograd.functional.jacobian: `create_graph=True` and `strategy='forward-mode'` are not "
                "supported together (yet). Please either set `create_graph=False` or `strategy='reverse-mode'`."
            )
        if strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `strategy='forward-mode'` are not supported "
                "together (yet). Please either set `strict=False` or `strategy='reverse-mode'`."
            )
        if not vectorize:
            raise NotImplementedError(
                "Computing Jacobian using forward-AD or forward-over-reverse Hessian is only implemented for "
                "`vectorize=True`."
            )
        return _by_columns(func, inputs)
    if strict and vectorize:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
            "Please either set `strict=False` or `vectorize=False`."
        )
    with enable_grad():
        many_in, given = _tuple_of(inputs, "inputs", "jacobian")
        given = _inputs(given, create_graph)
        many, outputs = _evaluated(func, given, "jacobian", strict)
        blocks = [_by_rows(y, i, given, create_graph, strict) for i, y in enumerate(outputs)]
    return _one_or_all([_one_or_all(_finished(row, create_graph), many_in) for row in blocks], many)


def _by_rows(y: Any, i: int, inputs: Any, create_graph: bool, strict: bool) -> tuple[Any, ...]:
    """One output's part of a Jacobian: a gradient for each of its elements."""
    rows: list[tuple[Any, ...]] = []
    flat = y.reshape(-1)
    for j in range(flat.numel()):
        unit = zeros_like(flat)
        unit[j] = 1
        rows.append(
            _gradients(
                (flat,), inputs, (unit,), create_graph=create_graph, strict=strict, stage=_OUTPUT.format(i)
            )
        )
    shape = tuple(y.shape)
    if not rows:
        return tuple(x.new_zeros((*shape, *x.shape)) for x in inputs)
    return tuple(
        stack(parts, 0).reshape((*shape, *x.shape))
        for x, parts in zip(inputs, zip(*rows, strict=True), strict=True)
    )


def _by_columns(func: Callable[..., Any], inputs: Any) -> Any:
    """A Jacobian in forward mode: a tangent for each element of the inputs."""
    many_in, given = _tuple_of(inputs, "inputs", "jacobian")
    columns: list[list[Any]] = []  # per input, the tangents of all outputs for each of its elements
    many = False
    outputs: tuple[Any, ...] = ()
    for i, x in enumerate(given):
        columns.append([])
        for j in range(x.numel()):
            unit = zeros_like(x)
            unit.reshape(-1)[j] = 1
            with forward_ad.dual_level():
                args = [forward_ad.make_dual(a.detach(), unit) if k == i else a for k, a in enumerate(given)]
                many, outputs = _tuple_of(func(*args), "outputs of the user-provided function", "jacobian")
                parts = [forward_ad.unpack_dual(y) for y in outputs]
            columns[-1].append([zeros_like(p.primal) if p.tangent is None else p.tangent for p in parts])
    blocks = [
        [
            stack([c[o].detach() for c in columns[i]], -1).reshape((*y.shape, *x.shape))
            for i, x in enumerate(given)
        ]
        for o, y in enumerate(outputs)
    ]
    return _one_or_all([_one_or_all(row, many_in) for row in blocks], many)


def _scalar(function: str, func: Callable[..., Any]) -> Callable[..., Any]:
    """``func``, refused when it does not return one number."""

    def checked(*args: Any) -> Any:
        y = func(*args)
        if not isinstance(y, Bare):
            raise RuntimeError(f"The function given to {function} should return a single Tensor")
        number: Any = y
        if number.array.size != 1:
            raise RuntimeError(
                f"The Tensor returned by the function given to {function} should contain a single element"
            )
        return number.reshape(()) if function == "hessian" else number

    return checked


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a function that returns one number: the Jacobian of its gradient."""
    many, given = _tuple_of(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in STRATEGIES:
        raise AssertionError(_STRATEGY)
    checked = _scalar("hessian", func)
    forward = outer_jacobian_strategy == "forward-mode"

    def gradient(*xs: Any) -> Any:
        if forward:  # tensors that carry tangents, and need a gradient besides
            xs = tuple(x if x.requires_grad else x.requires_grad_() for x in xs)
        y = _evaluated(checked, xs, "hessian", strict)[1]
        return _first(y, xs, strict)

    blocks = jacobian(
        gradient,
        given,
        create_graph=create_graph,
        strict=strict,
        vectorize=vectorize,
        strategy=outer_jacobian_strategy,
    )
    return blocks if many else blocks[0][0]


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)``, one number, and vᵀH, the product of a vector and its Hessian."""
    return _hessian_product("vhp", func, inputs, v, create_graph, strict)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)``, one number, and Hv, the product of its Hessian and a vector."""
    return _hessian_product("hvp", func, inputs, v, create_graph, strict)


def _first(outputs: tuple[Any, ...], inputs: Any, strict: bool) -> tuple[Any, ...]:
    """The gradient of one number, to be differentiated again."""
    ones = (outputs[0].new_ones(outputs[0].shape),)
    found = _gradients(outputs, inputs, ones, create_graph=True, strict=strict, stage="first")
    _all_joined(found, _LINEAR, strict)
    return found


def _hessian_product(
    name: str, func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool
) -> tuple[Any, Any]:
    with enable_grad():
        many, given = _tuple_of(inputs, "inputs", name)
        given = _inputs(given, create_graph)
        scalar = "the input to the user-provided function is a single Tensor with a single element."
        vectors = _vectors(v, given, "v", name, scalar=scalar)
        _, outputs = _evaluated(_scalar(name, func), given, name, strict)
        first = _first(outputs, given, strict)
        if name == "vhp":
            found = _gradients(
                first, given, vectors, create_graph=create_graph, strict=strict, stage="double"
            )
        else:
            us = tuple(zeros_like(x).requires_grad_() for x in given)
            rows = _gradients(first, given, us, create_graph=True, strict=strict, stage="double")
            found = _gradients(
                rows, us, vectors, create_graph=create_graph, strict=strict, stage="double trick"
            )
    return _finished(outputs, create_graph)[0], _one_or_all(_finished(found, create_graph), many)
