"""Places the marks of a computation: time runs to the right, layers are frames, long rows wrap like text.

Every frame is laid out by itself, from the inside out: marks go into columns by their distance from the
start, a line that skips columns gets a bend in each of them so that it passes between the marks, and columns
are ordered so that few lines cross.  Tensors that only one op reads (its parameters) hang above that op.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .fold import Mark
from .svg import width_of

GAP, ROW_GAP, PAD, TITLE = 26.0, 12.0, 10.0, 20.0
GUTTER, MARGIN = 40.0, 16.0  # room below and beside rows, for the lines that wrap
OP_TALL, PILL_TALL = 38.0, 20.0


@dataclass(slots=True, eq=False)
class Item:
    """Something that has a place: a mark with what hangs on it, a frame around items, or a bend of a line."""

    first: int  # smallest id inside: the order of time
    mark: Mark | None = None
    hangs: list[Mark] = field(default_factory=list[Mark])
    title: str = ""
    inside: Level | None = None
    w: float = 0
    h: float = 0
    axis: float = 0  # height of the main line of flow, from the top
    x: float = 0  # within the frame around it; after `arrange`, within the drawing
    y: float = 0
    row: int = 0  # which row of its frame it stands in


@dataclass(slots=True, eq=False)
class Edge:
    """A line from one mark to another, seen from the frame that holds both."""

    start: Item
    end: Item
    chain: list[Item]  # of that frame: what holds the start, bends, what holds the end
    level: Level


@dataclass(slots=True)
class Drawing:
    """Everything with its place."""

    width: float
    height: float
    marks: list[Item] = field(default_factory=list[Item])
    frames: list[tuple[Item, int]] = field(
        default_factory=lambda: list[tuple[Item, int]]()
    )  # with their depth
    edges: list[Edge] = field(default_factory=list[Edge])


def arrange(marks: Sequence[Mark], width: float) -> Drawing:
    """Places for all marks within about ``width``; a single mark that is wider makes the drawing wider."""
    level = Level(_nest(_hang(marks), 0, width))
    drawing = Drawing(*level.place(width))
    _settle(level, 0, 0, 0, drawing)
    return drawing


def _hang(marks: Sequence[Mark]) -> list[Item]:
    """Items for all marks; a tensor that one op alone reads hangs on it, unless the op would stand first."""
    readers: dict[int, list[Mark]] = {}
    for mark in marks:
        for source in mark.inputs:
            readers.setdefault(source, []).append(mark)
    by_id = {mark.id: mark for mark in marks}
    items: dict[int, Item] = {}
    for mark in marks:
        item = items[mark.id] = Item(mark.id, mark)
        for source in mark.inputs:
            tensor = by_id.get(source)
            if tensor and _hangs(tensor, mark, readers[source], by_id) and source in items:
                item.hangs.append(tensor)
                del items[source]
    for item in items.values():
        _measure(item)
    return list(items.values())


def _hangs(tensor: Mark, reader: Mark, readers: Sequence[Mark], by_id: dict[int, Mark]) -> bool:
    if tensor.inputs or tensor.kind in ("op", "loss", "layer") or len(readers) > 1:
        return False
    others = [by_id[i].kind for i in reader.inputs if i in by_id and i != tensor.id]
    return tensor.kind in ("parameter", "buffer") or any(kind in ("op", "layer") for kind in others)


def pill_width(mark: Mark) -> float:
    """Room for "weight 64×32×3×3" on one line."""
    slant = 0 if mark.kind in ("parameter", "buffer") else 12
    return width_of(f"{mark.name[:28]} {mark.detail[:24]}", 11) + 24 + slant


def _measure(item: Item) -> None:
    mark = item.mark
    assert mark is not None
    words = max(width_of(mark.name[:28], 12.5), width_of(mark.detail[:24], 11))
    slanted = 0.0 if mark.kind in ("op", "loss", "layer") else 14.0
    item.w = max(64.0, words + 22 + slanted, *(pill_width(pill) + 12 for pill in item.hangs), 0.0)
    above = len(item.hangs) * (PILL_TALL + 4) + (6 if item.hangs else 0)
    tall = OP_TALL if mark.kind in ("op", "loss", "layer") else 34.0
    item.h = above + tall
    item.axis = above + tall / 2


def _nest(items: Sequence[Item], depth: int, width: float) -> list[Item]:
    """Group the items by the layer that they stand in at this depth, and lay the groups out."""
    found: list[Item] = []
    groups: dict[str, list[Item]] = {}
    for item in items:
        path = item.mark.path if item.mark else ()
        if len(path) <= depth:
            found.append(item)
        else:
            groups.setdefault(path[depth], []).append(item)
    inner = width - 2 * PAD - 2 * MARGIN
    found.extend(_frame(name, _nest(members, depth + 1, inner), inner) for name, members in groups.items())
    return sorted(found, key=lambda item: item.first)


def _frame(name: str, inside: list[Item], width: float) -> Item:
    frame = Item(min(item.first for item in inside), title=name)
    frame.inside = level = Level(inside)
    w, h = level.place(width)
    side = PAD + (MARGIN if level.rows > 1 else 0)
    wanted = width_of(name[:28], 12)
    level.x, level.y = side + max(0.0, (wanted - w) / 2), TITLE + 6
    frame.w, frame.h = max(w, wanted) + 2 * side, h + TITLE + 6 + PAD
    frame.axis = level.y + level.axis
    return frame


def _leaves(item: Item) -> list[Item]:
    """The marks in an item, however deep."""
    if item.inside is None:
        return [item] if item.mark else []
    return [leaf for part in item.inside.items for leaf in _leaves(part)]


class Level:
    """The items of one frame: their columns, the lines between them and the bends of those."""

    def __init__(self, items: list[Item]) -> None:
        self.items = list(items)
        self.axis = self.x = self.y = self.width = 0.0
        self.bottoms: list[float] = []  # of the rows: a line that wraps runs below one
        self.leaves = {leaf.first: leaf for item in items for leaf in _leaves(item)}
        self.home = {leaf.first: item for item in items for leaf in _leaves(item)}
        pairs = self._pairs()
        self.rank = self._ranks(pairs)
        self.columns: list[list[Item]] = [[] for _ in range(max(self.rank.values(), default=-1) + 1)]
        for item in items:
            self.columns[self.rank[id(item)]].append(item)
        self.before: dict[int, list[Item]] = {}
        self.edges = [self._bent(a, b) for a, b in pairs]
        self._order()

    @property
    def rows(self) -> int:
        return len(self.bottoms)

    def _pairs(self) -> list[tuple[int, int]]:
        """Lines between different items of this level; those that would run back in time are not drawn."""
        found: dict[tuple[int, int], None] = {}
        for leaf in self.leaves.values():
            for source in leaf.mark.inputs if leaf.mark else ():
                if source in self.leaves and self.home[source].first < self.home[leaf.first].first:
                    found[source, leaf.first] = None
        return list(found)

    def _ranks(self, pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Longest way from the start, in items; the items come in order of time, so one pass suffices."""
        sources: dict[int, list[Item]] = {}
        for a, b in pairs:
            sources.setdefault(id(self.home[b]), []).append(self.home[a])
        rank: dict[int, int] = {}
        for item in self.items:
            rank[id(item)] = max((rank[id(s)] + 1 for s in sources.get(id(item), [])), default=0)
        self._pull(rank, sources)
        return rank

    def _pull(self, rank: dict[int, int], sources: dict[int, list[Item]]) -> None:
        """Items without inputs move next to the first item that reads them."""
        readers: dict[int, list[int]] = {}
        for item in self.items:
            for source in sources.get(id(item), []):
                readers.setdefault(id(source), []).append(rank[id(item)])
        for item in self.items:
            if id(item) not in sources and id(item) in readers:
                rank[id(item)] = min(readers[id(item)]) - 1

    def _bent(self, start: int, end: int) -> Edge:
        """The line from one mark to another, with a bend in each column that it passes."""
        a, b = self.home[start], self.home[end]
        bends = [Item(start, h=10, axis=5) for _ in range(self.rank[id(a)] + 1, self.rank[id(b)])]
        for column, bend in zip(self.columns[self.rank[id(a)] + 1 :], bends, strict=False):
            column.append(bend)
        self.items.extend(bends)
        chain = [a, *bends, b]
        for left, right in pairwise(chain):
            self.before.setdefault(id(right), []).append(left)
        return Edge(self.leaves[start], self.leaves[end], chain, self)

    def _order(self) -> None:
        """Sort every column by where its lines come from; what is drawn before bends when equal."""
        place: dict[int, float] = {}
        for column in self.columns:
            key: dict[int, tuple[float, int, int]] = {}
            for item in column:
                origins = [place[id(s)] for s in self.before.get(id(item), []) if id(s) in place]
                middle = sum(origins) / len(origins) if origins else 0.0
                key[id(item)] = (middle, 0 if item.w else 1, item.first)
            column.sort(key=lambda item, key=key: key[id(item)])
            for i, item in enumerate(column):
                place[id(item)] = i - (len(column) - 1) / 2

    def place(self, width: float) -> tuple[float, float]:
        """Put the columns side by side, and below each other where the width is used up; returns the size."""
        top = 0.0
        for number, row in enumerate(self._split(width)):
            right, bottom, axis = self._place_row(row, top, number)
            self.axis = axis if number == 0 else self.axis
            self.width = max(self.width, right)
            self.bottoms.append(bottom)
            top = bottom + GUTTER
        return self.width, max(0.0, top - GUTTER)

    def _split(self, width: float) -> list[list[list[Item]]]:
        """The columns in rows, each as full as the width allows."""
        rows: list[list[list[Item]]] = [[]]
        used = 0.0
        for column in self.columns:
            w = max((item.w for item in column), default=0)
            if rows[-1] and used + w > width:
                rows.append([])
                used = 0.0
            rows[-1].append(column)
            used += w + GAP
        return rows

    def _place_row(self, row: list[list[Item]], top: float, number: int) -> tuple[float, float, float]:
        """Places along one row; returns its right end, its bottom, and the height of its main line."""
        axes = [_axis(column) for column in row]
        axis = max(axes, default=0)
        x = bottom = 0.0
        for column, own in zip(row, axes, strict=True):
            w = max((item.w for item in column), default=0)
            y = top + axis - own
            for item in column:
                item.x, item.y, item.row = x + (w - item.w) / 2, y, number
                bottom = max(bottom, y + item.h)
                y += item.h + ROW_GAP
            x += w + GAP
        return x - GAP, bottom, axis


def _axis(column: Sequence[Item]) -> float:
    """The main line of a column: that of its first real item, so that chains run straight."""
    y = 0.0
    for item in column:
        if item.w:
            return y + item.axis
        y += item.h + ROW_GAP
    return y / 2


def _settle(level: Level, dx: float, dy: float, depth: int, drawing: Drawing) -> None:
    """Turn places within frames into places within the drawing."""
    level.x, level.y = level.x + dx, level.y + dy
    drawing.edges.extend(level.edges)
    for item in level.items:
        item.x, item.y = item.x + level.x, item.y + level.y
        if item.mark:
            drawing.marks.append(item)
        elif item.inside:
            drawing.frames.append((item, depth))
            _settle(item.inside, item.x, item.y, depth + 1, drawing)
