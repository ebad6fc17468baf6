"""The common case of an op, compiled for each row: NumPy arrays of one floating type, and numbers beside them.

What `tape.apply` does for any operands is unrolled here for the operands that a row has, which takes a third off
the cost of a small op.  For all other operands the compiled function goes on to `tape.apply`.
"""

from __future__ import annotations

import inspect
from textwrap import indent
from typing import TYPE_CHECKING, Any

import numpy

from vizgrad.engine import bare, local, storage
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.namespace import NUMPY
from vizgrad.engine.storage import NOTHING, Kept, Storage
from vizgrad.engine.surface.counting import count_in, hold
from vizgrad.engine.watch import tell

if TYPE_CHECKING:
    from vizgrad.engine.op import Op

# Names that the compiled functions use.  They begin with _ because a row's own arguments may be called anything.
NAMES: dict[str, Any] = {
    "_new": object.__new__, "_ndarray": numpy.ndarray, "_asarray": numpy.asarray, "_f4": numpy.dtype("f4"),
    "_f8": numpy.dtype("f8"), "_Bare": Bare, "_Kept": Kept, "_Storage": Storage, "_NOTHING": NOTHING,
    "_NUMPY": NUMPY, "_here": here, "_bare": bare, "_local": local, "_storage": storage, "_count_in": count_in,
    "_hold": hold, "_tell": tell, "_wrap": Bare._wrap,
}  # fmt: skip

OPERAND = """
_a{i} = {n}
if isinstance({n}, _Bare):
    if {n}.alias is not None: _refresh({n})
    if {n}.tracked: _tracked = True
    _a{i} = {n}.array
"""

RUN = """
try:
    _y = _forward(_NUMPY, {given})
except Exception as _error:
    raise _explained(_error, _row, ({inputs}), {settings}) from None
"""

SEVERAL = """
_x = _row.pack(map(_wrap, _y))
if _tracked and _here.grad: _record(_row, ({inputs}), [{arrays}], _x, {settings}, None)
"""

WRAP = """
if type(_y) is not _ndarray: _y = _asarray(_y)
_s = _new(_Storage)
_s.nbytes = _y.nbytes
if _storage.counters: _count_in(_s)
_x = _new(_bare.kind)
_x.array = _y
_x.memory = _s
_x.gradient = _x.node = _x.alias = _x.hooks = None
_x.slot = 0
_x.tracked = False
"""

RECORD = """
if _tracked and _here.grad:
    _node = _new(_Node)
    _node.number = _number()
    _node.op = _row
    _node.edges = [{edges}]
    _node.settings = {settings}
    _node.like = _y.shape, _y.dtype
    _node.hooks = None
{keep}
    _x.node = _node
    _x.tracked = True
"""

END = """
if _local.watching and _here.watchers: _tell("on_op", _row, ({inputs}), _x, {settings})
return _x
"""


def source(row: Op, arguments: list[inspect.Parameter], settings: str, *, takes_out: bool) -> str:
    """The lines of a function for ``row`` that run it if the operands are usual ones, and else go on."""
    if row.variadic or row.view or any(where == "extra" for _, where, _ in row.plan):
        return ""
    inputs = "".join(f"{n}, " for n in row.inputs)
    given = [f"_a{i}" for i in range(len(row.inputs))]
    given += [f"{a.name}={a.name}" if a.kind is a.KEYWORD_ONLY else a.name for a in arguments[len(given) :]]
    text = RUN.format(given=", ".join(given), inputs=inputs, settings=settings)
    if row.ordered:
        text += "_y = _in_order(_y)\n" if row.outputs else "if not _y.flags.c_contiguous: _y = _y.copy('C')\n"
    if row.outputs:
        arrays = ", ".join(given[: len(row.inputs)])
        text += SEVERAL.format(inputs=inputs, arrays=arrays, settings=settings)
    else:
        text += WRAP
    if row.differentiable and not row.outputs:
        edges = [
            _edge(n, i) if way else "None"
            for i, (n, way) in enumerate(zip(row.inputs, row.ways, strict=True))
        ]
        text += RECORD.format(edges=", ".join(edges), settings=settings, keep=indent(_keep(row), "    "))
    text += END.format(inputs=inputs, settings=settings)
    operands = "".join(OPERAND.format(i=i, n=n) for i, n in enumerate(row.inputs))
    text = f"    if {_usual(row)}:\n{indent(text, ' ' * 8)}"
    text = f"if not _local.early:\n    _tracked = False{indent(operands, '    ')}{text}"
    return indent(f"if out is None:\n{indent(text, '    ')}" if takes_out else text, "    ")


def _usual(row: Op) -> str:
    """Whether the operands need no preparation, as `tape.apply` asks."""
    alike = row.promotes is not None or row.check is not None  # they must be of one type
    numbers = row.promotes is not None and row.family.tensors != "all"
    asked = ["type(_a0) is _ndarray", "((_k := _a0.dtype) is _f4 or _k is _f8)"]
    if not alike:
        asked[1] = "True" if row.exact else "((_k := _a0.dtype) is _f4 or _k.kind != 'V')"
    for a in (f"_a{i}" for i in range(1, len(row.inputs))):
        kind = f"{a}.dtype is _k" if alike else "True" if row.exact else f"{a}.dtype.kind != 'V'"
        array = f"type({a}) is _ndarray and {kind}"
        number = f"type({a}) is float or type({a}) is int or {a} is None"
        asked.append(f"({array} or {number})" if numbers or not alike else array)
    return " and ".join(a for a in asked if a != "True").replace(" and True", "")


def _edge(name: str, i: int) -> str:
    """Where the gradient of an input goes, as `tape.edge` says."""
    way = f"({name}.node, {name}.slot) if {name}.slot else {name}.node"
    way = f"{name} if {name}.node is None else {way}"
    number = f"_a{i} is {name} or " if i else ""  # of the first operand it is known to be an array
    return f"None if {number}not {name}.tracked else {way}"


def _keep(row: Op) -> str:
    """The lines that gather what the gradients name, as `compiled.keeper` says."""
    if not row.plan:
        return "_node.kept = None"
    lines, held = [], []  # of each: its value, the storage that this stands on, its version
    for k, (name, where, i) in enumerate(row.plan):
        if where == "shape":
            held.append((f"getattr(_a{i}, 'shape', ())" if i else "_a0.shape", "_NOTHING", "0"))
            continue
        value, stands_on, version = "_y", "_s", "0"
        if where == "input":
            n, value, version = row.inputs[i], f"_a{i}", f"_s{k}.version"
            stands_on = f"_NOTHING if {value} is {n} else {n}.memory" if i else f"{n}.memory"
        found, question = [f"_s{k} = {stands_on}", f"_s{k}.kept = True"], read_by(row, name, "_edges")
        if question:
            found, value = [*found, f"_v{k} = {value}"], f"_v{k}"
        lines += only_where(question, found, f"_v{k}, _s{k} = None, _NOTHING")
        held.append((value, f"_s{k}", version))
    lines = ["_edges = _node.edges", *lines, "_node.kept = _kept = _new(_Kept)"]
    for name, parts in zip(("values", "storages", "versions"), zip(*held, strict=True), strict=True):
        lines.append(f"_kept.{name} = {', '.join(parts)},")
    return "\n".join([*lines, "if _storage.counters: _hold(_kept)"])


def read_by(row: Op, name: str, edges: str) -> str:
    """When a value is worth keeping, as a question to the node's edges; "" where every gradient formula reads it.

    ``x * 2`` need not keep x: only the gradient of the 2, which nobody wants, reads it.
    """
    readers = [i for i, g in enumerate(row.gradients) if g is not None and name in g.reads]
    if row.variadic or len(readers) == sum(row.ways):
        return ""
    return " or ".join(f"{edges}[{i}] is not None" for i in readers)


def only_where(question: str, lines: list[str], otherwise: str) -> list[str]:
    """Lines of source under an ``if``, where there is something to ask."""
    if not question:
        return lines
    return [f"if {question}:", *(f"    {line}" for line in lines), "else:", f"    {otherwise}"]
