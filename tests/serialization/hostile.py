"""Files that want to do harm, or are broken: pickles by hand, and archives around them."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile

P = b"\x80\x02"


def canary(path):
    """A command that leaves a trace if anything runs it."""
    return f"echo harmed > {path}"


def text(word):
    raw = word.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def glob(module, name):
    return f"c{module}\n{name}\n".encode()


STORAGE = glob("torch", "FloatStorage")


def pid(kind=STORAGE, key="0", where="cpu", numel=b"K\x06"):
    return b"(" + text("storage") + kind + text(key) + text(where) + numel + b"tQ"


def tensor(storage=None, offset=b"K\x00", size=b"K\x02K\x03\x86", stride=b"K\x03K\x01\x86", rest=b""):
    hooks = glob("collections", "OrderedDict") + b")R"
    parts = (pid() if storage is None else storage) + offset + size + stride + b"\x89" + hooks + rest
    return P + glob("torch._utils", "_rebuild_tensor_v2") + b"(" + parts + b"tR."


def big(n):
    """LONG1 of a number."""
    raw = n.to_bytes(max(1, (n.bit_length() + 8) // 8), "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def archive(data_pkl, storages=(b"\0" * 24,), extra=(), compression=zipfile.ZIP_STORED, leave=()):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as z:
        records = {"data.pkl": data_pkl, "byteorder": b"little", "version": b"3\n"}
        records |= {f"data/{i}": s for i, s in enumerate(storages)}
        for name in leave:
            del records[name]
        for name, data in [*records.items(), *extra]:
            z.writestr(f"archive/{name}", data)
    return made.getvalue()


def laughs(depth=60):
    """A list of two of a list of two of …: little in the file, 2^60 when written out."""
    out = P + b"]q\x00"
    for i in range(depth):
        out += b"](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1])
    return out + b"."


def deep_key(depth=40):
    """A tuple of two of a tuple of two of … as a key: hashing it never ends."""
    out = P + b")q\x00"
    for i in range(depth):
        out += b"h" + bytes([i]) + b"h" + bytes([i]) + b"\x86q" + bytes([i + 1])
    return P + b"}" + out[2:] + b"Ns."


class Call:
    """An object whose pickle calls a function."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def unsafe(path):
    """Pickles that ask for something to be done, by name."""
    import os

    command = canary(path)
    system = glob("posix", "system")
    run = text(command) + b"\x85R."
    dump = lambda x, protocol=2: pickle.dumps(x, protocol)
    return {
        "os.system": dump(Call(os.system, command)),
        "os.system, protocol 4": dump(Call(os.system, command), 4),
        "eval": dump(Call(eval, f"__import__('os').system({command!r})")),
        "exec": dump(Call(exec, f"import os; os.system({command!r})")),
        "getattr chain": P + glob("builtins", "getattr") + glob("os", "path") + text("system") + b"\x86R.",
        "dotted name": P + glob("collections", "OrderedDict.__init__.__globals__") + b".",
        "STACK_GLOBAL from the memo": b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94h\x00h\x01\x93" + run,
        "STACK_GLOBAL of no text": b"\x80\x04K\x01K\x02\x93.",
        "INST": P + b"(" + text(command) + b"iposix\nsystem\n.",
        "OBJ": P + b"(" + system + text(command) + b"o.",
        "NEWOBJ": P + glob("subprocess", "Popen") + text(command) + b"\x85\x81.",
        "NEWOBJ of what may be called": P + glob("collections", "OrderedDict") + b")\x81.",
        "NEWOBJ_EX": b"\x80\x04" + glob("subprocess", "Popen") + text(command) + b"\x85}\x92.",
        "EXT1": P + b"\x82\x01.",
        "BUILD on a function": P + glob("torch._utils", "_rebuild_tensor_v2") + b"}b.",
        "BUILD, another attribute": P + glob("collections", "OrderedDict") + b")R}" + text("items") + b"Nsb.",
        "BUILD, slots": P + glob("collections", "OrderedDict") + b")RN}" + text("_metadata") + b"}s\x86b.",
        "torch.load": P + glob("torch", "load") + text("x") + b"\x85R.",
        "torch.hub.load": P + glob("torch.hub", "load") + text("x") + b"\x85R.",
        "numpy": P + glob("numpy._core.multiarray", "_reconstruct") + b")R.",
        "bytearray(2**40)": P + glob("__builtin__", "bytearray") + big(2**40) + b"\x85R.",
        "zlib codec": P + glob("_codecs", "encode") + text("x") + text("zlib") + b"\x86R.",
        "range": P + glob("__builtin__", "range") + big(2**40) + b"\x85R.",
        "SETITEM on a list": P + b"]K\x00K\x01s.",
        "text protocol": b"(lp0\nI1\na.",
        "LONG4": P + b"\x8b\x01\x00\x00\x00\x01.",
        "laughs": laughs(),
        "a key that never hashes": deep_key(),
        "the same bytes again and again": P + text("x" * 1000) + b"q\x000"
        + (glob("_codecs", "encode") + b"h\x00\x85R0") * 400 + b"N.",
    }  # fmt: skip


CORRUPT = {
    "persistent id": P + b"K\x01Q.",
    "key of a path": tensor(pid(key="../../etc/passwd")),
    "no such record": tensor(pid(key="7")),
    "longer than stored": tensor(pid(numel=b"K\x07")),
    "length below 0": tensor(pid(numel=b"J\xff\xff\xff\xff")),
    "size beyond": tensor(size=b"K\x03K\x03\x86"),
    "offset beyond": tensor(offset=b"K\x01"),
    "offset below 0": tensor(offset=b"J\xff\xff\xff\xff"),
    "stride beyond": tensor(stride=b"K\x04K\x01\x86"),
    "stride below 0": tensor(stride=b"J\xff\xff\xff\xffK\x01\x86"),
    "size of 2**62": tensor(size=big(2**62) + b"K\x01\x86"),
    "sizes whose product wraps": tensor(size=big(2**32) + big(2**32) + b"\x86", stride=b"K\x00K\x00\x86"),
    "stretched to 2**40": tensor(size=big(2**40) + b"\x85", stride=b"K\x00\x85"),
    "empty, yet 2**60": tensor(size=b"K\x00" + big(2**60) + b"\x86", stride=b"K\x01K\x01\x86"),
    "bool as a size": tensor(size=b"\x88K\x03\x86"),
    "rank": tensor(stride=b"K\x01\x85"),
    "a list as a size": tensor(size=b"]"),
    "on no storage": tensor(storage=b"N"),
    "storage as text": P
    + b"("
    + text("storage")
    + text("FloatStorage")
    + text("0")
    + text("cpu")
    + b"K\x06tQ.",
    "announced length": P + b"X\xff\xff\xff\xffabc.",
    "no end": P + b"K\x01",
    "nothing": b"",
    "stack underflow": P + b"\x85.",
    "no mark": P + b"t.",
    "memo": P + b"h\x07.",
    "unhashable key": P + b"}]Ns.",
    "huge key": P + b"}" + big(2**80) + b"Ns.",
    "contains itself": P + b"]q\x00h\x00a.",
    "deep": P + b"]" * 3000 + b"a" * 2999 + b".",
    "deep marks": P + b"(" * 3000 + b".",
    "not UTF-8": P + b"X\x01\x00\x00\x00\xff.",
    "protocol": b"\x80\x09N.",
}
