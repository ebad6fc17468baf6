"""Special functions: those that are `torch.` and `Tensor.` names too.  All of them: vizgrad/special.py."""

from __future__ import annotations

from vizgrad.engine.ops.activation import erf
from vizgrad.engine.ops.exponential import logit, xlogy
from vizgrad.engine.ops.trigonometric import sinc
from vizgrad.engine.surface.inplace import inplace as _inplace

__all__ = ["erf", "logit", "sinc", "xlogy"]


class Methods:
    """Of a tensor: special functions, and their forms that write in place."""

    __slots__ = ()

    erf, logit, xlogy, sinc = erf, logit, xlogy, sinc
    erf_, logit_, xlogy_, sinc_ = map(_inplace, (erf, logit, xlogy, sinc))
