"""Draws a computation as SVG with nothing but Python: the picture for machines without Graphviz.

The shapes are those of every view: an op is a rounded rectangle, a parameter a pill, an input or constant a
parallelogram, the loss has a double outline, a layer is a titled frame in a tint of its depth.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise

from . import wire
from .clean import clean
from .fold import Mark, MarkKind, foldings
from .layered import MARGIN, OP_TALL, PAD, PILL_TALL, Drawing, Edge, Item, arrange, pill_width
from .svg import CATEGORY, EDGE, QUIET, SURFACE, TEXT, Ink, number, width_of

TINTS = ("#f3f6f9", "#e8edf3", "#dde5ee", "#d2dce8")  # of a layer's frame, by depth
LEGEND: dict[MarkKind, str] = {
    "op": "op",
    "layer": "layer, folded",
    "parameter": "parameter",
    "buffer": "buffer",
    "input": "input",
    "constant": "constant",
    "loss": "loss",
}


def draw(ink: Ink, graph: wire.Graph, x: float, y: float, width: float, most: int, tallest: float) -> float:
    """The graph below x, y, folded until it has at most ``most`` marks and fits; returns its bottom."""
    room = width - 2 * MARGIN
    drawing, kinds, left_out = _arranged(graph, room, most, tallest)
    scale = min(1.0, room / (drawing.width or 1))
    body = Ink()
    for frame, depth in drawing.frames:
        _frame(body, frame, depth)
    for edge in drawing.edges:
        _edge(body, edge)
    for item in drawing.marks:
        _item(body, item)
    shift = x + (width - drawing.width * scale) / 2
    where = f"translate({number(shift)} {number(y)}) scale({scale:.3f})"
    ink.raw(f'<g transform="{where}">{"".join(body.parts)}</g>')
    bottom = y + drawing.height * scale + 32
    _legend(ink, x, bottom, kinds, left_out + graph.omitted)
    return bottom + 4


def _arranged(graph: wire.Graph, room: float, most: int, tallest: float) -> tuple[Drawing, set[str], int]:
    """The most detailed drawing that is not too tall, the kinds of marks in it, how many were left out."""
    drawing, kinds, left_out = Drawing(0, 0), set[str](), 0
    for marks, left in foldings(graph, most):
        drawing, kinds, left_out = arrange(marks, room), {mark.kind for mark in marks}, left
        if drawing.height * min(1.0, room / (drawing.width or 1)) <= tallest:
            break
    return drawing, kinds, left_out


def standalone(graph: wire.Graph, width: float = 960, most: int = 200) -> str:
    """The graph as a whole SVG document on its own light ground."""
    body = Ink()
    height = draw(body, graph, 16, 16, width - 32, most, float("inf")) + 16
    ink = Ink()
    ink.rect(0, 0, width, height, SURFACE)
    ink.raw("".join(body.parts))
    return ink.svg(width, height, f"Computation of step {graph.step}: {len(graph.nodes)} nodes")


def _frame(ink: Ink, frame: Item, depth: int) -> None:
    tint = TINTS[min(depth, len(TINTS) - 1)]
    ink.rect(frame.x, frame.y, frame.w, frame.h, tint, f'rx="6" stroke="{EDGE}"')
    ink.text(frame.x + PAD, frame.y + 16, clean(frame.title, 28), "h")


def _item(ink: Ink, item: Item) -> None:
    mark = item.mark
    assert mark is not None
    tall = OP_TALL if mark.kind in ("op", "loss", "layer") else 34.0
    top = item.y + item.axis - tall / 2
    _pills(ink, item, top)
    ink.raw(f"<g><title>{escape(clean(f'{mark.name} {mark.detail}'))}</title>")
    _shape(ink, mark, item.x, top, item.w, tall)
    middle = item.x + item.w / 2
    ink.text(middle, top + tall / 2 - 3, clean(mark.name, 28), "h c")
    ink.text(middle, top + tall / 2 + 11, clean(mark.detail, 24), "q c")
    ink.raw("</g>")


def _shape(ink: Ink, mark: Mark, x: float, y: float, w: float, h: float) -> None:
    if mark.kind == "layer":
        ink.rect(x, y, w, h, TINTS[1], f'rx="6" stroke="{QUIET}" stroke-width="1.5"')
    elif mark.kind == "loss":
        ink.rect(x, y, w, h, SURFACE, f'rx="6" stroke="{TEXT}"')
        ink.rect(x + 3, y + 3, w - 6, h - 6, "none", f'rx="4" stroke="{TEXT}"')
    elif mark.kind == "op":
        ink.rect(x, y, w, h, SURFACE, f'rx="6" stroke="{QUIET}"')
    elif mark.kind in ("parameter", "buffer"):
        _pill(ink, mark.kind, x, y, w, h)
    else:
        _parallelogram(ink, mark.kind, x, y, w, h)


def _pill(ink: Ink, kind: str, x: float, y: float, w: float, h: float) -> None:
    colour = CATEGORY["parameters" if kind == "parameter" else "buffer"]
    ink.rect(x, y, w, h, SURFACE)
    ink.raw(ink.parts.pop().replace("/>", f' rx="{number(h / 2)}"/>'))
    ink.rect(x, y, w, h, colour, f'fill-opacity=".12" stroke="{colour}" rx="{number(h / 2)}"')


def _parallelogram(ink: Ink, kind: str, x: float, y: float, w: float, h: float) -> None:
    colour = CATEGORY["input"] if kind == "input" else CATEGORY["other"]
    slant = min(10.0, h / 2)
    d = f"M{number(x + slant)} {number(y)}H{number(x + w)}l{number(-slant)} {number(h)}H{number(x)}z"
    ink.raw(f'<path d="{d}" fill="{SURFACE}"/>')
    ink.raw(f'<path d="{d}" fill="{colour}" fill-opacity=".14" stroke="{colour}"/>')


def _pills(ink: Ink, item: Item, top: float) -> None:
    """The tensors that only this op reads, on a rail that ends in the op."""
    if not item.hangs:
        return
    rail = item.x + 4
    y = item.y
    ink.line(rail, y + PILL_TALL / 2, rail, top - 1, QUIET, 'fill="none"')
    _arrow(ink, rail, top, 0, 1)
    for pill in item.hangs:
        w = min(pill_width(pill), item.w - 12)
        ink.line(rail, y + PILL_TALL / 2, item.x + 12, y + PILL_TALL / 2, QUIET)
        _shape(ink, pill, item.x + 12, y, w, PILL_TALL)
        name, detail = escape(clean(pill.name, 28)), escape(clean(pill.detail, 24))
        ink.raw(
            f'<text x="{number(item.x + 12 + w / 2)}" y="{number(y + 14)}" class="q c">'
            f'<tspan fill="{TEXT}">{name}</tspan> {detail}</text>'
        )
        y += PILL_TALL + 4


def _edge(ink: Ink, edge: Edge) -> None:
    """A line through its bends; where the rows wrap it runs in the gutter between them."""
    places = [edge.start, *edge.chain[1:-1], edge.end]
    level = edge.level
    d = f"M{number(edge.start.x + edge.start.w)} {number(edge.start.y + edge.start.axis)}"
    for i, (here, there) in enumerate(pairwise(places)):
        x, y = here.x + here.w, here.y + here.axis
        to_x, to_y = there.x - (4 if there is edge.end else 0), there.y + there.axis
        row = edge.chain[i].row
        if row == edge.chain[i + 1].row:
            bow = max(8.0, (to_x - x) / 2)
            controls = f"C{number(x + bow)} {number(y)} {number(to_x - bow)} {number(to_y)}"
            d += f"{controls} {number(to_x)} {number(to_y)}"
        else:
            gutter = level.y + level.bottoms[row] + 12 + 5 * (here.first % 4)
            right = number(level.x + level.width + 8)
            d += f"H{right}V{number(gutter)}H{number(level.x - 12)}V{number(to_y)}H{number(to_x)}"
    ink.raw(f'<path d="{d}" fill="none" stroke="{QUIET}" stroke-width="1.2" stroke-linejoin="round"/>')
    _arrow(ink, edge.end.x, edge.end.y + edge.end.axis, 1, 0)


def _arrow(ink: Ink, x: float, y: float, dx: int, dy: int) -> None:
    """A small head that ends at x, y and points along dx, dy."""
    shape = "l-7-3.5v7z" if dx else "l-3.5-7h7z"
    ink.raw(f'<path d="M{number(x)} {number(y)}{shape}" fill="{QUIET}"/>')


def _legend(ink: Ink, x: float, y: float, kinds: set[str], left_out: int) -> None:
    """What the shapes mean; only those that occur."""
    for kind, words in LEGEND.items():
        if kind in kinds:
            _shape(ink, Mark(0, kind, "", "", (), ()), x, y - 11, 26, 14)
            ink.text(x + 33, y, words, "q")
            x += 33 + width_of(words, 11) + 20
    if left_out:
        ink.text(x, y, f"{left_out} more nodes are not drawn", "q")
