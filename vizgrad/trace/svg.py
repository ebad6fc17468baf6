"""Writes SVG by hand: a few shapes, safe text, and the colours that every picture shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .clean import clean

# The light theme of labextension/style/tokens.css; a test holds the two together.
TEXT, QUIET, GRID, EDGE, SURFACE = "#1f2328", "#5f6368", "#e0e0e0", "#bdbdbd", "#ffffff"
ALARM, NAN, GOOD = "#b3261e", "#c2149a", "#00734f"
CURVES = ("#0072b2", "#d55e00", "#008661", "#b5528f", "#9a6b00", "#2a86bd")
CATEGORY = {
    "parameters": "#0072b2",
    "gradients": "#d55e00",
    "saved": "#009e73",
    "optimizer": "#cc79a7",
    "other": "#8a8d91",
    "input": "#e69f00",
    "buffer": "#56b4e9",
}
# Sequential, perceptually even, also in grey: viridis, dark is small.
VIRIDIS = (
    (68, 1, 84), (72, 40, 120), (62, 73, 137), (49, 104, 142), (38, 130, 142),
    (31, 158, 137), (53, 183, 121), (110, 206, 88), (181, 222, 43), (253, 231, 37),
)  # fmt: skip

SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',Helvetica,Arial,sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

STYLE = (
    f"text{{font:12px {SANS};fill:{TEXT}}}"
    f".q{{font-size:11px;fill:{QUIET}}}.h{{font-weight:600}}.t{{font-size:16px;font-weight:600}}.s{{font-size:13px}}"
    f".n{{font:12px {MONO};font-variant-numeric:tabular-nums}}.m{{font:11px {MONO};fill:{QUIET}}}"
    ".e{text-anchor:end}.c{text-anchor:middle}.a{font-weight:600;fill:" + ALARM + "}"
)
# Stripes and dots tell the categories apart without colour; magenta hatching means NaN or infinity.
PATTERNS = (
    '<pattern id="up" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="#fff" stroke-opacity=".6" stroke-width="1.3"/></pattern>'
    '<pattern id="down" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path d="M-1 5l2 2M0 0l6 6M5-1l2 2" stroke="#fff" stroke-opacity=".6" stroke-width="1.3"/></pattern>'
    '<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<circle cx="3" cy="3" r="1.2" fill="#fff" fill-opacity=".75"/></pattern>'
    '<pattern id="flat" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path d="M0 3h6" stroke="#fff" stroke-opacity=".6" stroke-width="1.3"/></pattern>'
    '<pattern id="nan" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#fbe6f3"/>'
    '<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="#c2149a" stroke-width="1.4"/></pattern>'
)


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def width_of(text: str, size: float = 12, mono: bool = False) -> float:
    """About how wide the text will be: a picture cannot measure the reader's fonts."""
    if mono:
        return len(text) * size * 0.61
    return sum(map(_em, text)) * size


def _em(c: str) -> float:
    """Width of one character in a common sans serif; what is far from Latin is taken as square."""
    if c in " .,:;il|'()[]-·\u202f":
        return 0.36
    return 0.95 if c in "mwMW%@—…" else 0.6 if c < "\u2000" else 1.0


def fit(text: str, room: float, size: float = 12, mono: bool = False) -> str:
    """The text, shortened in its middle until it fits: the ends of dotted names matter most."""
    text = clean(text)
    while width_of(text, size, mono) > room and len(text) > 3:
        half = (len(text) - 1) // 2
        text = text[: half - 1] + "…" + text[-half:] if half > 1 else text[0] + "…"
        if len(text) <= 3:
            break
    return text


def wrap(text: str, room: float, size: float = 12) -> list[str]:
    """The text in lines that fit; the parts between its dots stay whole if they can."""
    lines: list[str] = []
    for part in clean(text, 400).split(" · ") if text else []:
        joined = f"{lines[-1]} · {part}" if lines else part
        if lines and width_of(joined, size) <= room:
            lines[-1] = joined
        else:
            lines.append(fit(part, room, size))
    return lines


def sequential(part: float) -> str:
    """A magnitude from 0 to 1 as a colour."""
    place = min(max(part, 0.0), 1.0) * (len(VIRIDIS) - 1)
    low = min(int(place), len(VIRIDIS) - 2)
    mixed = (round(a + (b - a) * (place - low)) for a, b in zip(VIRIDIS[low], VIRIDIS[low + 1], strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


class Ink:
    """An SVG in the making."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def raw(self, markup: str) -> None:
        """Markup of our own making; never a user's text."""
        self.parts.append(markup)

    def text(self, x: float, y: float, words: object, kind: str = "") -> None:
        """One line of text; ``kind`` names classes of the style sheet above."""
        mark = f' class="{kind}"' if kind else ""
        self.raw(f'<text x="{number(x)}" y="{number(y)}"{mark}>{escape(clean(words))}</text>')

    def rect(self, x: float, y: float, w: float, h: float, fill: str, more: str = "") -> None:
        self.raw(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(0, w))}" height="{number(max(0, h))}"'
            f' fill="{fill}"{" " + more if more else ""}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> None:
        path = f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
        self.raw(f'<path d="{path}" stroke="{colour}"{" " + more if more else ""}/>')

    def path(self, runs: Iterable[Sequence[tuple[float, float]]], colour: str, more: str = "") -> None:
        """Broken lines through points; a run of one point is drawn as a dot."""
        d = "".join(_run(run) for run in runs if run)
        if d:
            self.raw(
                f'<path d="{d}" fill="none" stroke="{colour}" stroke-linejoin="round" stroke-linecap="round"'
                f"{' ' + more if more else ''}/>"
            )

    def svg(self, width: float, height: float, alt: str) -> str:
        """The whole document."""
        w, h = number(width), number(height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
            ' role="img">'
            f"<title>{escape(clean(alt, 1000))}</title><style>{STYLE}</style><defs>{PATTERNS}</defs>"
            + "".join(self.parts)
            + "</svg>"
        )


def _run(points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:
        return f"M{number(points[0][0])} {number(points[0][1])}h0"
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def state_mark(ink: Ink, x: float, y: float, state: str) -> None:
    """The symbol of a state, drawn: a font may lack it.  ``x, y`` is its centre."""
    shapes = {
        "live": f'<circle r="4.5" fill="{GOOD}"/>',
        "paused": f'<path d="M-4-5h3v10h-3zM1-5h3v10h-3z" fill="{TEXT}"/>',
        "stepping": f'<path d="M-5-4.5l6 4.5l-6 4.5zM2.5-4.5h2.5v9h-2.5z" fill="{TEXT}"/>',
        "finished": f'<path d="M-5 0l3.5 4L5-4.5" fill="none" stroke="{GOOD}" stroke-width="2.2"/>',
        "stopped": f'<rect x="-4.5" y="-4.5" width="9" height="9" fill="{TEXT}"/>',
        "failed": f'<path d="M-4-4l8 8M4-4l-8 8" stroke="{ALARM}" stroke-width="2.2"/>',
    }
    circle = f'<circle r="4" fill="none" stroke="{QUIET}" stroke-width="1.6"/>'
    ink.raw(f'<g transform="translate({number(x)} {number(y)})">{shapes.get(state, circle)}</g>')
