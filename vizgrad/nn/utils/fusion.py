"""A layer and the batch normalization behind it as one layer, for networks that are only used."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import copy
from typing import Any

from vizgrad.engine.surface import create
from vizgrad.nn.parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]


def _parameter(like: Any, value: Any) -> Parameter:
    return Parameter(value.detach().to(like.dtype), like.requires_grad)


def _fused(w: Any, b: Any, mean: Any, var: Any, eps: float, scale: Any, shift: Any, axis: int) -> Any:
    """Weight and bias of ``(w x + b - mean) / √(var + eps) · scale + shift``; outputs are ``axis`` of w."""
    factor = (var + eps).rsqrt()
    factor = factor if scale is None else factor * scale
    bias = create.zeros_like(mean) if b is None else b
    offset = (bias - mean) * factor
    line = [1] * w.ndim
    line[axis] = -1
    fused = w * factor.reshape(line)
    return _parameter(w, fused), _parameter(
        w if b is None else b, offset if shift is None else offset + shift
    )


def fuse_conv_bn_weights(
    conv_w: Any,
    conv_b: Any,
    bn_rm: Any,
    bn_rv: Any,
    bn_eps: float,
    bn_w: Any,
    bn_b: Any,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution that does what the convolution and the batch normalization do."""
    return _fused(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 1 if transpose else 0)


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a linear layer that does what the layer and the batch normalization do."""
    return _fused(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 0)


def _together(layer: Any, bn: Any, axis: int) -> Any:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = copy.deepcopy(layer)
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("a batch normalization without running statistics cannot be fused")
    statistics = (bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias)
    fused.weight, fused.bias = _fused(fused.weight, fused.bias, *statistics, axis)
    return fused


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A convolution that does what ``conv`` and then ``bn`` do, both in eval mode."""
    return _together(conv, bn, 1 if transpose else 0)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A linear layer that does what ``linear`` and then ``bn`` do, both in eval mode."""
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1")
    return _together(linear, bn, 0)
