"""LBFGS: Newton's method with a curvature learnt from the last gradients."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine import namespace
from vizgrad.engine.storage import OPTIMIZER
from vizgrad.engine.surface.grad_mode import enable_grad, no_grad
from vizgrad.engine.tensor import Tensor

from .line_search import Point, strong_wolfe
from .optimizer import Optimizer, real, require_rate

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Steps to where a parabola through the last gradients has its minimum; ``step`` needs a closure.

    Nocedal & Wright, *Numerical Optimization*, 2006, algorithm 7.4, with H₀ = yᵀs / yᵀy (equation 7.20)::

        y = g - g_before,  s = t d                    kept for the last ``history_size`` steps, where yᵀs > 0
        d = -H g                                      H is made of these y and s, and never written out
        p ← p + t d

    t is ``lr`` (in the first step at most lr / Σ|g|), or what the line search finds with
    ``line_search_fn="strong_wolfe"`` (algorithms 3.5 and 3.6).  One ``step(closure)`` takes up to
    ``max_iter`` steps and calls the closure up to ``max_eval`` times (5/4 of ``max_iter`` if None); it stops
    where no gradient exceeds ``tolerance_grad`` or nothing moves by ``tolerance_change``.  For losses over
    all samples at once.  One parameter group.  Memory: 2 history_size + 2 times the parameters.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        require_rate(lr)
        settings = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, settings)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    def formula(self, group: int = 0) -> str:
        return "d = -H(y, s) @ g\np′ = p + t · d"

    # --- all parameters as one vector

    @property
    def _params(self) -> list[Tensor]:
        return self.param_groups[0]["params"]

    def _gradient(self) -> Any:
        """All gradients, one behind the other; zeros where there is none."""
        xp = namespace.of((self._params[0].array,))
        gradients = (xp.zeros_like(p.array) if p.grad is None else p.grad.array for p in self._params)
        return xp.concatenate([real(g).reshape(-1) for g in gradients])

    def _go(self, t: float, d: Any) -> None:
        """Move all parameters by t d."""
        first = 0
        for p in self._params:
            array = real(p.array)
            array += t * d[first : first + array.size].reshape(array.shape)
            first += array.size
            self._written(p)

    def _try(self, closure: Callable[[], Any], t: float, d: Any) -> Point:
        """Loss, gradient and slope at a distance t along d; the parameters are back afterwards."""
        before = [p.array.copy() for p in self._params]
        self._go(t, d)
        loss = float(closure())
        g = self._gradient()
        for p, array in zip(self._params, before, strict=True):
            p.array[...] = array
            self._written(p)
        return Point(t, loss, g, float(g @ d))

    # --- stepping

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Up to ``max_iter`` steps; ``closure`` clears the gradients, computes the loss and goes back."""
        if len(self.param_groups) != 1:
            raise AssertionError(f"Expected exactly one param_group, but got {len(self.param_groups)}")
        closure = enable_grad()(closure)
        group = self.param_groups[0]
        state = self.state[self._params[0]]  # of all, kept with the first
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = closure()
        state["func_evals"] += 1
        g = self._gradient()
        if float(abs(g).max()) > group["tolerance_grad"]:
            memory = _unwrapped(state)
            self._iterate(closure, group, memory, float(first), g)
            state.update(_wrapped(memory))
        return first

    def _iterate(
        self, closure: Callable[[], Any], group: dict[str, Any], memory: dict[str, Any], loss: float, g: Any
    ) -> None:
        evaluations, lr = 1, float(group["lr"])
        for i in range(1, group["max_iter"] + 1):
            memory["n_iter"] += 1
            fresh = memory["n_iter"] == 1
            d = _restart(memory, g) if fresh else _direction(memory, g, group["history_size"])
            before = memory["prev_loss"] = loss
            memory["prev_flat_grad"], memory["d"] = g, d
            t = memory["t"] = min(1.0, 1.0 / float(abs(g).sum())) * lr if fresh else lr
            slope = float(g @ d)
            if slope > -group["tolerance_change"]:
                break
            last = i == group["max_iter"]
            tries = group["max_eval"] - evaluations
            loss, g, t, used = self._advance(closure, group, Point(t, loss, g, slope), d, tries, last)
            memory["t"] = t
            evaluations += used
            memory["func_evals"] += used
            if (
                last
                or evaluations >= group["max_eval"]
                or float(abs(g).max()) <= group["tolerance_grad"]
                or float(abs(d * t).max()) <= group["tolerance_change"]
                or abs(loss - before) < group["tolerance_change"]
            ):
                break

    def _advance(
        self,
        closure: Callable[[], Any],
        group: dict[str, Any],
        here: Point,
        d: Any,
        tries: int,
        last: bool,
    ) -> tuple[float, Any, float, int]:
        """Go along d: the new loss and gradient, how far it was, and how often the closure was called."""
        if group["line_search_fn"] is not None:
            if group["line_search_fn"] != "strong_wolfe":
                raise RuntimeError(
                    f"only 'strong_wolfe' is supported, not line_search_fn={group['line_search_fn']!r}"
                )

            def at(t: float) -> Point:
                return self._try(closure, t, d)

            point, used = strong_wolfe(at, here, float(abs(d).max()), tries)
            self._go(point.t, d)
            return point.loss, point.gradient, point.t, used
        self._go(here.t, d)
        if last:  # nobody will ask for the new loss
            return here.loss, here.gradient, here.t, 0
        return float(closure()), self._gradient(), here.t, 1


def _restart(memory: dict[str, Any], g: Any) -> Any:
    memory.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
    return -g


def _direction(memory: dict[str, Any], g: Any, size: int) -> Any:
    """-H g, by the two loops of algorithm 7.4, after learning from the step just made."""
    gradients, steps, ro = memory["old_dirs"], memory["old_stps"], memory["ro"]
    y, s = g - memory["prev_flat_grad"], memory["d"] * memory["t"]
    curvature = float(y @ s)
    if curvature > 1e-10:
        if len(gradients) == size:
            for history in (gradients, steps, ro):
                history.pop(0)
        gradients.append(y)
        steps.append(s)
        ro.append(1 / curvature)
        memory["H_diag"] = curvature / float(y @ y)
    if memory.get("al") is None:
        memory["al"] = [None] * size
    q, al = -g, memory["al"]
    for i in reversed(range(len(gradients))):
        al[i] = float(steps[i] @ q) * ro[i]
        q -= al[i] * gradients[i]
    q *= memory["H_diag"]
    for i in range(len(gradients)):
        q += (al[i] - float(gradients[i] @ q) * ro[i]) * steps[i]
    return q


VECTORS, LISTS = ("d", "prev_flat_grad"), ("old_dirs", "old_stps")


def _unwrapped(state: dict[str, Any]) -> dict[str, Any]:
    """The state as bare vectors and plain numbers, also where it comes from a file of PyTorch."""
    memory = {name: _plain(value) for name, value in state.items()}
    for name in VECTORS:
        if isinstance(state.get(name), Tensor):
            memory[name] = state[name].array
    for name in LISTS:
        if state.get(name) is not None:
            memory[name] = [x.array for x in state[name]]
    return memory


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(x) for x in value]  # type: ignore[reportUnknownVariableType]
    return value.item() if isinstance(value, Tensor) and value.numel() == 1 else value


def _wrapped(memory: dict[str, Any]) -> dict[str, Any]:
    """The opposite: vectors become Tensors again, counted as the optimizer's memory."""
    state = dict(memory)
    for name in VECTORS:
        if name in memory:
            state[name] = Tensor._wrap(memory[name], OPTIMIZER)
    for name in LISTS:
        if name in memory:
            state[name] = [Tensor._wrap(x, OPTIMIZER) for x in memory[name]]
    return state
