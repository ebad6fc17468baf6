"""Write labextension/src/wire.ts from vizgrad/trace/wire.py, so that the two sides of the wire cannot drift.

    python tools/wire.py            rewrite the TypeScript
    python tools/wire.py --check    fail if it is not what would be written

The Python file is read, not imported: a freshness check must run before anything is installed.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import io
import sys
import tokenize
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SOURCE = TOP / "vizgrad" / "trace" / "wire.py"
TARGET = TOP / "labextension" / "src" / "wire.ts"
NAMES = {"str": "string", "int": "number", "float": "number", "bool": "boolean", "None": "null"}
WIDTH = 110


def typescript(text: str) -> str:
    """The TypeScript that says what this Python module of dataclasses says."""
    module = ast.parse(text)
    comments = _comments(text)
    parts = [
        "// Written by tools/wire.py from vizgrad/trace/wire.py: change that file, then run `make wire`.",
        _jsdoc(ast.get_docstring(module), ""),
    ]
    for item in module.body:
        written = _item(item, comments)
        if written:
            parts.append(written)
    return "\n\n".join(parts) + "\n"


def _item(item: ast.stmt, comments: dict[int, str]) -> str:
    match item:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
            return f"export const {name} = {_literal(value)};"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return _alias(name, value)
        case ast.ClassDef():
            return _interface(item, comments)
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
            return ""
    raise SyntaxError(f"wire.py, line {item.lineno}: only constants, type aliases and dataclasses travel")


def _alias(name: str, value: ast.expr) -> str:
    options = _options(value)
    line = f"export type {name} = {' | '.join(options)};"
    if len(line) <= WIDTH:
        return line
    return f"export type {name} =\n" + "\n".join(f"  | {option}" for option in options) + ";"


def _interface(item: ast.ClassDef, comments: dict[int, str]) -> str:
    head = [_jsdoc(doc, "")] if (doc := ast.get_docstring(item)) else []
    fields = []
    for field in item.body:
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        name = field.target.id
        if name == "is_":
            fields.append(f"  readonly is: {_literal(ast.literal_eval(field.value or ast.Constant('')))};")
            continue
        if said := comments.get(field.lineno):
            fields.append(f"  /** {said} */")
        fields.append(f"  readonly {name}: {_type(field.annotation)};")
    return "\n".join([*head, f"export interface {item.name} {{", *fields, "}"])


def _options(node: ast.expr) -> list[str]:
    """The members of a union, flattened; a single type is a union of one."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_options(left), *_options(right)]
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=values)):
            return [_literal(ast.literal_eval(value)) for value in values]
        case ast.Subscript(value=ast.Name(id="Literal"), slice=value):
            return [_literal(ast.literal_eval(value))]
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[of, ast.Constant(value=ell)])):
            if ell is ...:
                return [f"readonly {_wrapped(of)}[]"]
        case ast.Constant(value=None):
            return ["null"]
        case ast.Name(id=name):
            return [NAMES.get(name, name)]
    raise TypeError(f"wire.py, line {node.lineno}: {ast.unparse(node)} has no TypeScript here")


def _type(node: ast.expr) -> str:
    return " | ".join(_options(node))


def _wrapped(node: ast.expr) -> str:
    options = _options(node)
    plain = len(options) == 1 and not options[0].startswith("readonly ")
    return options[0] if plain else f"({' | '.join(options)})"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, int | float):
        return repr(value)
    raise TypeError(f"a literal on the wire is a number, a word or a truth value, not {value!r}")


def _jsdoc(doc: str | None, indent: str) -> str:
    lines = inspect.cleandoc(doc or "").replace("*/", "*\\/").replace("``", "`").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */"
    body = "\n".join(f"{indent} * {line}".rstrip() for line in lines)
    return f"{indent}/**\n{body}\n{indent} */"


def _comments(text: str) -> dict[int, str]:
    """Line number -> the comment that stands on it."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {
        token.start[0]: token.string.lstrip("# ").replace("*/", "*\\/")
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def main(arguments: list[str] | None = None) -> int:
    reader = argparse.ArgumentParser(description="Write labextension/src/wire.ts from vizgrad/trace/wire.py.")
    reader.add_argument("--check", action="store_true", help="write nothing; fail if the file is out of date")
    wanted = typescript(SOURCE.read_text(encoding="utf-8"))
    if not reader.parse_args(arguments).check:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(wanted, encoding="utf-8", newline="\n")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print("labextension/src/wire.ts does not say what vizgrad/trace/wire.py says: run `make wire`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
