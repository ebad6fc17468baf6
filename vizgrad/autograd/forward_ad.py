"""Forward mode: a tensor carries a tangent along, and every op pushes tangents through.

No op has a second formula for this.  Its gradient formula, u ↦ Jᵀu, is linear in u, so the gradient of that by u,
asked at the tangent v, is Jv (Townsend, *A new trick for calculating Jacobian vector products*, 2017).
https://pytorch.org/docs/stable/autograd.html#forward-mode-automatic-differentiation
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

from vizgrad.engine import alias, backward, tape, watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here, set_watchers
from vizgrad.engine.surface import form, request, show

__all__ = [
    "UnpackedDualTensor",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]


class _Level(watch.Watcher):
    """Watches one thread while a dual level is open there."""

    strict = True

    def on_op(self, op: Any, inputs: tuple[Any, ...], out: Any, settings: dict[str, Any]) -> None:
        if here_now.paused:
            return
        with watch.unwatched():
            tangents = [_alike(tangent_of(x), x) if isinstance(x, Bare) else None for x in inputs]
            outs = out if isinstance(out, tuple) else (out,)
            derived = op.view and type(outs[0].alias) is alias.View  # found through the base when asked for
            if derived or not op.differentiable or all(t is None for t in tangents):
                return
            for y, t in zip(outs, _pushed(op, inputs, tangents, outs, settings), strict=True):
                if y is inputs[0]:
                    _write(y, t)  # the op wrote straight into it
                elif t is not None:
                    _give(y, t)

    def on_write(self, x: Any, out: Any) -> None:
        if not here_now.paused:
            with watch.unwatched():
                _write(x, tangent_of(out))


class _Now(threading.local):
    level: _Level | None = None
    paused = False


here_now = _Now()


def tangent_of(x: Any) -> Any:
    """The tangent of ``x`` at the level that is open, or None."""
    held = x.__dict__.get("_tangent")
    if held is not None:
        return held[1] if held[0] is here_now.level else None
    known = x.alias
    if type(known) is alias.View:
        whole = tangent_of(known.base)
        return None if whole is None else alias.follow(None, whole, known.steps)
    return None


def _give(x: Any, tangent: Any) -> None:
    x.__dict__["_tangent"] = here_now.level, tangent


def _alike(tangent: Any, x: Any) -> Any:
    """The tangent in the dtype in which x is computed with."""
    return tangent if tangent is None or tangent.array.dtype == x.array.dtype else tangent.to(x.dtype)


def _notes(x: Any) -> list[str]:
    """What `print` says of a dual tensor beside its numbers."""
    if here_now.level is None:
        return []
    with watch.unwatched():
        tangent = tangent_of(x)
        return [] if tangent is None else [f"tangent={tangent}"]


show.further.append(_notes)


def _write(x: Any, tangent: Any) -> None:
    """Something was written into ``x`` whose tangent is this (None: zero)."""
    known = x.alias
    if type(known) is not alias.View or "_tangent" in x.__dict__:
        if tangent is not None:
            _give(x, tangent)
        else:
            x.__dict__.pop("_tangent", None)
        return
    whole = tangent_of(known.base)
    if whole is None and tangent is None:
        return
    whole = request.zeros_like(known.base) if whole is None else form.clone(whole)
    alias.follow(None, whole, known.steps).copy_(0 if tangent is None else tangent)
    _give(known.base, whole)


def _pushed(op: Any, inputs: Any, tangents: list[Any], outs: Any, settings: Any) -> list[Any]:
    """The tangents of the outputs of one op: J times those of its inputs."""
    recording, here.grad = here.grad, True
    try:
        node, inputs = _node_of(op, inputs, tangents, outs, settings)
        us = [request.zeros_like(y).requires_grad_() if y.array.dtype.kind in "fcV" else None for y in outs]
        walk = backward.Walk(create_graph=True, retain_graph=True, wanted=None, store=False)
        dxs = walk.input_gradients(node, list(us))
    finally:
        here.grad = recording
    pairs = [
        (dx, t)
        for dx, t in zip(dxs, tangents, strict=True)
        if dx is not None and t is not None and dx.tracked
    ]
    floats = [u for u in us if u is not None]
    history = recording and any(isinstance(x, Bare) and x.tracked for x in (*inputs, *tangents))
    if pairs:
        found = request.grad(
            [dx for dx, _ in pairs],
            floats,
            [t for _, t in pairs],
            create_graph=history,
            allow_unused=True,
        )
    else:
        found = (None,) * len(floats)
    answers = iter(found)
    return [None if u is None else _or_zero(next(answers), u) for u in us]


def _or_zero(tangent: Any, u: Any) -> Any:
    return request.zeros_like(u) if tangent is None else tangent


def _node_of(op: Any, inputs: Any, tangents: list[Any], outs: Any, settings: Any) -> tuple[Any, Any]:
    """The node of this op, and the user's own tensors in it: the recorded one if it leads to all that carry tangents.

    Else the op is run again, with stand-ins for tensors that need no gradient otherwise.
    """
    node = next((y.node for y in outs if y.node is not None), None)
    if node is not None and node.op is op:
        ways = zip(node.edges, tangents, strict=True)
        if all(way is not None for way, t in ways if t is not None):
            return node, inputs
    stand_ins = tuple(
        x if t is None or x.tracked else x.detach().requires_grad_()
        for x, t in zip(inputs, tangents, strict=True)
    )
    again = tape.apply(op, stand_ins, settings)
    first = again[0] if isinstance(again, tuple) else again
    return first.node, inputs


def paused() -> AbstractContextManager[None]:
    """No tangents inside: a custom Function pushes them itself."""
    return nullcontext() if here_now.level is None else _paused()


@contextmanager
def _paused() -> Iterator[None]:
    before, here_now.paused = here_now.paused, True
    try:
        yield
    finally:
        here_now.paused = before


def through(cls: Any, ctx: Any, args: tuple[Any, ...], outputs: list[Any]) -> None:
    """Push tangents through a custom Function, by its own ``jvp``."""
    if here_now.level is None or here_now.paused:
        ctx.saved_for_forward = ()
        return
    with watch.unwatched():
        tangents = [tangent_of(a) if isinstance(a, Bare) else None for a in args]
    if any(t is not None for t in tangents):
        if ctx.materialize_grads:
            tangents = [
                request.zeros_like(a) if t is None and isinstance(a, Bare) else t
                for a, t in zip(args, tangents, strict=True)
            ]
        with paused():
            answer = cls.jvp(ctx, *tangents)
        answers = answer if isinstance(answer, tuple) else (answer,)
        if len(answers) != len(outputs):
            raise RuntimeError(
                f"jvp of {cls.__name__} returned {len(answers)} tangents for {len(outputs)} outputs of forward"
            )
        for y, t in zip(outputs, answers, strict=True):
            if t is not None and isinstance(y, Bare):
                _fits(y, t)
                _give(y, t)
    ctx.saved_for_forward = ()


# --- what users call


def enter_dual_level() -> int:
    """Open a level: tensors can be given tangents until it is closed."""
    if here_now.level is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    here_now.level = _Level()
    set_watchers((*here.watchers, here_now.level))  # and not watch.add: nobody looks at bytes
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Close the level: its tangents are gone."""
    if here_now.level is None:
        raise RuntimeError("Dual level must be a positive number.")
    if level not in (None, 0):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    set_watchers(tuple(w for w in here.watchers if w is not here_now.level))
    here_now.level = None


class dual_level:
    """A forward-mode level for a ``with`` block.

    >>> with dual_level():
    ...     y = f(make_dual(x, v))
    ...     value, tangent = unpack_dual(y)
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *_: object) -> None:
        exit_dual_level()


class UnpackedDualTensor(NamedTuple):
    """A value and its tangent; None where there is none."""

    primal: Any
    tangent: Any


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """``tensor`` with a tangent of the same shape, which everything computed from it carries on."""
    if here_now.level is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() "
            "first."
        )
    for name, x in (("primal", tensor), ("tangent", tangent)):
        if not (x.is_floating_point() or x.is_complex()):
            raise ValueError(f"Expected {name} to be floating point or complex, but got: {x.dtype}")
    if tangent_of(tensor) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level "
            "0 is not supported."
        )
    _fits(tensor, tangent)
    dual = _same(tensor)
    _give(dual, tangent)
    return dual


def _fits(tensor: Any, tangent: Any) -> None:
    if tangent.shape != tensor.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is "
            f"not supported. Tensor is of size {list(tensor.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    if tangent.is_complex() and not tensor.is_complex():
        raise RuntimeError(
            f"The tangent of a real tensor is real, but got {tangent.dtype} for {tensor.dtype}; use tangent.real"
        )


def _same(x: Any) -> Any:
    """The same numbers and history as another tensor."""
    with watch.unwatched():
        view = form.view_as(x, x)
        out = Bare._wrap(x.array)
    out.memory, out.node, out.slot, out.tracked = x.memory, view.node, view.slot, view.tracked
    return out


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """A tensor without its tangent, and the tangent (None if it carries none)."""
    if here_now.level is None:
        return UnpackedDualTensor(tensor, None)
    with watch.unwatched():
        tangent = tangent_of(tensor)
    return UnpackedDualTensor(_same(tensor), tangent)
