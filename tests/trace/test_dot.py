"""The computation as Graphviz's DOT and as our own SVG, with names that mean harm."""

import re
import sys
from xml.etree import ElementTree

import pytest

from vizgrad.trace import dot, wire
from vizgrad.trace.drawing import standalone
from vizgrad.trace.fold import fold, foldings

TAGS = {"svg", "title", "style", "defs", "pattern", "path", "rect", "circle", "g", "text", "tspan"}
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<<TABLE><TR><TD HREF='javascript:alert(1)'>x</TD></TR></TABLE>>",
    '"><script>alert(1)</script>',
    'x" URL="javascript:alert(1)',
    r"\N\G\n",
    "</text></svg><script>alert(1)</script>",
    "]]>",
    "\ud800 lone, \u202e turned, \x00 null",
    "a" * 100_000,
    "\n" * 10_000,
]


def node(id, kind="op", name="mul", layer="", inputs=(), shape=(2, 3)):
    op = name if kind in ("op", "loss") else ""
    return wire.Node(id, kind, op, name, layer, tuple(inputs), shape, "float32", ("a", "b"), 48, "cell 4:12")


def small(name="block.fc", weight="block.fc.weight"):
    nodes = (
        node(0, "input", "x"),
        node(1, "parameter", weight, name),
        node(2, "op", "linear", name, (0, 1)),
        node(3, "op", "add", "block", (2, 0)),
        node(4, "constant", "target"),
        node(5, "loss", "mse_loss", "", (3, 4), ()),
    )
    layers = (
        wire.Layer("", "Net", "", 6),
        wire.Layer("block", "Block", "", 6),
        wire.Layer(name, "Linear", "", 6),
    )
    return wire.Graph(1, 1, layers, nodes, (), 0)


def chain(n, layer="{}"):
    nodes = [node(0, "input", "x"), *(node(i, "op", "tanh", layer.format(i), (i - 1,)) for i in range(1, n))]
    return wire.Graph(1, 1, (), tuple(nodes), (), 0)


def test_every_node_edge_and_layer_is_there():
    source = dot.to_graphviz(small()).source
    assert len(re.findall(r"^\s*n\d+ \[", source, re.M)) == 6
    assert len(re.findall(r"n\d+ -> n\d+", source)) == 6
    assert source.count("subgraph") == 2
    assert source.count("height=0.24") == 1  # a parameter is a pill
    assert source.count("skew=0.35") == 2  # an input or a constant is a parallelogram
    assert "peripheries=2" in source
    assert '"weight 2×3"' in source  # not block.fc.weight: the frame around it says the rest
    assert "nslimit=2" in source


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_only_text(name):
    source = dot.to_graphviz(small(layer := name.replace(".", ","), f"{layer}.w")).source
    assert not re.search(r"(?:label|tooltip)\s*=\s*<", source)  # what graphviz would read as HTML
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', source)
    assert "URL" not in outside
    assert "HREF" not in outside
    assert len(source) < 20_000


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_our_own_drawing_of_hostile_names_is_valid_and_inert(name):
    svg = standalone(small(layer := name.replace(".", ","), f"{layer}.w"))
    tree = ElementTree.fromstring(svg)
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= TAGS
    assert not any(key.startswith("on") or "href" in key for element in tree.iter() for key in element.attrib)
    assert len(svg) < 20_000


def test_a_line_break_in_a_label_is_ours_alone():
    assert dot.safe("a\nb") == "a\ufffdb"
    assert dot.safe(r"\N") == r"\\N"


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(dot.GraphvizError, match=r'pip install "vizgrad\[graphviz\]"'):
        dot.to_graphviz(small())
    assert dot.to_svg(small()).startswith("<svg")  # the own drawing needs nothing


def test_without_dot_and_pygraphviz_our_own_drawing_answers(monkeypatch):
    monkeypatch.setattr(dot.shutil, "which", lambda name: None)
    monkeypatch.setattr(dot.importlib.util, "find_spec", lambda name: None)
    assert dot.to_svg(small()) == standalone(small())
    for engine in ("dot", "pygraphviz"):
        with pytest.raises(dot.GraphvizError, match=r"vizgrad\[graphviz\]"):
            dot.to_svg(small(), engine)


def test_a_notebook_shows_it_without_dot(monkeypatch):
    monkeypatch.setattr(dot.shutil, "which", lambda name: None)
    monkeypatch.setattr(dot, "_by_pygraphviz", lambda source: "<svg>wheel</svg>")
    drawn = dot.to_graphviz(small())
    assert drawn._repr_mimebundle_()["image/svg+xml"] == "<svg>wheel</svg>"


def test_a_notebook_without_any_graphviz_shows_the_source_and_what_to_install(monkeypatch):
    monkeypatch.setattr(dot.shutil, "which", lambda name: None)
    monkeypatch.setattr(dot.importlib.util, "find_spec", lambda name: None)
    shown = dot.to_graphviz(small())._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert "vizgrad[graphviz]" in shown["text/plain"]
    assert "digraph" in shown["text/plain"]


def test_a_layout_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(dot, "TIMEOUT", 0.1)
    with pytest.raises(dot.GraphvizError, match="needed more than"):
        dot._run([sys.executable, "-c", "import time; time.sleep(30)"], "")


def test_a_layout_that_fails_is_one_sentence():
    with pytest.raises(dot.GraphvizError, match="could not draw"):
        dot._run([sys.executable, "-c", "raise SystemExit(3)"], "")


def test_dot_on_the_path_is_asked_first(monkeypatch):
    asked = []
    monkeypatch.setattr(dot.shutil, "which", lambda name: f"/somewhere/{name}")
    monkeypatch.setattr(dot, "_run", lambda command, source: asked.append(command) or "<svg/>")
    assert dot.to_svg(small()) == "<svg/>"
    assert asked == [["/somewhere/dot", "-Tsvg"]]


def test_pygraphviz_draws_it():
    pytest.importorskip("pygraphviz", reason='needs pygraphviz: pip install "vizgrad[graphviz]"')
    svg = dot.to_svg(small("<<TABLE><TR><TD HREF='javascript:x'>x</TD></TR></TABLE>>"), "pygraphviz")
    assert "<svg" in svg
    assert "xlink:href" not in svg.replace('xmlns:xlink="http://www.w3.org/1999/xlink"', "")


def test_folding_keeps_the_flow():
    marks = fold(small(), 0)
    assert [(mark.name, mark.kind) for mark in marks] == [
        ("x", "input"),
        ("block", "layer"),
        ("target", "constant"),
        ("mse_loss", "loss"),
    ]
    assert marks[1].inputs == (0,)
    assert marks[3].inputs == (1, 4)


def test_a_graph_that_is_too_large_is_folded_then_cut():
    marks, left_out = next(foldings(chain(50, "same"), 10))
    assert (len(marks), left_out) == (2, 0)
    marks, left_out = list(foldings(chain(50, ""), 10))[-1]
    assert (len(marks), left_out) == (10, 40)
    assert "40 more nodes are not drawn" in standalone(chain(50, ""), most=10)


def test_marks_do_not_overlap_and_stay_inside():
    from vizgrad.trace.layered import arrange

    drawing = arrange(fold(small(), 9), 500)
    boxes = [(i.x, i.y, i.x + i.w, i.y + i.h) for i in drawing.marks]
    for k, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= drawing.width
        assert top >= 0
        assert bottom <= drawing.height
        for other in boxes[k + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_a_layer_used_twice_and_a_missing_input_are_no_obstacle():
    nodes = (
        node(0, "input", "x"),
        node(1, "op", "linear", "shared", (0,)),
        node(2, "op", "relu", "", (1,)),
        node(3, "op", "linear", "shared", (2, 77)),
    )
    graph = wire.Graph(1, 1, (), nodes, (), 0)
    assert standalone(graph).startswith("<svg")
    assert "n77" not in dot.to_graphviz(graph).source


def test_ten_thousand_nested_layers_do_not_exhaust_the_stack():
    graph = chain(30, ".".join("a" * 1 for _ in range(10_000)))
    assert standalone(graph).startswith("<svg")
    assert dot.to_graphviz(graph).source
