"""Prints sheets: with Rich where a person looks at a terminal, as plain text everywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TextIO

from vizgrad.trace import wire

from .sheet import Block, Grid, Say, Title

if TYPE_CHECKING:
    from rich.console import RenderableType

MARGIN = 10  # columns for what stands beside a line
WIDE = 100  # columns of a plain title
COLOURS = {
    "forward": "green",  # the phases as on the page
    "backward": "dark_orange",
    "update": "blue",
    "formula": "bold",
    "quiet": "dim",
    "note": "yellow",
    "alarm": "bold red",
}


class Printer(Protocol):
    """Where sheets go."""

    def print(self, blocks: Iterable[Block]) -> None: ...


def printer(out: TextIO) -> Printer:
    """Rich where it is installed and a person looks on; else plain text."""
    encoding = (getattr(out, "encoding", None) or "utf-8").lower().replace("-", "")
    if out.isatty() and encoding.startswith("utf"):
        try:
            return Colourful(out)
        except ImportError:
            pass
    return Plain(out)


# --- plain text


class Plain:
    """No colours, no tricks: the same words in every terminal, file and pipe."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def print(self, blocks: Iterable[Block]) -> None:
        """One block below the other."""
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        before = "-"
        for line in (line.rstrip() for block in blocks for line in _lines(block)):
            if line or before:  # one empty line at a time
                self._out.write(line.encode(encoding, "replace").decode(encoding) + "\n")
            before = line
        self._out.flush()


def _lines(block: Block) -> list[str]:
    if isinstance(block, Title):
        return ["", f"-- {block.text} ".ljust(WIDE, "-")]
    if isinstance(block, Say):
        return [beside + line for beside, line in zip(_margins(block), block.text.split("\n"), strict=False)]
    return ["", *(_grid(block) if isinstance(block, Grid) else _code(block.source)), ""]


def _margins(block: Say) -> list[str]:
    """What stands beside each line: the label beside the first."""
    lines = block.text.count("\n") + 1
    if not block.label:
        return [" " * MARGIN if block.kind == "formula" else ""] * lines
    label = f"{block.label:<{MARGIN - 1}} "
    return [label, *[" " * len(label)] * (lines - 1)]


def _grid(grid: Grid) -> list[str]:
    rows = (grid.head, *grid.rows)
    widths = [max(len(row[i]) for row in rows) for i in range(len(grid.head))]
    return ["  " + "  ".join(_cell(row[i], w, i >= grid.words) for i, w in enumerate(widths)) for row in rows]


def _cell(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _code(source: wire.Source) -> list[str]:
    wide = len(str(source.first + len(source.lines)))
    numbered = enumerate(source.lines, source.first)
    rows = [f"{'→' if n == source.at else ' ':>3} {n:>{wide}}  {text}" for n, text in numbered]
    return [f"  {source.place}, line {source.at}", *rows]


# --- with Rich


class Colourful:
    """The same with colours, and tables that fit the window."""

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=out, highlight=False, markup=False, emoji=False)

    def print(self, blocks: Iterable[Block]) -> None:
        """One block below the other."""
        for block in blocks:
            if isinstance(block, Title):
                self._console.print()
            self._console.print(_drawn(block))


def _drawn(block: Block) -> RenderableType:
    from rich.rule import Rule
    from rich.text import Text

    if isinstance(block, Title):
        colour = COLOURS.get(block.kind, "default")
        return Rule(Text(block.text, style=f"bold {colour}"), align="left", style=colour)
    if isinstance(block, Say):
        return _said(block)
    return _table(block) if isinstance(block, Grid) else _lit(block.source)


def _said(said: Say) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    text = Text(said.text, style=COLOURS.get(said.kind, ""))
    if not said.label and said.kind != "formula":
        return text
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(min_width=MARGIN - 1, style="dim", no_wrap=True)
    row.add_column()
    row.add_row(Text(said.label), text)
    return row


def _table(grid: Grid) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, header_style="dim")
    for i, head in enumerate(grid.head):
        table.add_column(Text(head), justify="left" if i < grid.words else "right", overflow="fold")
    for n, row in enumerate(grid.rows):
        cells = [Text(cell, _ill(cell) if i >= grid.words else "") for i, cell in enumerate(row)]
        table.add_row(*cells, style="bold" if n == grid.lit else "")
    return table


def _lit(source: wire.Source) -> RenderableType:
    from rich.console import Group
    from rich.syntax import Syntax
    from rich.text import Text

    drawn = Syntax(
        "\n".join(source.lines),
        "python",
        theme="ansi_dark",
        line_numbers=True,
        start_line=source.first,
        highlight_lines={source.at},
        background_color="default",
    )
    return Group(Text(f"\n  {source.place}, line {source.at}", style="dim"), drawn)


def _ill(cell: str) -> str:
    """The style of a cell: what is not a number is told apart."""
    words = cell.replace(",", " ").split()
    return (
        "bold magenta"
        if any(word in ("NaN", "Inf", "nan", "∞", "-∞", "inf", "-inf") for word in words)
        else ""
    )
