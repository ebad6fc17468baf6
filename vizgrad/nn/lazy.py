"""Layers that learn the size of their input from the first input that they see."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any, ClassVar

from vizgrad.engine.surface.create import empty
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.tensor import Tensor

from . import conv, norm
from .linear import Linear
from .module import Module
from .parameter import UninitializedBuffer, UninitializedParameter, is_lazy

__all__ = [
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
]


class LazyModuleMixin(Module):
    """A layer with parameters that have no shape yet: the first call gives them one, and makes it an ordinary layer.

    ``initialize_parameters`` gets the arguments of that call; ``cls_to_become`` is the ordinary layer's class.
    Loading a ``state_dict`` gives the parameters their shapes too.
    """

    cls_to_become: ClassVar[type | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = self.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Give every parameter its shape, seeing the arguments of the first call."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self) -> bool:
        """Whether some parameter or buffer has no shape yet."""
        return any(map(is_lazy, [*self._parameters.values(), *self._buffers.values()]))

    def reset_parameters(self) -> None:
        """Draw the parameters anew, once there are any."""
        if not self.has_uninitialized_params() and self._inputs():
            super().reset_parameters()  # type: ignore[misc] - of the ordinary layer

    def _inputs(self) -> int:
        """How large the input is; 0 as long as nobody knows."""
        raise NotImplementedError(f"{type(self).__name__} does not say where the size of its input is")

    def _lazy_load_hook(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        for name, value in [*self._parameters.items(), *self._buffers.items()]:
            given = state_dict.get(prefix + name)
            if is_lazy(value) and isinstance(given, Tensor) and not is_lazy(given):
                with no_grad():
                    value.materialize(given.shape)  # type: ignore[union-attr]

    def _infer_parameters(self, module: Any, args: Any, kwargs: Any = None) -> None:
        self.initialize_parameters(*args, **(kwargs or {}))
        if self.has_uninitialized_params():
            raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        self._initialize_hook.remove()
        self._load_hook.remove()
        del self._initialize_hook, self._load_hook
        if self.cls_to_become is not None:
            self.__class__ = self.cls_to_become


def _later(module: Module, names: tuple[str, ...], place: dict[str, Any]) -> None:
    """Parameters without shapes."""
    for name in names:
        module._parameters.pop(name, None)
        module.register_parameter(name, UninitializedParameter(**place))


class LazyLinear(LazyModuleMixin, Linear):
    """A `Linear` whose ``in_features`` is the last size of its first input."""

    cls_to_become = Linear

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(0, 0, False)
        self.out_features = out_features
        names = ("weight", "bias") if bias else ("weight",)
        _later(self, names, {"device": device, "dtype": dtype})

    def _inputs(self) -> int:
        return self.in_features

    def initialize_parameters(self, input: Tensor) -> None:
        if self.has_uninitialized_params():
            with no_grad():
                self.in_features = input.shape[-1]
                self.weight.materialize((self.out_features, self.in_features))  # type: ignore[attr-defined]
                if self.bias is not None:
                    self.bias.materialize((self.out_features,))
                self.reset_parameters()
        if not self.in_features:  # its weights were loaded
            self.in_features = self.weight.shape[-1]


# --- convolutions -----------------------------------------------------------------------------------------------


class _LazyConv(LazyModuleMixin, conv._Conv):
    """What lazy convolutions share: ``in_channels`` is the number of channels of the first input."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        settings = (kernel_size, stride, padding, dilation, groups, False, padding_mode)
        super().__init__(0, out_channels, *settings, device, dtype)
        _later(self, ("weight", "bias") if bias else ("weight",), {"device": device, "dtype": dtype})

    def _inputs(self) -> int:
        return self.in_channels

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        if self.has_uninitialized_params():
            self.in_channels = self._channels(input)
            if self.in_channels % self.groups:
                raise ValueError("in_channels must be divisible by groups")
            with no_grad():
                self.weight.materialize(self._weight_shape())  # type: ignore[attr-defined]
                if self.bias is not None:
                    self.bias.materialize((self.out_channels,))
                self.reset_parameters()
        if not self.in_channels:  # its weights were loaded
            self.in_channels = self._channels(input)

    def _channels(self, input: Tensor) -> int:
        if input.ndim not in (self.ndim + 1, self.ndim + 2):
            raise RuntimeError(
                f"Expected {self.ndim + 1}D (unbatched) or {self.ndim + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {tuple(input.shape)}"
            )
        return input.shape[-self.ndim - 1]


class LazyConv1d(_LazyConv, conv.Conv1d):
    """A `Conv1d` whose ``in_channels`` is that of its first input."""

    cls_to_become = conv.Conv1d


class LazyConv2d(_LazyConv, conv.Conv2d):
    """A `Conv2d` whose ``in_channels`` is that of its first input."""

    cls_to_become = conv.Conv2d


class LazyConv3d(_LazyConv, conv.Conv3d):
    """A `Conv3d` whose ``in_channels`` is that of its first input."""

    cls_to_become = conv.Conv3d


class _LazyConvTranspose(_LazyConv, conv._ConvTranspose):
    """What lazy transposed convolutions share."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        settings = (kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode)
        super(_LazyConv, self).__init__(0, out_channels, *settings, device, dtype)
        _later(self, ("weight", "bias") if bias else ("weight",), {"device": device, "dtype": dtype})


class LazyConvTranspose1d(_LazyConvTranspose, conv.ConvTranspose1d):
    """A `ConvTranspose1d` whose ``in_channels`` is that of its first input."""

    cls_to_become = conv.ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, conv.ConvTranspose2d):
    """A `ConvTranspose2d` whose ``in_channels`` is that of its first input."""

    cls_to_become = conv.ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, conv.ConvTranspose3d):
    """A `ConvTranspose3d` whose ``in_channels`` is that of its first input."""

    cls_to_become = conv.ConvTranspose3d


# --- normalization ------------------------------------------------------------------------------------------------


class _LazyNorm(LazyModuleMixin, norm._BatchNorm):
    """What lazy normalizations share: ``num_features`` is the number of channels of the first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        place = {"device": device, "dtype": dtype}
        super().__init__(0, eps, momentum, False, False, **place)
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            _later(self, ("weight", "bias") if bias else ("weight",), place)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(**place)
            self.running_var = UninitializedBuffer(**place)
            self.num_batches_tracked = empty((), dtype=norm.int64, device=device).zero_()

    def _inputs(self) -> int:
        return self.num_features

    def reset_running_stats(self) -> None:
        if not self.has_uninitialized_params() and self.num_features:
            super().reset_running_stats()

    def initialize_parameters(self, input: Tensor) -> None:
        if self.has_uninitialized_params():
            self.num_features = input.shape[1]
            for value in (self.weight, self.bias, self.running_mean, self.running_var):
                if is_lazy(value):
                    value.materialize((self.num_features,))  # type: ignore[union-attr]
            self.reset_parameters()
        if not self.num_features:  # its numbers were loaded
            self.num_features = input.shape[1]


class LazyBatchNorm1d(_LazyNorm, norm.BatchNorm1d):
    """A `BatchNorm1d` whose ``num_features`` is that of its first input."""

    cls_to_become = norm.BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, norm.BatchNorm2d):
    """A `BatchNorm2d` whose ``num_features`` is that of its first input."""

    cls_to_become = norm.BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, norm.BatchNorm3d):
    """A `BatchNorm3d` whose ``num_features`` is that of its first input."""

    cls_to_become = norm.BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, norm.InstanceNorm1d):
    """An `InstanceNorm1d` whose ``num_features`` is that of its first input."""

    cls_to_become = norm.InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, norm.InstanceNorm2d):
    """An `InstanceNorm2d` whose ``num_features`` is that of its first input."""

    cls_to_become = norm.InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, norm.InstanceNorm3d):
    """An `InstanceNorm3d` whose ``num_features`` is that of its first input."""

    cls_to_become = norm.InstanceNorm3d
