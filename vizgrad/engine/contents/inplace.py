"""In-place forms as functions: ``torch.abs_(x)`` is ``x.abs_()``."""

from __future__ import annotations

from vizgrad.engine import tensor as _tensor

_T = _tensor.Tensor

__all__ = [
    "abs_", "acos_", "acosh_", "addmv_", "arccos_", "arccosh_", "arcsin_", "arcsinh_", "arctan_",
    "arctanh_", "as_strided_", "asin_", "asinh_", "atan_", "atanh_", "ceil_", "clamp_", "clamp_max_",
    "clamp_min_", "clip_", "conj_physical_", "cos_", "cosh_", "deg2rad_", "detach", "detach_", "erf_",
    "erfc_", "exp2_", "exp_", "expm1_", "fill_", "fix_", "floor_", "frac_", "gcd_", "i0_", "lcm_",
    "ldexp_", "log1p_", "log2_", "log10_", "log_", "logit_", "nan_to_num_", "neg_", "negative_",
    "rad2deg_", "reciprocal_", "round_", "rsqrt_", "sigmoid_", "sin_", "sinc_", "sinh_", "sqrt_",
    "square_", "tan_", "tanh_", "trunc_", "xlogy_",
]  # fmt: skip

detach = _T.detach
abs_, acos_, acosh_, addmv_ = _T.abs_, _T.acos_, _T.acosh_, _T.addmv_
arccos_, arccosh_, arcsin_, arcsinh_ = _T.arccos_, _T.arccosh_, _T.arcsin_, _T.arcsinh_
arctan_, arctanh_, as_strided_, asin_ = _T.arctan_, _T.arctanh_, _T.as_strided_, _T.asin_
asinh_, atan_, atanh_, ceil_ = _T.asinh_, _T.atan_, _T.atanh_, _T.ceil_
clamp_, clamp_max_, clamp_min_, clip_ = _T.clamp_, _T.clamp_max_, _T.clamp_min_, _T.clip_
conj_physical_, cos_, cosh_, deg2rad_ = _T.conj_physical_, _T.cos_, _T.cosh_, _T.deg2rad_
detach_, erf_, erfc_, exp2_ = _T.detach_, _T.erf_, _T.erfc_, _T.exp2_
exp_, expm1_, fill_, fix_ = _T.exp_, _T.expm1_, _T.fill_, _T.fix_
floor_, frac_, gcd_, i0_ = _T.floor_, _T.frac_, _T.gcd_, _T.i0_
lcm_, ldexp_, log10_, log1p_ = _T.lcm_, _T.ldexp_, _T.log10_, _T.log1p_
log2_, log_, logit_, nan_to_num_ = _T.log2_, _T.log_, _T.logit_, _T.nan_to_num_
neg_, negative_, rad2deg_, reciprocal_ = _T.neg_, _T.negative_, _T.rad2deg_, _T.reciprocal_
round_, rsqrt_, sigmoid_, sin_ = _T.round_, _T.rsqrt_, _T.sigmoid_, _T.sin_
sinc_, sinh_, sqrt_, square_ = _T.sinc_, _T.sinh_, _T.sqrt_, _T.square_
tan_, tanh_, trunc_, xlogy_ = _T.tan_, _T.tanh_, _T.trunc_, _T.xlogy_
