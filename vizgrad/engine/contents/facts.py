"""Lesser facts: names of types, where a tensor lies, which of PyTorch's other kinds it is not."""

# names are imported to be found here
from __future__ import annotations

from vizgrad.engine.ops import activation as _activation
from vizgrad.engine.surface import facts as _facts
from vizgrad.engine.surface.facts import (
    get_device,
    is_distributed,
    is_nonzero,
    is_same_size,
    is_signed,
    is_storage,
    typename,
)
from vizgrad.engine.surface.history import is_inference

newaxis = None  # as in NumPy: `x[:, newaxis]` has a dimension of size 1 there

__all__ = [
    "get_device", "is_distributed", "is_inference", "is_nonzero", "is_same_size", "is_signed", "is_storage", "newaxis",
    "typename",
]  # fmt: skip


class Methods:
    """Of a tensor: lesser facts."""

    __slots__ = ()

    is_cpu = property(lambda self: self.device.type == "cpu")
    is_ipu, is_maia, is_mkldnn, is_mps, is_mtia, is_vulkan, is_xla, is_xpu = (False,) * 8
    name, volatile = None, False
    output_nr = property(lambda self: self.slot)
    grad_dtype = property(lambda self: self.dtype)
    is_nonzero, is_signed, is_same_size = is_nonzero, is_signed, is_same_size
    is_distributed, get_device, dim_order = is_distributed, get_device, _facts.dim_order
    const_data_ptr, storage_type = _facts.const_data_ptr, _facts.storage_type
    pin_memory, is_pinned, record_stream = _facts.pin_memory, _facts.is_pinned, _facts.record_stream
    is_shared = _facts.is_shared
    as_subclass, module_load = _facts.as_subclass, _facts.module_load
    apply_, map_, map2_ = (_facts.one_by_one(n, i) for i, n in enumerate(("apply_", "map_", "map2_")))
    hardshrink, prelu = _activation.hardshrink, _activation.prelu
