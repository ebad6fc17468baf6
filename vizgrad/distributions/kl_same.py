"""Divergences between two distributions of one family."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.shaping import broadcast_shapes
from vizgrad.engine.surface.linalg_solve import solve_triangular
from vizgrad.engine.surface.request import grad
from vizgrad.nn.functional.activation import softplus

from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .categorical import Categorical
from .cauchy import Cauchy
from .continuous_bernoulli import ContinuousBernoulli
from .dirichlet import Dirichlet
from .exp_family import ExponentialFamily
from .exponential import Exponential
from .gamma import Gamma
from .geometric import Geometric
from .gumbel import Gumbel
from .half_normal import HalfNormal
from .independent import Independent
from .kl import kl_divergence, register_kl
from .laplace import Laplace
from .lowrank_multivariate_normal import LowRankMultivariateNormal, distance
from .multivariate_normal import MultivariateNormal, half_log_det, squared_lengths
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .pareto import Pareto
from .poisson import Poisson
from .transformed_distribution import TransformedDistribution
from .uniform import Uniform
from .utils import EULER, sum_rightmost

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
    _same_events(p, q)
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


@register_kl(Binomial, Binomial)
def _binomial(p: Any, q: Any) -> Any:
    """N times a Bernoulli's; ∞ where p has more trials.  NotImplementedError where q has more."""
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "KL between Binomials where q.total_count > p.total_count is not implemented"
        )
    odds = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return (p.total_count * odds).masked_fill((p.total_count > q.total_count).expand_as(odds), INF)


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Any, q: Any) -> Any:
    """F. Chyzak & F. Nielsen, *A closed-form formula for the KL divergence between Cauchy distributions*, 2019."""
    above = (p.scale + q.scale) ** 2 + (p.loc - q.loc) ** 2
    return (above / (4 * p.scale * q.scale)).log()


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Any:
    odds = p.mean * (p.logits - q.logits)
    return odds + p._log_norm() + (-p.probs).log1p() - q._log_norm() - (-q.probs).log1p()


@register_kl(Exponential, Exponential)
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(ExponentialFamily, ExponentialFamily)
def _exponential_family(p: Any, q: Any) -> Any:
    """The Bregman divergence of the log-normalizer F: F(θq) - F(θp) - ⟨θq - θp, ∇F(θp)⟩"""
    if type(p) is not type(q):
        raise NotImplementedError(
            f"KL within exponential families needs one class, but got {type(p).__name__} and {type(q).__name__}"
        )
    theta = [x.detach().requires_grad_() for x in p._natural_params]
    log_p, log_q = p._log_normalizer(*theta), q._log_normalizer(*q._natural_params)
    slopes = grad(log_p.sum(), theta, create_graph=True)
    result = log_q - log_p
    for a, b, slope in zip(theta, q._natural_params, slopes, strict=True):
        result = result - sum_rightmost((b - a) * slope, len(q.event_shape))
    return result


@register_kl(Geometric, Geometric)
def _geometric(p: Any, q: Any) -> Any:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Any, q: Any) -> Any:
    ratio = p.scale / q.scale
    shift = (p.loc - q.loc) / q.scale
    return -ratio.log() - 1 - EULER + shift + ratio * EULER + ((1 + ratio).lgamma() - shift).exp()


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: Any, q: Any) -> Any:
    return _normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _laplace(p: Any, q: Any) -> Any:
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * (-away / p.scale).exp() - 1


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot_categorical(p: Any, q: Any) -> Any:
    return _categorical(p._categorical, q._categorical)


@register_kl(Pareto, Pareto)
def _pareto(p: Any, q: Any) -> Any:
    """∞ where p reaches below q"""
    ratio = q.alpha / p.alpha
    result = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return result.masked_fill(p.scale < q.scale, INF)


@register_kl(Poisson, Poisson)
def _poisson(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Any:
    """That of the bases: the same transforms change nothing.  NotImplementedError where they differ."""
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError(
            "KL of transformed distributions needs the same transforms and event shapes"
        )
    result = kl_divergence(p.base_dist, q.base_dist)
    return sum_rightmost(result, len(p.event_shape) - len(p.base_dist.event_shape))


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _low_rank(p: Any, q: Any) -> Any:
    _same_events(p, q)
    Wq, Dq, Cq = _low_rank_of(q)
    Wp, Dp, _ = _low_rank_of(p)
    inner = solve_triangular(Cq, Wq.mT / Dq.unsqueeze(-2), upper=False)
    plain = (Wp.square() / Dq.unsqueeze(-1)).sum((-2, -1)) + (Dp / Dq).sum(-1)
    crossed = (inner @ Wp).square().sum((-2, -1)) + (inner.square() * Dp.unsqueeze(-2)).sum((-2, -1))
    far = distance(Wq, Dq, q.loc - p.loc, Cq)
    return 0.5 * (q._log_det() - p._log_det() + plain - crossed + far - p.event_shape[0])


def _low_rank_of(p: Any) -> tuple[Any, Any, Any]:
    return p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag, p._capacitance_tril


def _same_events(p: Any, q: Any) -> None:
    if p.event_shape != q.event_shape:
        raise ValueError(
            "KL-divergence between two Multivariate Normals with different event shapes cannot be computed: "
            f"{p.event_shape} and {q.event_shape}"
        )


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def _full_to_low_rank(p: Any, q: Any) -> Any:
    _same_events(p, q)
    W, D, C = _low_rank_of(q)
    L = p._unbroadcasted_scale_tril
    inner = solve_triangular(C, W.mT / D.unsqueeze(-2), upper=False)
    trace = (L.square() / D.unsqueeze(-1)).sum((-2, -1)) - (inner @ L).square().sum((-2, -1))
    far = distance(W, D, q.loc - p.loc, C)
    return 0.5 * (q._log_det() - 2 * half_log_det(L) + trace + far - p.event_shape[0])


@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def _low_rank_to_full(p: Any, q: Any) -> Any:
    _same_events(p, q)
    W, D, _ = _low_rank_of(p)
    L, n = q._unbroadcasted_scale_tril, p.event_shape[0]
    batch = broadcast_shapes(L.shape[:-2], W.shape[:-2], D.shape[:-1])
    L_all = L.expand((*batch, n, n))
    trace = _solved(L_all, W.expand((*batch, *W.shape[-2:])))
    trace = trace + _solved(L_all, D.sqrt().diag_embed().expand((*batch, n, n)))
    return 0.5 * (2 * half_log_det(L) - p._log_det() + trace + squared_lengths(L, q.loc - p.loc) - n)


def _solved(L: Any, A: Any) -> Any:
    """The sum of the squares of L⁻¹ A."""
    return solve_triangular(L, A, upper=False).square().sum((-2, -1))
