"""Special functions: those that are `torch.` and `Tensor.` names too.  All of them: vizgrad/special.py."""

from __future__ import annotations

from vizgrad.engine.ops.bessel import i0
from vizgrad.engine.ops.exponential import logit, xlogy
from vizgrad.engine.ops.special import digamma, erf, erfc, erfinv, igamma, igammac, lgamma
from vizgrad.engine.ops.trigonometric import sinc
from vizgrad.engine.surface import special as _special
from vizgrad.engine.surface.inplace import inplace as _inplace
from vizgrad.engine.surface.respelt import numpys_words as _numpys_words
from vizgrad.engine.surface.special import mvlgamma, polygamma

__all__ = [
    "digamma", "erf", "erfc", "erfinv", "i0", "igamma", "igammac", "lgamma", "logit", "mvlgamma",
    "polygamma", "sinc", "xlogy",
]  # fmt: skip

_numpys_words(globals())


class Methods:
    """Of a tensor: special functions, and their forms that write in place."""

    __slots__ = ()

    erf, erfc, erfinv, logit, xlogy, sinc, i0 = erf, erfc, erfinv, logit, xlogy, sinc, i0
    erf_, erfc_, erfinv_, logit_, xlogy_, sinc_, i0_ = map(
        _inplace, (erf, erfc, erfinv, logit, xlogy, sinc, i0)
    )
    lgamma, digamma, igamma, igammac = lgamma, digamma, igamma, igammac
    lgamma_, digamma_, igamma_, igammac_ = map(_inplace, (lgamma, digamma, igamma, igammac))
    polygamma, polygamma_ = _special.polygamma_method, _special.polygamma_
    mvlgamma, mvlgamma_ = mvlgamma, _special.mvlgamma_
