"""Messages that both languages read: written here, read by vitest too (labextension/test).

``VIZGRAD_GOLDEN=1 pytest tests/trace/test_golden.py`` writes them anew.
"""

import base64
import json
import math
import os
from pathlib import Path

import pytest

from vizgrad.trace import wire
from vizgrad.trace.history import History
from vizgrad.trace.message import command, from_json, to_json

FOLDER = Path(__file__).parents[1] / "golden"
HOSTILE = "<img src=x onerror=alert(1)>"


def status(state="live", note=""):
    return wire.Status(state, "subshell", 120, 4, 12.5, 9.75, note)


def node(id, kind, op, name, layer, inputs, shape, kept=(), kept_bytes=0, line=""):
    return wire.Node(id, kind, op, name, layer, inputs, shape, "float32", kept, kept_bytes, line)


def graph(layer="fc1"):
    nodes = (
        node(0, "input", "", "input", "", (), (64, 8)),
        node(1, "parameter", "", f"{layer}.weight", layer, (), (3, 8)),
        node(2, "op", "linear", "linear", layer, (0, 1), (64, 3), ("input", "weight"), 2144, "cell 4:12"),
        node(3, "loss", "mean", "mean", "", (2,), (), (), 0, "train.py:12"),
    )
    layers = (wire.Layer("", "Net", "", 24), wire.Layer(layer, "Linear", "in_features=8, out_features=3", 24))
    rules = (wire.Rule("linear", "x Wᵀ + b", "x @ Wᵀ", ("∂L/∂x = g @ W", "∂L/∂W = gᵀ @ x")),)
    return wire.Graph(1234, 1, layers, nodes, rules, 0)


def memory():
    return wire.Memory(
        ("parameters", "gradients", "saved", "optimizer", "other"),
        (96, 96, 0, 192, 2048),
        (96, 0, 4192, 192, 2048),
        1,
        "fc1, forward",
    )


def update(parts, *, keyframe=True, seq=0, title="Net"):
    return wire.Update(wire.VERSION, "0123456789ab", title, seq, keyframe, 7, tuple(parts))


def history(layer="fc1", values=(2.5, 1.25, 0.5)):
    known = History()
    for i, value in enumerate(values):
        known.add("metric", "loss", float(i + 1), value)
        known.add("gradient", layer, float(i + 1), value / 10)
        known.add("memory", "parameters", float(i + 1), 96.0, "bytes")
    known.add("metric", "accuracy", 3.0, 0.75, "fraction")
    known.add("rate", "learning rate", 3.0, 0.01)
    known.graph, known.memory = graph(layer), memory()
    return known


def written(parts, points, **options):
    return {
        "update": to_json(update(parts, **options)),
        "data": base64.b64encode(points).decode("ascii"),
    }


def messages():
    known = history()
    parts, points = known.everything()
    known.take()
    known.add("metric", "loss", 4.0, 0.25)
    more, more_points = known.take()
    wrong_parts, wrong_points = history(values=(math.nan, math.inf, -math.inf)).everything()
    hostile_parts, hostile_points = history(HOSTILE).everything()
    return {
        "keyframe": written([status(), *parts], points),
        "append": written([status("paused"), *more], more_points, keyframe=False, seq=1),
        "not-finite": written([status(note="the loss is NaN since step 1"), *wrong_parts], wrong_points),
        "hostile": written([status("failed", HOSTILE), *hostile_parts], hostile_points, title=HOSTILE),
        "commands": [
            to_json(wire.Command(wire.VERSION, verb, 3))
            for verb in ("hello", "seen", "pause", "resume", "stop")
        ],
    }


@pytest.mark.parametrize("name", list(messages()))
def test_messages_are_as_both_sides_know_them(name):
    path = FOLDER / f"{name}.json"
    text = json.dumps(messages()[name], indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if os.environ.get("VIZGRAD_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_what_is_written_can_be_read_back():
    for name, message in messages().items():
        if name != "commands":
            back = from_json(wire.Update, json.loads(json.dumps(message["update"])))
            assert to_json(back) == message["update"]


def test_only_commands_of_the_fixed_list_are_heard():
    good = {"is": "command", "version": 1, "do": "pause", "seq": 3}
    assert command(good) == wire.Command(1, "pause", 3)
    assert command({**good, "extra": 1}) == wire.Command(1, "pause", 3)
    for change in (
        {"do": "eval"},
        {"do": "__class__"},
        {"do": None},
        {"seq": -1},
        {"seq": 1.5},
        {"seq": True},
        {"seq": "3"},
        {"version": 2},
        {"is": "update"},
    ):
        assert command({**good, **change}) is None
    for other in (None, [], "pause", 3, {}, {"do": "pause"}):
        assert command(other) is None
