"""``%%vgstep net, optimizer``: a cell that runs paused.  ``%load_ext vizgrad`` brings it."""

from __future__ import annotations

import ast
import linecache
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import no_var_expand, output_can_be_silenced

if TYPE_CHECKING:
    from types import CodeType, FrameType

USAGE = "%%vgstep wants a model, and may have its optimizer and a name: %%vgstep net, optimizer as s"
OPTIONS = ("title", "drive", "budget", "breaks", "to")
BLANK = re.compile(r"\A(?:[ \t]*\n)*")  # lines that IPython leaves out
NAMED = re.compile(r"(?P<what>.*?)(?:\s+as\s+(?P<name>\w+))?\s*", re.DOTALL)


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext vizgrad`` calls."""

    @no_var_expand
    @output_can_be_silenced
    def vgstep(line: str, cell: str) -> Any:
        """Run this cell paused, as in ``with vizgrad.step(model, optimizer) as s:``.

        ``%%vgstep net, optimizer as s``: the stepper is ``s``, and ``_step`` in any case.  Settings of `vizgrad.step`
        may follow: ``%%vgstep net, optimizer, breaks=["relu"]``.
        """
        __tracebackhide__ = True
        return run(shell, line, cell)

    shell.register_magic_function(vgstep, "cell", "vgstep")


def run(shell: Any, line: str, cell: str) -> Any:
    """Run a cell inside `vizgrad.step`; gives the value of its last expression."""
    __tracebackhide__ = True
    from .run import step

    given, settings, name = _read(shell, line)
    body, last = _compiled(shell, line, cell)
    with step(*given, **settings) as stepper:
        shell.user_ns.update({"_step": stepper, **({name: stepper} if name else {})})
        return _execute(shell, body, last)
    return None  # it was stopped


def _execute(shell: Any, body: CodeType, last: CodeType | None) -> Any:
    __tracebackhide__ = True  # a traceback is about the cell's own lines
    exec(body, shell.user_global_ns, shell.user_ns)
    return eval(last, shell.user_global_ns, shell.user_ns) if last is not None else None


# --- the line


def _read(shell: Any, line: str) -> tuple[list[Any], dict[str, Any], str]:
    """Model and optimizer, settings, and the name for the stepper.  Raises UsageError, in a sentence."""
    found = NAMED.fullmatch(line.strip())
    assert found is not None  # it matches anything
    if not found["what"]:
        raise UsageError(USAGE)
    name = found["name"] or ""
    if name and (not name.isidentifier() or iskeyword(name)):
        raise UsageError(
            f"%%vgstep: {name!r} is no name for the stepper; write as in: %%vgstep net, optimizer as s"
        )
    try:
        call = ast.parse(f"step({found['what']})", mode="eval").body
    except SyntaxError:
        call = None
    if not isinstance(call, ast.Call) or not call.args or len(call.args) > 2:
        raise UsageError(f"{USAGE}, not {line.strip()!r}")
    unknown = [
        f"{keyword.arg}=" if keyword.arg else "**" for keyword in call.keywords if keyword.arg not in OPTIONS
    ]
    if unknown:
        raise UsageError(f"%%vgstep knows no {unknown[0]}; what can be set: {', '.join(OPTIONS)}")
    given = [_value(shell, part) for part in call.args]
    if not hasattr(given[0], "named_modules"):
        raise UsageError(f"%%vgstep wants a model first, a Module; this is of type {type(given[0]).__name__}")
    return given, {str(part.arg): _value(shell, part.value) for part in call.keywords}, name


def _value(shell: Any, part: ast.expr) -> Any:
    text = ast.unparse(part)
    try:
        return eval(
            compile(ast.Expression(part), "<line of vgstep>", "eval"), shell.user_global_ns, shell.user_ns
        )
    except Exception as error:
        raise UsageError(f"%%vgstep: {text} cannot be had ({type(error).__name__}: {error})") from None


# --- the cell


def _compiled(shell: Any, line: str, cell: str) -> tuple[CodeType, CodeType | None]:
    """All but the last expression, and that one; under the name of the cell, with its line numbers."""
    raw, body = _raw(shell, line, cell), BLANK.sub("", f"{cell.rstrip()}\n")
    above = raw[: -len(body)].count("\n")
    code = shell.transform_cell(body)
    name = _name(shell, raw)
    shown = raw if above + code.count("\n") == raw.count("\n") else "\n" * above + code
    linecache.cache[name] = len(shown), None, [f"{text}\n" for text in shown.splitlines()], name
    tree = shell.transform_ast(shell.compile.ast_parse("\n" * above + code, name))
    final = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    build = _builder(shell, name)
    return build(tree, "exec"), None if final is None else build(ast.Expression(final.value), "eval")


def _builder(shell: Any, name: str) -> Callable[[Any, str], CodeType]:
    def build(tree: Any, mode: str, more: int = 0) -> CodeType:
        made: Any = compile(tree, name, mode, int(shell.compile.flags) | more, dont_inherit=True)
        return made

    def told(tree: Any, mode: str) -> CodeType:
        try:
            return build(tree, mode)
        except SyntaxError:
            with suppress(SyntaxError):
                build(tree, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                said = (
                    "%%vgstep cannot pause at an await outside every function; await it in a cell of its own"
                )
                raise UsageError(said) from None
            raise

    return told


def _raw(shell: Any, line: str, cell: str) -> str:
    """The cell as it was written, with the lines above its body."""
    written = shell.history_manager.input_hist_raw[-1] if shell.history_manager is not None else ""
    whole, end = f"{written.rstrip()}\n", f"{cell.rstrip()}\n"
    return whole if whole.endswith(f"\n{end}") else f"%%vgstep {line}\n{end}"


def _name(shell: Any, raw: str) -> str:
    """What IPython calls the cell that is running: the name of the frame that called this magic."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        if shell.compile.format_code_name(frame.f_code.co_filename):
            return frame.f_code.co_filename
        frame = frame.f_back
    return str(shell.compile.cache(raw, shell.execution_count, raw))
