"""Reading a pickle without running it.

Python's own unpickler calls whatever the file names.  This one knows the opcodes that describe data; a global is
looked up in a table of what is allowed, and only constructors from that table are ever called.  What it refuses,
it refuses with the byte where it happened.
The opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
"""

from __future__ import annotations

import _compat_pickle
import pickle
import struct
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

from .checks import check_key
from .errors import CorruptCheckpointError, UnsafeCheckpointError

__all__ = ["Constructor", "Inert", "Machine"]

DEEPEST_MARK = 1000
DICTS, LISTS = (dict, OrderedDict, Counter), (list,)
_new_dict: Any = dict


class Constructor:
    """A global that may be called: its name, and the function that checks the arguments and makes the value."""

    __slots__ = ("make", "name")

    def __init__(self, name: str, make: Callable[..., Any]) -> None:
        self.name, self.make = name, make


class Inert:
    """Stands for what a scan does not build; whatever is done to it does nothing."""

    __slots__ = ()


class Machine:
    """Runs one pickle in ``data`` from ``position``; afterwards ``position`` is behind its last byte.

    ``find(module, name)`` answers what a global is: a value, a Constructor, or what ``trusts`` says may be called.
    ``persistent(pid)`` answers what an object outside the pickle is: a storage.
    """

    def __init__(
        self,
        data: bytes | memoryview,
        find: Callable[[str, str], Any],
        persistent: Callable[[Any], Any],
        *,
        position: int = 0,
        trusts: Callable[[Any], bool] = lambda value: False,
    ) -> None:
        self.data, self.position = memoryview(data), position
        self.begun = position  # where the opcode begins that is run now
        self.find, self.persistent, self.trusts = find, persistent, trusts
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stacks under the marks
        self.memo: dict[int, Any] = {}
        self.protocol = 0

    def load(self) -> Any:
        """The value that the pickle describes."""
        data, known = self.data, OPCODES
        try:
            while True:
                self.begun = self.position
                code = data[self.begun]
                self.position += 1
                if code == STOP:
                    return self.pop()
                act = known[code]
                if act is None:
                    raise self.unsafe(f"opcode {bytes((code,))!r}")
                act(self)
        except IndexError:
            raise CorruptCheckpointError(
                f"the pickle ends, or its stack is empty, at byte {self.position}"
            ) from None
        except UnicodeDecodeError as error:
            raise CorruptCheckpointError(f"text before byte {self.position} is not UTF-8: {error}") from None
        except RecursionError:
            raise CorruptCheckpointError(f"nested too deeply at byte {self.position}") from None

    # --- helpers of the opcodes

    def unsafe(self, what: str) -> UnsafeCheckpointError:
        return UnsafeCheckpointError(f"Weights only load failed: {what} at byte {self.begun} is not allowed")

    def corrupt(self, what: str) -> CorruptCheckpointError:
        return CorruptCheckpointError(f"{what} at byte {self.begun}")

    def take(self, count: int) -> memoryview:
        """The next ``count`` bytes."""
        end = self.position + count
        if end > len(self.data):
            raise self.corrupt(f"{count} bytes are announced, {len(self.data) - self.position} are left,")
        part = self.data[self.position : end]
        self.position = end
        return part

    def number(self, form: struct.Struct) -> Any:
        return form.unpack(self.take(form.size))[0]

    def line(self) -> str:
        """Text up to the next line feed: a name, so no more than 1,000 bytes."""
        ahead = bytes(self.data[self.position : self.position + 1000])
        end = ahead.find(b"\n")
        if end < 0:
            raise self.corrupt("a name does not end")
        self.position += end + 1
        return ahead[:end].decode("utf-8")

    def pop(self) -> Any:
        return self.stack.pop()

    def items(self) -> list[Any]:
        """What lies above the last mark, which is removed with it."""
        if not self.below:
            raise self.corrupt("a mark is missing")
        above, self.stack = self.stack, self.below.pop()
        return above

    def put(self, value: Any) -> None:
        self.stack.append(value)

    # --- containers

    def set_items(self, pairs: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is Inert:
            return
        if type(target) not in DICTS and not (isinstance(target, dict) and self.trusts(type(target))):
            raise self.unsafe(f"setting items of a {type(target).__name__}")
        if len(pairs) % 2:
            raise self.corrupt("a key without a value")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if type(key) is not str:
                check_key(key)
            target[key] = value

    def append(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is Inert:
            return
        if type(target) is not list and not (isinstance(target, list) and self.trusts(type(target))):
            raise self.unsafe(f"appending to a {type(target).__name__}")
        target.extend(values)

    def add_items(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not set:
            raise self.unsafe(f"adding to a {type(target).__name__}")
        for value in values:
            check_key(value)
            target.add(value)

    def frozen(self, values: list[Any]) -> None:
        for value in values:
            check_key(value)
        self.put(frozenset(values))

    # --- globals and what is made with them

    def global_(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise self.unsafe("a global whose name is no text")
        if self.protocol < 3:  # Python 2's names, which protocol 2 is written with
            if (module, name) in _compat_pickle.NAME_MAPPING:
                module, name = _compat_pickle.NAME_MAPPING[module, name]
            else:
                module = _compat_pickle.IMPORT_MAPPING.get(module, module)
        try:
            self.put(self.find(module, name))
        except UnsafeCheckpointError as error:
            raise UnsafeCheckpointError(
                str(error).replace(" is not", f" at byte {self.begun} is not", 1)
            ) from None

    def reduce(self) -> None:
        args, function = self.pop(), self.pop()
        if type(args) is Inert or type(function) is Inert:
            return self.put(Inert())
        if type(args) is not tuple:
            raise self.corrupt("arguments that are no tuple")
        if type(function) is Constructor:
            return self.put(self.make(function, args))
        if not self.trusts(function):
            raise self.unsafe(f"calling a {type(function).__name__}")
        return self.put(function(*args))

    def make(self, constructor: Constructor, args: tuple[Any, ...]) -> Any:
        try:
            return constructor.make(*args)
        except (TypeError, ValueError, OverflowError, KeyError) as error:
            if isinstance(error, (CorruptCheckpointError, UnsafeCheckpointError)):
                raise
            if isinstance(error, RuntimeError):  # unsupported: it says so itself
                raise
            raise self.corrupt(f"{constructor.name} cannot be made from its arguments ({error}),") from None

    def new_object(self, kwargs: Any = None) -> None:
        args, cls = self.pop(), self.pop()
        if type(cls) is Inert:
            return self.put(Inert())
        if type(cls) is Constructor or not isinstance(cls, type) or not self.trusts(cls):
            name = cls.name if type(cls) is Constructor else repr(cls)[:100]
            raise self.unsafe(f"making an object of {name}")
        if type(args) is not tuple or not isinstance(kwargs, (dict, type(None))):
            raise self.corrupt("arguments that are no tuple")
        return self.put(cls.__new__(cls, *args, **(kwargs or {})))

    def build(self) -> None:
        state, target = self.pop(), self.stack[-1]
        if type(target) is Inert:
            return
        if type(target) is OrderedDict and type(state) is dict and list(state) == ["_metadata"]:
            if not isinstance(state["_metadata"], dict):
                raise self.corrupt("_metadata that is no dictionary")
            target._metadata = state["_metadata"]  # type: ignore[attr-defined]
        elif self.trusts(type(target)):
            give_state(target, state)
        else:
            raise self.unsafe(f"giving a state to a {type(target).__name__}")


def give_state(target: Any, state: Any) -> None:
    """What Python's unpickler does with the state of an object whose class the user trusts."""
    if hasattr(target, "__setstate__"):
        target.__setstate__(state)
        return
    plain, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    vars(target).update(plain or {})
    for name, value in (slots or {}).items():
        setattr(target, name, value)


# --- the opcodes of data

STOP = pickle.STOP[0]
_U1, _U2, _U4, _U8 = (struct.Struct(f"<{letter}") for letter in "BHIQ")
_I4, _F8 = struct.Struct("<i"), struct.Struct(">d")


def _protocol(m: Machine) -> None:
    m.protocol = m.number(_U1)
    if not 2 <= m.protocol <= 5:
        raise m.corrupt(f"pickle protocol {m.protocol}, which there is not,")


def _mark(m: Machine) -> None:
    if len(m.below) >= DEEPEST_MARK:
        raise m.corrupt(f"nested more than {DEEPEST_MARK} deep")
    m.below.append(m.stack)
    m.stack = []


def _text(form: struct.Struct) -> Callable[[Machine], None]:
    return lambda m: m.put(str(m.take(m.number(form)), "utf-8", "surrogatepass"))


def _bytes(form: struct.Struct) -> Callable[[Machine], None]:
    return lambda m: m.put(bytes(m.take(m.number(form))))


def _tuple_of(count: int) -> Callable[[Machine], None]:
    def act(m: Machine) -> None:
        if len(m.stack) < count:
            raise m.corrupt("the stack is too short")
        m.stack[-count:] = [tuple(m.stack[-count:])]

    return act


def _remember(form: struct.Struct | None) -> Callable[[Machine], None]:
    def act(m: Machine) -> None:
        m.memo[len(m.memo) if form is None else m.number(form)] = m.stack[-1]

    return act


def _recall(form: struct.Struct) -> Callable[[Machine], None]:
    def act(m: Machine) -> None:
        at = m.number(form)
        if at not in m.memo:
            raise m.corrupt(f"nothing was remembered under {at}, asked for")
        m.put(m.memo[at])

    return act


def _two(m: Machine) -> list[Any]:
    value = m.pop()
    return [m.pop(), value]


def _stack_global(m: Machine) -> None:
    name = m.pop()
    m.global_(m.pop(), name)


def _pop(m: Machine) -> None:
    m.pop() if m.stack else m.items()


def _pop_list(m: Machine) -> list[Any]:
    return [m.pop()]


_ACTS: dict[bytes, Callable[[Machine], Any]] = {
    pickle.PROTO: _protocol,
    pickle.FRAME: lambda m: m.number(_U8),
    pickle.MARK: _mark,
    pickle.POP: _pop,
    pickle.POP_MARK: lambda m: m.items(),
    pickle.NONE: lambda m: m.put(None),
    pickle.NEWTRUE: lambda m: m.put(True),
    pickle.NEWFALSE: lambda m: m.put(False),
    pickle.BININT: lambda m: m.put(m.number(_I4)),
    pickle.BININT1: lambda m: m.put(m.number(_U1)),
    pickle.BININT2: lambda m: m.put(m.number(_U2)),
    pickle.LONG1: lambda m: m.put(int.from_bytes(m.take(m.number(_U1)), "little", signed=True)),
    pickle.BINFLOAT: lambda m: m.put(m.number(_F8)),
    pickle.BINUNICODE: _text(_U4),
    pickle.SHORT_BINUNICODE: _text(_U1),
    pickle.BINUNICODE8: _text(_U8),
    pickle.BINSTRING: _text(_U4),  # Python 2's str
    pickle.SHORT_BINSTRING: _text(_U1),
    pickle.BINBYTES: _bytes(_U4),
    pickle.SHORT_BINBYTES: _bytes(_U1),
    pickle.BINBYTES8: _bytes(_U8),
    pickle.BYTEARRAY8: lambda m: m.put(bytearray(m.take(m.number(_U8)))),
    pickle.EMPTY_TUPLE: lambda m: m.put(()),
    pickle.EMPTY_LIST: lambda m: m.put([]),
    pickle.EMPTY_DICT: lambda m: m.put({}),
    pickle.EMPTY_SET: lambda m: m.put(set()),
    pickle.TUPLE: lambda m: m.put(tuple(m.items())),
    pickle.TUPLE1: _tuple_of(1),
    pickle.TUPLE2: _tuple_of(2),
    pickle.TUPLE3: _tuple_of(3),
    pickle.APPEND: lambda m: m.append(_pop_list(m)),
    pickle.APPENDS: lambda m: m.append(m.items()),
    pickle.SETITEM: lambda m: m.set_items(_two(m)),
    pickle.SETITEMS: lambda m: m.set_items(m.items()),
    pickle.ADDITEMS: lambda m: m.add_items(m.items()),
    pickle.FROZENSET: lambda m: m.frozen(m.items()),
    pickle.BINPUT: _remember(_U1),
    pickle.LONG_BINPUT: _remember(_U4),
    pickle.MEMOIZE: _remember(None),
    pickle.BINGET: _recall(_U1),
    pickle.LONG_BINGET: _recall(_U4),
    pickle.BINPERSID: lambda m: m.put(m.persistent(m.pop())),
    pickle.GLOBAL: lambda m: m.global_(m.line(), m.line()),
    pickle.STACK_GLOBAL: _stack_global,
    pickle.REDUCE: Machine.reduce,
    pickle.NEWOBJ: Machine.new_object,
    pickle.NEWOBJ_EX: lambda m: m.new_object(m.pop()),
    pickle.BUILD: Machine.build,
}
OPCODES: list[Callable[[Machine], Any] | None] = [_ACTS.get(bytes((code,))) for code in range(256)]
