"""Views: state that is data only, snapshots that fit, commands that only set fields."""

import base64
import json
import sys
import threading
import types
from importlib.machinery import ModuleSpec

import numpy as np
import pytest

from tests.trace.toy import Net, train
from vizgrad import optim
from vizgrad.trace import wire
from vizgrad.trace.publisher import Publisher
from vizgrad.trace.stepping.session import step
from vizgrad.widgets import snapshot
from vizgrad.widgets.notebook import NotebookRun
from vizgrad.widgets.snapshot import MIME, Replay, bundle
from vizgrad.widgets.stepper import Stepper

VIEWS = ("Dashboard", "Curves", "Rates", "Gradients", "Memory", "Graph", "Stepper")


@pytest.fixture
def run(monkeypatch):
    shown = []

    class Handle:
        def update(self, mime, raw):
            shown.append(mime)

    def display(mime, raw, display_id):
        shown.append(mime)
        return Handle()

    monkeypatch.setattr("vizgrad.widgets.base.display", display)
    model = Net()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    run = NotebookRun(model, optimizer, publisher=Publisher(threaded=False, sleep=lambda seconds: None))
    run.shown = shown
    run.go = lambda steps: train(model, optimizer, steps)
    return run


def views(run):
    found = [run.dashboard(), run.curves(), run.rates(), run.gradients(), run.memory(), run.graph()]
    return [*found, run._view(Stepper)]  # what a block that is stepped through shows


def test_a_new_view_is_a_file_and_nothing_more(run, monkeypatch):
    module = types.ModuleType("vizgrad.widgets.heat")
    module.__spec__ = ModuleSpec(module.__name__, None)
    exec("from vizgrad.widgets.base import View\nclass Heat(View):\n    view = 'Heat'", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert run.heat().get_state()["_view_name"] == "HeatView"
    with pytest.raises(AttributeError, match="a run has no 'snapshot'"):
        run.snapshot  # a file in that folder, but no view  # noqa: B018


def test_the_state_of_a_widget_is_data_and_names_only(run):
    for widget in (run.page, *views(run)):
        state = widget.get_state()
        text = json.dumps(state)
        assert len(text) < 1000
        assert not {"_esm", "_css", "html", "_html"} & set(state)
        assert not any(word in text for word in ("<", "http", "function", "import"))
    assert [v.get_state()["_view_name"] for v in views(run)] == [f"{name}View" for name in VIEWS]
    assert {v.get_state()["_view_module"] for v in views(run)} == {"vizgrad"}
    assert run.curves().get_state()["run"] == f"IPY_MODEL_{run.page.model_id}"
    assert run.page.get_state()["run"] == run.id


def test_a_page_cannot_change_what_the_widgets_say(run):
    run.page.set_state({"title": "<script>", "run": "other"})
    run.dashboard().set_state({"_view_module": "evil"})
    assert run.page.title == "Net"
    assert run.page.run == run.id
    assert run.dashboard().get_state()["_view_module"] == "vizgrad"


def test_the_dashboard_is_shown_at_the_start_and_renewed_at_the_end(run):
    with run:
        assert len(run.shown) == 1
        assert run.shown[0][MIME]["update"]["parts"][0]["state"] == "live"
        run.curves().show()
        run.go(5)
        run.log(accuracy=0.9)
    assert len(run.shown) == 4
    dashboard, curves = run.shown[2:]
    assert dashboard["application/vnd.jupyter.widget-view+json"]["model_id"] == run.dashboard().model_id
    assert {p["is"] for p in dashboard[MIME]["update"]["parts"]} == {"status", "series", "graph", "memory"}
    assert dashboard[MIME]["update"]["parts"][0]["state"] == "finished"
    assert {p["is"] for p in curves[MIME]["update"]["parts"]} == {"status", "series"}
    points = np.frombuffer(base64.b64decode(curves[MIME]["data"]), "<f8")
    assert len(points) == 2 * sum(p["points"] for p in curves[MIME]["update"]["parts"] if p["is"] == "series")
    assert dashboard["text/html"].startswith('<img alt="')
    assert "<script" not in dashboard["text/html"]
    assert "Net" in dashboard["text/plain"]


def _node(i):
    inputs = (i - 1,) if i else ()
    kept = ("input", "weight")
    layer, line = f"block.{i % 60}", f"train.py:{i}"
    return wire.Node(i, "op", "linear", "linear", layer, inputs, (64, 512), "float32", kept, 10_000, line)


@pytest.mark.parametrize("view", VIEWS)
def test_a_long_wide_deep_run_still_fits_into_a_notebook(run, view):
    history = run.history
    rng = np.random.default_rng(0)
    with history.lock:
        for layer in range(60):
            for group in ("gradient", "weight"):
                history.extend(
                    group, f"block.{layer}.attention.projection", range(9000), rng.random(9000).tolist()
                )
        for name in ("loss", "accuracy", "test_loss"):
            history.extend("metric", name, range(100_000), rng.random(100_000).tolist())
        nodes = tuple(map(_node, range(5000)))
        layers = tuple(wire.Layer(f"block.{i}", "Linear", "512, 512", 1) for i in range(60))
        history.graph = wire.Graph(1, 1, layers, nodes, (), 0)
        history.memory = wire.Memory(("parameters",), (1,), (1,), 1, "")
    shown = bundle(run, view)
    notebook = json.dumps({"cells": [{"outputs": [{"data": shown}]}]}, indent=1)
    assert len(notebook) <= 200_000
    graph = next((p for p in shown[MIME]["update"]["parts"] if p["is"] == "graph"), None)
    if graph:
        assert len(graph["nodes"]) + graph["omitted"] == 5000
    if view == "Curves":
        assert min(p["points"] for p in shown[MIME]["update"]["parts"] if p["is"] == "series") >= 500


def test_commands_from_a_subshells_thread_only_set_fields(run):
    def hear(content):
        message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}
        thread = threading.Thread(target=run.page._handle_msg, args=(message,))
        thread.start()
        thread.join()

    with run:
        run.go(1)
        hear({"is": "command", "version": 1, "do": "hello", "seq": 5})
        hear({"is": "command", "version": 1, "do": "resume", "seq": 6})
        hear({"is": "command", "version": 1, "do": "__class__", "seq": 9})
        hear({"method": "update", "state": {"title": "x"}})
        hear("nonsense")
        assert run.acked == 6
        assert run.status.mode == "subshell"
        run.go(1)


def test_a_comm_that_is_closed_or_broken_costs_the_page_but_not_the_training(run):
    def broken(*args, **kwargs):
        raise RuntimeError("comm is gone")

    run.page.comm.send = broken
    with pytest.warns(RuntimeWarning, match="RunModel raised RuntimeError: comm is gone"), run:
        run.go(20)
    assert run.status.state == "finished"
    assert run.status.step == 20


def test_a_recording_is_shown_again(run, tmp_path):
    run._to = tmp_path / "run.jsonl"
    with run:
        run.go(5)
    replay = Replay(tmp_path / "run.jsonl")
    shown = replay._repr_mimebundle_()
    assert shown[MIME]["run"] == run.id
    assert "application/vnd.jupyter.widget-view+json" not in shown
    assert replay.view("Gradients")._repr_mimebundle_()[MIME]["view"] == "Gradients"
    assert "Net" in repr(replay)
    with pytest.raises(LookupError, match="no view is called 'Weights'"):
        replay.view("Weights")


def test_without_a_graph_asking_for_it_is_answered_in_a_sentence(run):
    with pytest.raises(LookupError, match="no step has been captured yet"):
        run.graph().to_graphviz()


def test_snapshots_know_every_view():
    assert set(snapshot.picture.BODIES) == set(VIEWS)


def test_a_block_with_many_events_still_fits_into_a_notebook():
    model = Net()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    session = step(model, optimizer, drive=lambda s: s.go())
    with session as s:
        train(model, optimizer, 60)
    assert len(s.events) > 500
    shown = bundle(session.run, "Stepper")
    assert len(json.dumps({"cells": [{"outputs": [{"data": shown}]}]}, indent=1)) <= 200_000
    assert f"event {s.events[-1].number} " in shown["text/plain"]
    parts = {p["is"]: p for p in shown[MIME]["update"]["parts"]}
    assert {"pause", "card", "events", "graph"} <= set(parts)
    assert parts["events"]["events"][-1]["number"] == s.events[-1].number
