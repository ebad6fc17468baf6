"""Divergences between two distributions of one family."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.shaping import broadcast_shapes
from vizgrad.engine.surface.linalg_solve import solve_triangular
from vizgrad.nn.functional.activation import softplus

from .bernoulli import Bernoulli
from .beta import Beta
from .categorical import Categorical
from .dirichlet import Dirichlet
from .gamma import Gamma
from .independent import Independent
from .kl import kl_divergence, register_kl
from .multivariate_normal import MultivariateNormal, half_log_det, squared_lengths
from .normal import Normal
from .uniform import Uniform
from .utils import sum_rightmost

INF = float("inf")


@register_kl(Normal, Normal)
def _normal(p: Any, q: Any) -> Any:
    """½ (r² + d² - 1 - log r²) with the ratio r of the scales and the distance d in units of q's"""
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - ratio.log())


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Any, q: Any) -> Any:
    """Both sides' p log p/q; where p is sure of what q excludes, ∞"""
    yes = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    no = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    yes = yes.masked_fill(q.probs == 0, INF).masked_fill(p.probs == 0, 0.0)
    no = no.masked_fill(q.probs == 1, INF).masked_fill(p.probs == 1, 0.0)
    return yes + no


@register_kl(Categorical, Categorical)
def _categorical(p: Any, q: Any) -> Any:
    """Σ p log p/q"""
    terms = p.probs * (p.logits - q.logits)
    terms = terms.masked_fill((q.probs == 0).expand_as(terms), INF)
    return terms.masked_fill((p.probs == 0).expand_as(terms), 0.0).sum(-1)


@register_kl(Uniform, Uniform)
def _uniform(p: Any, q: Any) -> Any:
    """Log of the ratio of the widths; ∞ where p reaches beyond q"""
    result = ((q.high - q.low) / (p.high - p.low)).log()
    return result.masked_fill((q.low > p.low) | (q.high < p.high), INF)


@register_kl(Gamma, Gamma)
def _gamma(p: Any, q: Any) -> Any:
    """Log of the normalizers, and how far the averages of log x and x are from q's"""
    a, b = p.concentration, q.concentration
    norms = b * (p.rate / q.rate).log() + b.lgamma() - a.lgamma()
    return norms + (a - b) * a.digamma() + (q.rate - p.rate) * (a / p.rate)


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Any, q: Any) -> Any:
    """The normalizers, and Σ (a - b) E[log x]"""
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    norms = total.lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    return norms + ((a - b) * (a.digamma() - total.digamma().unsqueeze(-1))).sum(-1)


@register_kl(Beta, Beta)
def _beta(p: Any, q: Any) -> Any:
    return _dirichlet(p._dirichlet, q._dirichlet)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: Any, q: Any) -> Any:
    """½ (log det Σq/Σp + tr Σq⁻¹Σp + |Lq⁻¹(μq - μp)|² - n)"""
    if p.event_shape != q.event_shape:
        raise ValueError(
            "KL-divergence between two Multivariate Normals with different event shapes cannot be computed: "
            f"{p.event_shape} and {q.event_shape}"
        )
    Lp, Lq, n = p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril, p.event_shape[0]
    batch = broadcast_shapes(Lp.shape[:-2], Lq.shape[:-2])
    inner = solve_triangular(Lq.expand((*batch, n, n)), Lp.expand((*batch, n, n)), upper=False)
    trace = inner.square().sum((-2, -1))
    distance = squared_lengths(Lq, q.loc - p.loc)
    return half_log_det(Lq) - half_log_det(Lp) + 0.5 * (trace + distance - n)


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Any:
    """The sum over the parts, which must have been joined alike"""
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(
            f"p joins {p.reinterpreted_batch_ndims} dimensions, but q {q.reinterpreted_batch_ndims}"
        )
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)
