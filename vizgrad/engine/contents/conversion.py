"""What tensors turn into: other types, other devices, NumPy's arrays, Python's numbers; and facts about types."""

from __future__ import annotations

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.dtype import bool_ as _bool
from vizgrad.engine.surface import convert as _convert
from vizgrad.engine.surface import legacy as _legacy
from vizgrad.engine.surface.interop import from_dlpack, to_dlpack
from vizgrad.engine.surface.kinds import (
    can_cast,
    channels_last,
    channels_last_3d,
    contiguous_format,
    finfo,
    iinfo,
    layout,
    memory_format,
    preserve_format,
    promote_types,
    result_type,
    strided,
)  # fmt: skip
from vizgrad.engine.surface.legacy import get_default_device, set_default_device, set_default_tensor_type

__all__ = [
    "BFloat16Tensor", "BoolTensor", "ByteTensor", "CharTensor", "DoubleTensor", "FloatTensor", "HalfTensor",
    "IntTensor", "LongTensor", "ShortTensor", "can_cast", "channels_last", "channels_last_3d", "contiguous_format",
    "finfo", "from_dlpack", "get_default_device", "iinfo", "layout", "memory_format", "preserve_format",
    "promote_types", "result_type", "set_default_device", "set_default_tensor_type", "strided", "to_dlpack", "uint16",
    "uint32", "uint64",
]  # fmt: skip

_types = _legacy.CPU
FloatTensor, DoubleTensor, HalfTensor = _types["FloatTensor"], _types["DoubleTensor"], _types["HalfTensor"]
BFloat16Tensor, BoolTensor, ByteTensor = _types["BFloat16Tensor"], _types["BoolTensor"], _types["ByteTensor"]
CharTensor, ShortTensor = _types["CharTensor"], _types["ShortTensor"]
IntTensor, LongTensor = _types["IntTensor"], _types["LongTensor"]
uint16, uint32, uint64 = _dtype.ALL[-3:]


class Methods:
    """Of a tensor: conversions."""

    __slots__ = ()

    to, type_as, cpu, cuda, type = _convert.to, _convert.type_as, _convert.cpu, _convert.cuda, _legacy.type_
    float, double = _convert.cast_to("float", _dtype.float32), _convert.cast_to("double", _dtype.float64)
    half, bfloat16 = _convert.cast_to("half", _dtype.float16), _convert.cast_to("bfloat16", _dtype.bfloat16)
    long, int = _convert.cast_to("long", _dtype.int64), _convert.cast_to("int", _dtype.int32)
    short, char = _convert.cast_to("short", _dtype.int16), _convert.cast_to("char", _dtype.int8)
    byte, bool = _convert.cast_to("byte", _dtype.uint8), _convert.cast_to("bool", _bool)
    cfloat, cdouble = (
        _convert.cast_to("cfloat", _dtype.complex64),
        _convert.cast_to("cdouble", _dtype.complex128),
    )
    chalf = _convert.chalf
    numpy, tolist, item = _convert.numpy_, _convert.tolist, _convert.item
