"""Gradients compared with slopes that are measured by small steps.

https://pytorch.org/docs/stable/autograd.html#numerical-gradient-checking
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from vizgrad.engine import device
from vizgrad.engine.bare import Bare
from vizgrad.engine.surface.grad_mode import enable_grad
from vizgrad.engine.surface.request import grad, zeros_like

from . import forward_ad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """A gradient is wrong: `gradcheck` says which, and by how much."""


@dataclass
class _Limits:
    eps: float
    atol: float
    rtol: float
    nondet_tol: float


def _tensors(x: Any) -> tuple[Any, ...]:
    return (x,) if isinstance(x, Bare) else tuple(x)


def _differentiable(x: Any) -> bool:
    return isinstance(x, Bare) and x.array.dtype.kind in "fcV"


def _checked_inputs(inputs: tuple[Any, ...], limits: _Limits, dtypes: bool) -> list[int]:
    """Which inputs need gradients, after PyTorch's checks of them."""
    places = [i for i, x in enumerate(inputs) if isinstance(x, Bare) and x.tracked]
    if not places:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have "
            "requires_grad=True."
        )
    for i in places:
        array = inputs[i].array
        if array.dtype not in (numpy.dtype("f8"), numpy.dtype("c16")):
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=4,
            )
        if array.size and any(
            step == 0 and n > 1 for step, n in zip(array.strides, array.shape, strict=True)
        ):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call "
                ".contiguous on the input before passing it to gradcheck."
            )
        inputs[i].retain_grad()
    return places


def _outputs(func: Callable[..., Any], inputs: tuple[Any, ...]) -> list[Any]:
    found = func(*inputs)
    return [y for y in _tensors(found) if _differentiable(y)]


def _numbers(x: Any) -> Any:
    """A copy of the numbers of a tensor, flat, in double precision."""
    array = device.host(x.array)
    return numpy.array(array, "c16" if array.dtype.kind == "c" else "f8").reshape(-1)


def _measured(func: Callable[..., Any], inputs: tuple[Any, ...], i: int, limits: _Limits) -> list[Any]:
    """For each output, slopes by each element of input ``i``: (∂y/∂Re x, ∂y/∂Im x), rows are elements of x."""
    x = inputs[i]
    memory = x.array
    ways = (1.0, 1j) if memory.dtype.kind == "c" else (1.0,)
    columns: list[list[list[Any]]] = []
    for place in numpy.ndindex(memory.shape):
        before = memory[place].copy() if hasattr(memory[place], "copy") else memory[place]
        columns.append([])
        for way in ways:
            ends = []
            for sign in (1, -1):
                memory[place] = before + sign * way * limits.eps
                ends.append([_numbers(y) for y in _outputs(func, inputs)])
                memory[place] = before
            columns[-1].append([(a - b) / (2 * limits.eps) for a, b in zip(*ends, strict=True)])
    count = len(columns[0][0]) if columns else 0
    return [
        [numpy.array([column[w][o] for column in columns]) for w in range(len(ways))] for o in range(count)
    ]


def _analytical(outputs: list[Any], o: int, x: Any, v: Any) -> Any:
    """The gradient of output ``o`` by ``x``, from the walk back that begins with ``v``."""
    (found,) = grad([outputs[o]], [x], [v], retain_graph=True, allow_unused=True)
    return found


def _unit(y: Any, j: int, value: Any = 1) -> Any:
    unit = zeros_like(y)
    unit.array.reshape(-1)[j] = value
    return unit


def _walked(outputs: list[Any], o: int, x: Any, limits: _Limits) -> tuple[list[Any], bool]:
    """For output ``o`` the gradients by ``x`` of its real and its imaginary parts, and whether two walks agree."""
    y = outputs[o]
    parts = (1, 1j) if y.array.dtype.kind == "c" else (1,)
    same = True
    found = []
    for part in parts:
        rows = []
        for j in range(y.array.size):
            twice = [_analytical(outputs, o, x, _unit(y, j, part)) for _ in range(2)]
            pair = [_numbers(zeros_like(x) if g is None else g) for g in twice]
            same = same and bool(numpy.all(numpy.abs(pair[0] - pair[1]) <= limits.nondet_tol))
            rows.append(pair[0])
        found.append(numpy.array(rows).reshape(y.array.size, x.array.size).T)
    return found, same


def _expected(measured: list[Any], complex_output: bool) -> list[Any]:
    """What the walks must give, from slopes: ∂Re y/∂Re x + i ∂Re y/∂Im x, and the same of the imaginary part."""

    def gradient(part: Callable[[Any], Any]) -> Any:
        return part(measured[0]) + (1j * part(measured[1]) if len(measured) == 2 else 0)

    return [gradient(numpy.real), gradient(numpy.imag)] if complex_output else [gradient(numpy.real)]


def _close(a: Any, b: Any, limits: _Limits) -> bool:
    return bool(numpy.allclose(a, b, rtol=limits.rtol, atol=limits.atol, equal_nan=True))


def _mismatch(a: Any, b: Any, o: int, i: int, test: str = "") -> GradcheckError:
    return GradcheckError(
        f"Jacobian {test}mismatch for output {o} with respect to input {i},\nnumerical:{b}\nanalytical:{a}\n"
    )


def _check_backward(
    func: Callable[..., Any], inputs: tuple[Any, ...], outputs: list[Any], places: list[int], limits: _Limits
) -> None:
    for i in places:
        measured = _measured(func, inputs, i, limits)
        for o, y in enumerate(outputs):
            if not y.tracked:
                continue
            walked, same = _walked(outputs, o, inputs[i], limits)
            if not same:
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple "
                    "times gives different values, although analytical gradient matches numerical gradient."
                    f"The tolerance for nondeterminism was {limits.nondet_tol}."
                )
            if not measured:
                continue
            for a, b in zip(walked, _expected(measured[o], y.array.dtype.kind == "c"), strict=True):
                if not _close(a, b, limits):
                    raise _mismatch(a, b, o, i)


def _check_forward(
    func: Callable[..., Any], inputs: tuple[Any, ...], places: list[int], limits: _Limits
) -> None:
    for i in places:
        x = inputs[i]
        measured = _measured(func, inputs, i, limits)
        ways = (1, 1j) if x.array.dtype.kind == "c" else (1,)
        for w, way in enumerate(ways):
            for j in range(x.array.size):
                with forward_ad.dual_level():
                    args = list(inputs)
                    args[i] = forward_ad.make_dual(x.detach(), _unit(x, j, way))
                    parts = [forward_ad.unpack_dual(y) for y in _outputs(func, tuple(args))]
                    for o, part in enumerate(parts):
                        t = zeros_like(part.primal) if part.tangent is None else part.tangent
                        b = measured[o][w][j]
                        if not _close(_numbers(t), b, limits):
                            raise _mismatch(_numbers(t), b, o, i, "computed with forward mode ")


def _check_no_outputs(
    func: Callable[..., Any], inputs: tuple[Any, ...], places: list[int], limits: _Limits
) -> None:
    """Outputs without history must not depend on the inputs."""
    for i in places:
        for slopes in _measured(func, inputs, i, limits):
            if any(numpy.any(s != 0) for s in slopes):
                raise GradcheckError("Numerical gradient for function expected to be zero")


def _check_undefined(func: Callable[..., Any], inputs: tuple[Any, ...], places: list[int]) -> None:
    """A gradient of zeros must give zeros or None."""
    outputs = [y for y in _outputs(func, inputs) if y.tracked]
    found = grad(outputs, [inputs[i] for i in places], [zeros_like(y) for y in outputs], allow_unused=True)
    for g in found:
        if g is not None and bool((_numbers(g) != 0).any()):
            raise GradcheckError(
                "backward not multiplied by grad_output: a gradient of zeros must lead to zeros"
            )


def _check_shapes(outputs: list[Any], inputs: tuple[Any, ...], places: list[int], dtypes: bool) -> None:
    joined = [y for y in outputs if y.tracked]
    found = grad(
        joined,
        [inputs[i] for i in places],
        [zeros_like(y) for y in joined],
        retain_graph=True,
        allow_unused=True,
    )
    for i, g in zip(places, found, strict=True):
        if g is None:
            continue
        if g.shape != inputs[i].shape:
            raise GradcheckError("grad is incorrect size")
        if dtypes and g.dtype != inputs[i].dtype:
            raise GradcheckError("grad is incorrect type")


def _consistent(backward: bool, forward: bool, batched: bool, batched_forward: bool) -> None:
    if not (forward or backward):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if batched and not backward:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if batched_forward and not forward:
        raise AssertionError("Setting check_batched_forward_ad=True requires check_forward_ad to be True")


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_ad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Compare the gradients of ``func`` with slopes measured by steps of ``eps``.  Inputs should be float64.

    True if they agree within ``atol`` and ``rtol``; else GradcheckError, or False without ``raise_exception``.
    ``fast_mode`` and the batched checks change nothing: every element is measured anyway.
    """
    _consistent(check_backward_ad, check_forward_ad, check_batched_grad, check_batched_forward_ad)
    limits = _Limits(eps, atol, rtol, nondet_tol)
    given = _tensors(inputs)
    try:
        with enable_grad():
            places = _checked_inputs(given, limits, check_grad_dtypes)
            outputs = _outputs(func, given)
            if not any(y.tracked for y in outputs):
                _check_no_outputs(func, given, places, limits)
                return True
            if check_forward_ad:
                _check_forward(func, given, places, limits)
            if check_backward_ad:
                _check_backward(func, given, outputs, places, limits)
                _check_shapes(outputs, given, places, check_grad_dtypes)
                if check_undefined_grad:
                    _check_undefined(func, given, places)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Compare the gradients of the gradients of ``func`` with measured slopes, as `gradcheck` does the first ones.

    ``grad_outputs``: what the first walk back begins with; random numbers if not given.
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    given = _tensors(inputs)
    if grad_outputs is None:
        with enable_grad():
            outputs = _outputs(func, given)
        vectors = tuple(_drawn(y, seed).requires_grad_() for seed, y in enumerate(outputs))
    else:
        vectors = _tensors(grad_outputs)
    checks = {
        "check_undefined_grad": check_undefined_grad,
        "check_grad_dtypes": check_grad_dtypes,
        "check_batched_grad": check_batched_grad,
        "check_forward_ad": check_fwd_over_rev,
        "check_backward_ad": check_rev_over_rev,
        "raise_exception": raise_exception,
    }
    first = _first_gradients(func, given)
    return gradcheck(first, given + vectors, eps=eps, atol=atol, rtol=rtol, nondet_tol=nondet_tol, **checks)


def _first_gradients(func: Callable[..., Any], given: tuple[Any, ...]) -> Callable[..., tuple[Any, ...]]:
    """The gradients of ``func`` as a function of its inputs and of what the walk back begins with."""

    def gradients(*args: Any) -> tuple[Any, ...]:
        xs, vs = args[: len(given)], args[len(given) :]
        xs = tuple(
            x.requires_grad_() if isinstance(y, Bare) and y.tracked and not x.tracked else x
            for x, y in zip(xs, given, strict=True)
        )
        pairs = [(y, v) for y, v in zip(_outputs(func, xs), vs, strict=True) if y.tracked]
        wanted = [x for x in xs if _differentiable(x) and x.tracked]
        ys, starts = zip(*pairs, strict=True)
        found = grad(ys, wanted, starts, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradients


def _drawn(y: Any, seed: int) -> Any:
    """Random numbers like a tensor, the same each time."""
    stream = numpy.random.default_rng(seed)
    numbers = stream.standard_normal(y.array.shape)
    if y.array.dtype.kind == "c":
        numbers = numbers + 1j * stream.standard_normal(y.array.shape)
    return y.detach().new_tensor(numbers).to(y.dtype)
