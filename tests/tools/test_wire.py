"""The TypeScript side of the wire is written from the Python side."""

import pytest

from tools import wire

EXAMPLE = '''"""What travels."""

from dataclasses import dataclass
from typing import ClassVar, Literal

VERSION = 3
State = Literal["live", "it's \\"over\\""]

@dataclass(frozen=True)
class Point:
    """A place."""

    is_: ClassVar[str] = "point"
    x: float
    label: str | None  # what to write beside it
    path: tuple[int, ...]
    tags: tuple[str | None, ...]
    state: State

Part = Point | None
'''


def test_example_in_words():
    written = wire.typescript(EXAMPLE)
    assert written.startswith("// Written by tools/wire.py")
    assert "/** What travels. */" in written
    assert "export const VERSION = 3;" in written
    assert 'export type State = "live" | "it\'s \\"over\\"";' in written
    assert (
        """/** A place. */
export interface Point {
  readonly is: "point";
  readonly x: number;
  /** what to write beside it */
  readonly label: string | null;
  readonly path: readonly number[];
  readonly tags: readonly (string | null)[];
  readonly state: State;
}"""
        in written
    )
    assert written.endswith("export type Part = Point | null;\n")


def test_a_type_without_a_meaning_is_refused():
    with pytest.raises(TypeError, match="dict"):
        wire.typescript("class A:\n    x: dict[str, int]\n")
    with pytest.raises(SyntaxError, match="only constants"):
        wire.typescript("def f(): ...\n")


def test_the_committed_file_is_fresh(capsys):
    assert wire.main(["--check"]) == 0, capsys.readouterr().out


def test_check_notices_a_change(tmp_path, monkeypatch, capsys):
    target = tmp_path / "wire.ts"
    monkeypatch.setattr(wire, "TARGET", target)
    assert wire.main(["--check"]) == 1
    assert "make wire" in capsys.readouterr().out
    assert wire.main([]) == 0
    assert wire.main(["--check"]) == 0
    target.write_text(target.read_text() + "// by hand\n")
    assert wire.main(["--check"]) == 1
