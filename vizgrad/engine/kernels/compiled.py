"""What is compiled for each row of the table: the function that users call, and what gathers the values it keeps.

Both run for every op, so what is known of the row is not asked again at each call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from textwrap import indent
from typing import TYPE_CHECKING, Any

from vizgrad.engine import storage
from vizgrad.engine.bare import Bare, _new
from vizgrad.engine.storage import NOTHING, Kept
from vizgrad.engine.surface import former, out, sparse_rows
from vizgrad.engine.surface.counting import hold

from . import quick

if TYPE_CHECKING:
    from vizgrad.engine.op import Op
    from vizgrad.engine.tensor import Tensor


def function(row: Op, arguments: list[inspect.Parameter], *, takes_out: bool) -> Callable[..., Tensor]:
    """The public function, compiled with the row's own signature so that a call binds at full speed."""
    from vizgrad.engine import alias, errors, tape

    defaults = {f"_default_{a.name}": a.default for a in arguments if a.default is not a.empty}
    given = f"tuple({row.inputs[0]})" if row.variadic else f"({''.join(f'{n}, ' for n in row.inputs)})"
    settings = "{" + ", ".join(f"{n!r}: {n}" for n in row.settings) + "}" if row.settings else "_defaults"
    unchanged = " and ".join(f"{n} is _default_{n}" for n in row.settings if f"_default_{n}" in defaults)
    if row.settings and all(f"_default_{n}" in defaults for n in row.settings):
        settings = f"_defaults if {unchanged} else {settings}"  # one dict for all calls that change nothing
    run = f"_apply(_row, {given}, {settings})"
    if row.view:
        run = f"{'_pieces' if row.family.cuts else '_look'}(_row, {row.inputs[0]}, {settings})"
    if takes_out:
        run = f"{run} if out is None else _into(out, {row.name!r}, {given}, lambda: {run})"
    head = _head(row, arguments, takes_out=takes_out)
    names = {"_apply": tape.apply, "_row": row, "_defaults": row.settings, "_into": out.into, **defaults}
    names["_missing"] = inspect.Parameter.empty  # a signature shows it as no default
    names |= {"_reordered": former.reordered, "_look": alias.look, "_pieces": alias.pieces}
    names |= {"_NoArray": sparse_rows.NoArrayError, "_with_sparse": sparse_rows.with_sparse}
    plain = f"return {run}\n"
    first = head + _sparse_too(row, f"    _hasten()\n    {plain}", given, settings)
    call = _compiled(first, row.name, names)

    def hasten() -> None:
        """At the first call: to compile all rows' common cases at import would take as long as the rest of it."""
        usual = quick.source(row, arguments, settings, takes_out=takes_out)
        more = {"_forward": row.forward, "_Node": row.node, "_refresh": alias.refresh, "_record": tape.record}
        more["_in_order"] = tape.in_order
        names.update(quick.NAMES | more | {"_explained": errors.explained, "_number": tape._number})
        text = _sparse_too(row, f"{usual}    {plain}", given, settings)
        call.__code__ = _compiled(head + text, row.name, names).__code__

    names["_hasten"] = hasten
    call.__doc__ = row.doc
    call.__module__ = row.family.__module__
    call.row = row
    return call


def _head(row: Op, arguments: list[inspect.Parameter], *, takes_out: bool) -> str:
    """The ``def`` with its parameters, and the lines that read other spellings of them."""
    words = _words(arguments)
    if takes_out:
        words += ["out=None"] if "*" in words else ["*", "out=None"]
    more, respelt = _numpys_words(row, words)
    words += more if "*" in words or not more else ["*", *more]
    if row.family.former:
        words[words.index("*")] = "*_more"
        respelt += _former(row, words)
    return f"def {row.name}({', '.join(words)}):\n{respelt}"


def _sparse_too(row: Op, text: str, given: str, settings: str) -> str:
    """The lines, and what the row does if an operand has no array; trying costs nothing where nothing is raised."""
    if row.name not in sparse_rows.ROWS:
        return text
    otherwise = f"return _with_sparse(_refusal, _row, {given}, {settings})"
    return f"    try:\n{indent(text, '    ')}    except _NoArray as _refusal:\n        {otherwise}\n"


def _words(arguments: list[inspect.Parameter]) -> list[str]:
    """The parameters as source; each default is a name, so that a call can be asked whether it changed it."""
    words = []
    for a in arguments:
        if a.kind is a.KEYWORD_ONLY and "*" not in words:
            words.append("*")
        words.append(a.name if a.default is a.empty else f"{a.name}=_default_{a.name}")
    return words


def _former(row: Op, words: list[str]) -> str:
    """The lines that serve a call in the older order of arguments, before which there is nothing to pay."""
    rest = ", ".join(f"{n!r}: {n}" for n in (w.partition("=")[0] for w in words[words.index("*_more") + 1 :]))
    given = f"({', '.join(row.inputs)}, *_more), {{{rest}}}"
    return (
        f"    if _more:\n        _given, _rest = _reordered(_row, {row.name!r}, {given})\n"
        f"        return {row.name}(*_given, **_rest)\n"
    )


def _compiled(source: str, name: str, names: dict[str, Any]) -> Any:
    """The function ``name``, as dataclasses make theirs: nothing in the source comes from outside."""
    exec(compile(source, f"<op {name}>", "exec"), names)
    return names[name]


def _numpys_words(row: Op, words: list[str]) -> tuple[list[str], str]:
    """``axis`` and ``keepdims``, which PyTorch understands too: the arguments, and the lines that read them.

    A ``dim`` that must be given gets a default all the same, so that the call binds; it is missed one line later.
    """
    if "dim" not in row.settings or words[0] == "*":
        return [], ""
    more, lines = ["axis=None"], "    if axis is not None: dim = axis\n"
    if "dim" in words:
        if any("=" not in w for w in words[words.index("dim") + 1 :] if w != "*"):
            return [], ""
        words[words.index("dim")] = "dim=_missing"
        said = f"{row.name}() missing 1 required positional argument: 'dim'"
        lines += f"    elif dim is _missing: raise TypeError({said!r})\n"
    if "keepdim" in row.settings:
        more, lines = [*more, "keepdims=None"], lines + "    if keepdims is not None: keepdim = keepdims\n"
    return more, lines


def keeper(row: Op) -> Callable[..., Any]:
    """``keep(inputs, arrays, out, extra, edges)``, compiled: what to gather is known, every recorded op does it."""
    source = []
    for n, (name, where, i) in enumerate(row.plan):
        lines, stands_on = [], "NOTHING"
        if where == "input":
            lines += [f"x = inputs[{i}]", f"v{n} = arrays[{i}]"]
            stands_on = f"x.memory if isinstance(x, Bare) and x.array is v{n} else NOTHING"
        elif where == "output":
            lines += [f"o = out[{i}]" if row.outputs else "o = out", f"v{n} = o.array"]
            stands_on = "o.memory"
        elif where == "shape":
            shape = "[a.shape for a in arrays]" if row.variadic else f"getattr(arrays[{i}], 'shape', ())"
            lines.append(f"v{n} = {shape}")
        else:
            lines.append(f"v{n} = extra[{name!r}]")
        lines += [f"s{n} = {stands_on}", f"s{n}.kept = True"]
        source += quick.only_where(quick.read_by(row, name, "edges"), lines, f"v{n}, s{n} = None, NOTHING")
    source += ["kept = _new(Kept)"]
    for field, part in (("values", "v{}"), ("storages", "s{}"), ("versions", "s{}.version")):
        source += [f"kept.{field} = ({''.join(f'{part.format(n)}, ' for n in range(len(row.plan)))})"]
    source += ["if storage.counters: hold(kept)", "return kept"]
    names = {"Bare": Bare, "Kept": Kept, "NOTHING": NOTHING, "storage": storage, "hold": hold, "_new": _new}
    exec("def keep(inputs, arrays, out, extra, edges):\n    " + "\n    ".join(source), names)
    return names["keep"]
