"""Divergences between families: KL(p || q) = -H(p) - E_p[log q], and the average of log q is one of a few moments.

`ACROSS` says for each family q what E_p[log q(x)] is, from moments of p; `MOMENTS` what the moments are; `OUTSIDE`
which p draw numbers that q never draws, so that the divergence is infinite.
"""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.creation import full_like
from vizgrad.engine.contents.picking import where

from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .continuous_bernoulli import ContinuousBernoulli
from .exponential import Exponential
from .gamma import Gamma
from .gumbel import Gumbel
from .kl import register_kl
from .laplace import Laplace
from .normal import Normal
from .pareto import Pareto
from .poisson import Poisson
from .uniform import Uniform
from .utils import EULER, HALF_LOG_2PI

INF = math.inf


# --- moments of p -------------------------------------------------------------------------------------------


def _uniform_log(p: Any) -> Any:
    """E[log x], by parts; x log x is 0 at 0."""
    ends = _x_log_x(p.high) - _x_log_x(p.low)
    return ends / (p.high - p.low) - 1


def _x_log_x(x: Any) -> Any:
    return where(x == 0, 0.0, x * x.log())


AVERAGE_LOG: dict[type, Any] = {
    Beta: lambda p: p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma(),
    Exponential: lambda p: -p.rate.log() - EULER,
    Gamma: lambda p: p.concentration.digamma() - p.rate.log(),
    Pareto: lambda p: p.scale.log() + 1 / p.alpha,
    Uniform: _uniform_log,
}
AVERAGE_EXP: dict[type, Any] = {  # E[exp(t x)]
    Exponential: lambda p, t: p.rate / (p.rate - t),
    Gamma: lambda p, t: (1 - t / p.rate) ** -p.concentration,
    Normal: lambda p, t: (p.loc * t + 0.5 * (p.scale * t) ** 2).exp(),
    Uniform: lambda p, t: ((t * p.high).exp() - (t * p.low).exp()) / (t * (p.high - p.low)),
}


# --- E_p[log q] for each q ----------------------------------------------------------------------------------


def _finite(x: Any) -> Any:
    """Infinite moments as 0: what is made of them is replaced, and must not send NaN back."""
    return x.masked_fill(x == INF, 0.0)


def _in_normal(p: Any, q: Any) -> Any:
    squares = (_finite(p.variance) + (_finite(p.mean) - q.loc) ** 2) / q.scale**2
    return -0.5 * squares - q.scale.log() - HALF_LOG_2PI


def _in_exponential(p: Any, q: Any) -> Any:
    return q.rate.log() - q.rate * _finite(p.mean)


def _in_gamma(p: Any, q: Any) -> Any:
    a = q.concentration
    return a * q.rate.log() - a.lgamma() + (a - 1) * AVERAGE_LOG[_family(p)](p) - q.rate * _finite(p.mean)


def _in_gumbel(p: Any, q: Any) -> Any:
    t = -1 / q.scale
    return (
        -q.scale.log()
        + t * (_finite(p.mean) - q.loc)
        - (q.loc / q.scale).exp() * AVERAGE_EXP[_family(p)](p, t)
    )


def _in_continuous_bernoulli(p: Any, q: Any) -> Any:
    return _finite(p.mean) * q.logits + (-q.probs).log1p() + q._log_norm()


def _in_uniform(p: Any, q: Any) -> Any:
    return -(q.high - q.low).log()


def _in_pareto(p: Any, q: Any) -> Any:
    return q.alpha.log() + q.alpha * q.scale.log() - (q.alpha + 1) * AVERAGE_LOG[_family(p)](p)


def _uniform_in_beta(p: Any, q: Any) -> Any:
    a, b = q.concentration1, q.concentration0
    mirrored = (_x_log_x(1 - p.low) - _x_log_x(1 - p.high)) / (p.high - p.low) - 1  # E[log(1 - x)]
    return (a - 1) * _uniform_log(p) + (b - 1) * mirrored + (a + b).lgamma() - a.lgamma() - b.lgamma()


def _normal_in_laplace(p: Any, q: Any) -> Any:
    """E|x - μ| of a normal x, whose absolute value is a folded normal number."""
    d, s = p.loc - q.loc, p.scale
    away = s * math.sqrt(2 / math.pi) * (-0.5 * (d / s) ** 2).exp() + d * (d / (s * math.sqrt(2))).erf()
    return -(2 * q.scale).log() - away / q.scale


def _family(p: Any) -> type:
    return next(cls for cls in type(p).__mro__ if cls in AVERAGE_LOG or cls in AVERAGE_EXP)


ACROSS: tuple[tuple[type, Any, tuple[type, ...]], ...] = (
    (Normal, _in_normal,
     (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Pareto, Uniform)),
    (Exponential, _in_exponential, (Beta, ContinuousBernoulli, Gamma, Pareto, Uniform)),
    (Gamma, _in_gamma, (Beta, Exponential, Pareto, Uniform)),
    (Gumbel, _in_gumbel, (Exponential, Gamma, Normal, Uniform)),
    (ContinuousBernoulli, _in_continuous_bernoulli, (Beta, Uniform)),
    (Uniform, _in_uniform, (Beta, ContinuousBernoulli)),
    (Pareto, _in_pareto, (Uniform,)),
    (Beta, _uniform_in_beta, (Uniform,)),
    (Laplace, _normal_in_laplace, (Normal,)),
)  # fmt: skip


# --- where p draws what q never draws -----------------------------------------------------------------------


OUTSIDE: dict[tuple[type, type], Any] = {
    (Beta, Uniform): lambda p, q: (q.low > 0) | (q.high < 1),
    (ContinuousBernoulli, Uniform): lambda p, q: (q.low > 0) | (q.high < 1),
    (Uniform, Beta): lambda p, q: (p.low < 0) | (p.high > 1),
    (Uniform, ContinuousBernoulli): lambda p, q: (p.low < 0) | (p.high > 1),
    (Uniform, Exponential): lambda p, q: p.low < 0,
    (Uniform, Gamma): lambda p, q: p.low < 0,
    (Uniform, Pareto): lambda p, q: p.low < q.scale,
    (Pareto, Exponential): lambda p, q: p.alpha <= 1,  # the average is infinite, and so is the divergence
    (Pareto, Gamma): lambda p, q: p.alpha <= 1,
    (Pareto, Normal): lambda p, q: p.alpha <= 2,
}
UNLIKE: tuple[tuple[type, tuple[type, ...]], ...] = (
    (Beta, (Pareto,)),
    (ContinuousBernoulli, (Pareto,)),
    (Exponential, (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gamma, (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gumbel, (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Laplace, (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Normal, (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Pareto, (Beta, ContinuousBernoulli, Uniform)),
    (Poisson, (Bernoulli, Binomial)),
)


def _register() -> None:
    for q_type, average, p_types in ACROSS:
        for p_type in p_types:
            register_kl(p_type, q_type)(_pair(average, OUTSIDE.get((p_type, q_type))))
    for p_type, q_types in UNLIKE:
        for q_type in q_types:
            register_kl(p_type, q_type)(_infinite)


def _pair(average: Any, outside: Any) -> Any:
    def divergence(p: Any, q: Any) -> Any:
        result = -p.entropy() - average(p, q)
        return result if outside is None else where(outside(p, q), INF, result)

    return divergence


def _infinite(p: Any, q: Any) -> Any:
    return full_like(p.mean + q.mean, INF)


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Any, q: Any) -> Any:
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


_register()
