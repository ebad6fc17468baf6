"""Still pictures: what they say, that they are small, valid and inert, and that they look like the page."""

import base64
import math
import re
from array import array
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from vizgrad.trace import svg, wire
from vizgrad.widgets.picture import NAMES, html, picture, summary
from vizgrad.widgets.picture_chart import log_ticks, ticks
from vizgrad.widgets.picture_words import duration, percent, short, size, whole

VIEWS = ["Dashboard", "Curves", "Rates", "Gradients", "Memory", "Graph", "Stepper"]
CATEGORIES = ("parameters", "gradients", "saved", "optimizer", "other")
TAGS = {"svg", "title", "style", "defs", "pattern", "path", "rect", "circle", "g", "text", "tspan"}
NASTY = "<img src=x onerror=alert(1)>\x00\ud800\u202e]]>\"'&amp;"
HERE = Path(__file__).parents[2]


def keyframe(name="", layers=4, steps=300, nan_from=10**9, state="finished", title="Net", note=""):
    """An Update like that of a finished run, and its points."""
    parts = [wire.Status(state, "subshell", steps, 1, 24.3, 30.0, note)]
    points = array("d")

    def add(group, name, unit, value):
        parts.append(wire.Series(group, name, unit, steps, True, ""))
        points.extend(float(i + 1) for i in range(steps))
        points.extend(math.nan if i >= nan_from and group != "rate" else value(i) for i in range(steps))

    add("metric", f"loss{name}", "", lambda i: 2.3 * math.exp(-i / 50) + 0.05 * math.sin(i * 1.7) ** 2)
    add("metric", f"accuracy{name}", "fraction", lambda i: 1 - 0.5 * math.exp(-i / 50))
    add("rate", f"group 0{name}", "", lambda i: 0.9 ** (i // 50))
    for k in range(layers):
        add("gradient", f"conv{k}{name}", "", lambda i, k=k: 10.0**-k * (1 + math.sin(i)))
    for k, category in enumerate(CATEGORIES):
        add("memory", category, "bytes", lambda i, k=k: 1e6 * (k + 1))
    parts.append(
        wire.Memory(CATEGORIES, (4_800_000, 0, 1, 2, 3), (4_800_000, 1, 9_120_000, 2, 3), 12, "conv2")
    )
    parts.append(graph(layers, name))
    for part, numbers in stepped(name, layers):
        parts.append(part)
        points.extend(numbers)
    return wire.Update(1, "run", title + name, 9, True, 0, tuple(parts)), points


def graph(layers, name=""):
    nodes = [wire.Node(0, "input", "", "x", "", (), (32, 1, 8, 8), "float32", (), 0, "")]
    titles = [wire.Layer("", "Net", "", 1234)]
    for k in range(layers):
        layer = f"conv{k}{name}"
        titles.append(wire.Layer(layer, "Conv2d", "", 9))
        n = len(nodes)
        nodes.append(
            wire.Node(n, "parameter", "", f"{layer}.weight", layer, (), (8, 8, 3, 3), "float32", (), 0, "")
        )
        nodes.append(
            wire.Node(n + 1, "op", "conv2d", "conv2d", layer, (n - 1, n), (32, 8, 8, 8), "float32", (), 9, "")
        )
    n = len(nodes)
    nodes.append(wire.Node(n, "loss", "nll_loss", "nll_loss", "", (n - 1,), (), "float32", (), 0, ""))
    return wire.Graph(1, 1, tuple(titles), tuple(nodes), (), 0)


def stepped(name="", layers=4):
    """A pause in a backward pass: what the stepper's view is drawn from, with the numbers of each part."""
    phases = ["forward"] * 20 + ["backward"] * 20
    events = [
        wire.Event(k, phase, f"op{k}{name}", "relu", f"fc{k % layers}{name}", f"cell 4:{k}", k, -1, 0, "")
        for k, phase in enumerate(phases)
    ]
    tensor = ("gradient in", (2, 2), "float32", 16, False, "g", 1, 0, 2, (), 2, 2, "", 1, 11)
    gradient = wire.Array(f"g{name}", f"gradient that arrives{name}", *tensor)
    numbers = [-0.5, 0.25, 1.0, 1.118, -0.5, 1.0, 4.0, -0.5, 1.0, math.nan, 0.25]
    source = wire.Source(f"cell 4{name}", 7, 9, ("", "def forward(x):", f"    return relu(x){name}", "", ""))
    said = (f"∂L/∂x = g · (x > 0){name}",), "2×2 · (2×2 > 0) → 2×2", "", (f"inplace=False{name}",)
    ends = ("input",), 16, "finite differences agree to 1e-8", "computed ahead: what the event will give"
    path = ("Net", f"fc1: ReLU(){name}")
    rule = (wire.Line(f"p′{name}", f"p - lr · g{name}", "0.5 - 0.1 · 0.25", "0.475"),)
    card = wire.Card(
        33,
        f"op33 in fc1{name}",
        f"Keeps what is above 0{name}",
        *said,
        path,
        source,
        (gradient,),
        rule,
        (1, 0),
        *ends,
    )
    why = f"breakpoint 1: layer fc1{name}"
    pause = wire.Pause(33, False, 33, 33, False, why, 0, 0, 60, 99, 999, 0, (), (), "")
    difference = wire.Difference(30, (f"g · 2{name}",), 2, 0.5, 0.25, "was", kept=False, note="")
    return [(wire.Events(0, tuple(events)), ()), (pause, ()), (card, numbers), (difference, (1.0, 0.5))]


def words(markup):
    """All text of an SVG."""
    tree = ElementTree.fromstring(markup)
    return " ".join("".join(e.itertext()) for e in tree.iter() if e.tag.endswith("}text"))


def test_every_view_has_its_picture():
    update, points = keyframe()
    shown = {view: words(picture(view, update, points)) for view in VIEWS}
    assert set(NAMES) == set(VIEWS)
    assert len(set(shown.values())) == len(VIEWS)
    assert all("finished" in text and "Net" in text for text in shown.values())
    assert "Step 300" in shown["Dashboard"]
    for part in ("Loss", "Accuracy", "Learning rate", "Gradient norm of each layer", "saved for backward"):
        assert part in shown["Dashboard"]
    assert "conv3" in shown["Gradients"]
    assert "9.12\u202fMB" in shown["Memory"]
    assert "nll_loss" in shown["Graph"]
    assert "8×8×3×3" in shown["Graph"]
    assert "Paused before op33 in fc1" in shown["Stepper"]


@pytest.mark.parametrize("view", VIEWS)
def test_the_summary_says_what_is_drawn(view):
    update, points = keyframe()
    said = summary(view, update, points)
    assert said.startswith(f"VizGrad, {NAMES[view]} of Net, finished: ")
    assert "\n" not in said
    assert said in picture(view, update, points).replace("&#x27;", "'")  # the title of the SVG


def test_the_html_is_one_image_with_words():
    class Images(HTMLParser):
        found = []

        def handle_starttag(self, tag, attrs):
            self.found.append((tag, dict(attrs)))

    update, points = keyframe(NASTY)
    Images().feed(html("Dashboard", update, points))
    [(tag, attributes)] = Images.found
    assert tag == "img"
    assert set(attributes) == {"alt", "src", "style"}
    assert attributes["alt"] == f"Picture. {summary('Dashboard', update, points)}"
    kind, data = attributes["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == picture("Dashboard", update, points)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("layers", [4, 200])
def test_pictures_stay_small(view, layers):
    assert len(html(view, *keyframe("x" * 150, layers, 1000 if layers < 100 else 300))) <= 60_000


@pytest.mark.parametrize("view", VIEWS)
def test_hostile_names_are_only_text(view):
    update, points = keyframe(NASTY, note=NASTY, state="failed")
    tree = ElementTree.fromstring(picture(view, update, points))
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= TAGS
    assert not any(key.startswith("on") or "href" in key for element in tree.iter() for key in element.attrib)
    assert not re.search("[\x00-\x1f\ud800-\udfff\u202a-\u202e]", "".join(tree.itertext()))


def test_a_run_that_broke_says_where_and_since_when():
    update, points = keyframe(nan_from=200, state="failed", note="loss is NaN in conv1")
    shown = words(picture("Dashboard", update, points))
    assert "failed" in shown
    assert "loss is NaN in conv1" in shown
    assert "not finite at step 201" in shown
    assert "conv0: NaN since step 201; 3 more of 4 layers" in shown
    assert "conv0: NaN since step 201" in summary("Gradients", update, points)


def test_vanishing_and_exploding_gradients_are_told():
    parts = tuple(wire.Series("gradient", name, "", 1, True, "") for name in ("fine", "dead", "wild"))
    update = wire.Update(1, "run", "Net", 1, True, 0, parts)
    assert "dead: vanishing since step 1; 1 more of 3" in summary(
        "Gradients", update, array("d", [1, 0.1, 1, 1e-9, 1, 1e9])
    )
    assert "norms from 0.100 to 0.300" in summary("Gradients", update, array("d", [1, 0.1, 1, 0.2, 1, 0.3]))


@pytest.mark.parametrize("view", VIEWS)
def test_a_run_without_steps_says_what_will_appear(view):
    update = wire.Update(1, "run", "Net", 0, True, 0, ())
    assert "appear" in words(picture(view, update, b"")) or "Shown after" in words(picture(view, update, b""))
    assert summary(view, update, b"")


def test_sampling_is_said():
    update = wire.Update(1, "r", "Net", 0, True, 0, (wire.Status("live", "none", 99, 22, 1.0, None, ""),))
    assert "every 22nd step recorded" in words(picture("Curves", update, b""))
    assert "every 22nd step recorded" in summary("Curves", update, b"")


def test_a_pause_says_where_and_shows_its_numbers():
    update, points = keyframe(state="stepping")
    said = "Paused before op33 in fc1 · event 33 of about 60 · backward · breakpoint 1: layer fc1"
    assert summary("Stepper", update, points) == f"VizGrad, stepper of Net, stepping: {said}."
    shown = words(picture("Stepper", update, points))
    for part in (
        "∂L/∂x = g · (x > 0)",
        "Net › fc1: ReLU()",
        "cell 4, line 9",
        "9 return relu(x)",
        "33 backward op33",
    ):
        assert part in shown
    assert "g 2×2 float32 -0.500 0.250 1.00 1.12 1 NaN, 2 zero [-0.500 1.00; NaN 0.250]" in shown
    assert "p′ p - lr · g 0.5 - 0.1 · 0.25 0.475" in shown
    assert (
        "from event 30: g · 2 · loss 0.500 as it was, 0.250 as edited · the program goes on as it was"
        in shown
    )
    assert "op39" in shown, "events after the one that is shown"
    assert "op5" not in shown.split(), "only those around it"


def test_a_block_that_is_over_says_how_it_ended():
    def over(**changes):
        update, points = keyframe()
        change = {"at": -1, "frontier": -1, "why": "the block is over", **changes}
        parts = [replace(p, **change) if isinstance(p, wire.Pause) else p for p in update.parts]
        return summary("Stepper", replace(update, parts=tuple(parts)), points)

    assert "finished: The block is over · shown: op33 in fc1 · event 33 of about 60 · backward." in over()
    failed = over(failed=True, why="relu raised ValueError: no")
    assert "Failed in op33 in fc1 · event 33 of about 60 · backward · relu raised ValueError: no." in failed
    assert "Paused at event 39 · shown: op33 in fc1" in over(at=39, frontier=39)


def test_points_may_come_in_any_buffer():
    update, points = keyframe()
    kinds = [points, points.tobytes(), memoryview(points), np.array(points), memoryview(points.tobytes())]
    assert len({picture("Dashboard", update, kind) for kind in kinds}) == 1


def test_one_point_constant_curves_and_odd_numbers_can_be_drawn():
    for values in (
        [1.0],
        [5.0, 5.0],
        [-3.0, 4.0],
        [0.0, 0.0],
        [1e-300, 1e300],
        [math.inf, -math.inf],
        [math.nan],
    ):
        for unit in ("", "fraction", "bytes"):
            part = wire.Series("metric", "loss", unit, len(values), True, "")
            update = wire.Update(1, "run", "Net", 0, True, 0, (part,))
            points = array("d", [*map(float, range(len(values))), *values])
            ElementTree.fromstring(picture("Curves", update, points))


def test_numbers_are_written_as_on_the_page():
    """The same cases as labextension/test/format.test.ts would give."""
    cases = [0, 0.218, 12.4, 3.1e-5, 999.4, 1240, -0.5, math.nan, math.inf]
    assert [*map(short, cases)] == ["0", "0.218", "12.4", "3.10e-5", "999", "1.24e3", "-0.500", "NaN", "+∞"]
    assert [size(v) for v in (0, 512, 3.1e6, 999_600)] == [
        "0\u202fB",
        "512\u202fB",
        "3.10\u202fMB",
        "1.00\u202fMB",
    ]
    assert [percent(v) for v in (0, 0.0123, 0.975, 1)] == [
        "0\u202f%",
        "1.23\u202f%",
        "97.5\u202f%",
        "100\u202f%",
    ]
    assert whole(1240) == "1\u202f240"
    assert [duration(v) for v in (8.4, 125, 3840)] == [
        "8.4\u202fs",
        "2\u202fmin 05\u202fs",
        "1\u202fh 04\u202fmin",
    ]


def test_ticks_are_round_and_inside():
    assert ticks(0, 2.4) == [0, 0.5, 1, 1.5, 2]
    assert ticks(1, 92) == [20, 40, 60, 80]
    assert ticks(0.8, 1.0, 4) == pytest.approx([0.8, 0.85, 0.9, 0.95, 1.0])
    assert log_ticks(1e-5, 10) == pytest.approx([1e-5, 1e-3, 1e-1, 10])
    assert ticks(1, 1) == [1]


def test_colours_are_those_of_the_page():
    css = (HERE / "labextension/style/tokens.css").read_text()
    light = css.split('[data-jp-theme-light="true"]', 1)[1].split("}", 1)[0]
    page = dict(re.findall(r"--vg-([\w-]+):\s*(#[0-9a-f]{6})", light))
    for name, colour in svg.CATEGORY.items():
        assert page[name] == colour
    assert [page[f"curve-{i}"] for i in range(len(svg.CURVES))] == list(svg.CURVES)
    assert (page["alarm"], page["nan"], page["good"], page["quiet"]) == (
        svg.ALARM,
        svg.NAN,
        svg.GOOD,
        svg.QUIET,
    )
