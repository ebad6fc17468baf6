"""The graph of a step: what is in it, what it is called, and that it holds nothing alive."""

import gc
import weakref

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.nn.functional as F
import vizgrad.optim as optim
from vizgrad.trace import graph as graphs
from vizgrad.trace.publisher import Publisher
from vizgrad.trace.run import Run

from .toy import data, setup, train


def test_a_step_with_its_layers_parameters_and_lines():
    model, optimizer, _, run = setup()
    with run:
        train(model, optimizer, 2)
    graph = run.history.graph
    ops = [(n.op, n.layer) for n in graph.nodes if n.kind in ("op", "loss")]
    assert ops[:4] == [("linear", "first"), ("linear", "block.fc"), ("relu", "block"), ("linear", "last")]
    assert graph.nodes[-1].kind == "loss"
    assert {n.name for n in graph.nodes if n.kind == "parameter"} == {n for n, _ in model.named_parameters()}
    parameter = next(n for n in graph.nodes if n.name == "block.fc.weight")
    assert (parameter.layer, parameter.shape) == ("block.fc", (16, 16))
    assert [n.layer for n in graph.nodes if n.kind == "input"] == ["", ""]
    assert all(source < node.id for node in graph.nodes for source in node.inputs)
    assert [n.id for n in graph.nodes] == list(range(len(graph.nodes)))
    relu = next(n for n in graph.nodes if n.op == "relu")
    assert relu.line.startswith("toy.py:")
    assert relu.kept_bytes > 0
    assert [(layer.path, layer.kind) for layer in graph.layers][:3] == [
        ("", "Net"),
        ("first", "Linear"),
        ("block", "Block"),
    ]
    assert graph.layers[1].note.startswith("in_features=4")
    assert graph.layers[0].parameters == sum(p.numel() for p in model.parameters())
    assert {rule.op for rule in graph.rules} == {n.op for n in graph.nodes if n.op}
    rule = next(rule for rule in graph.rules if rule.op == "relu")
    assert rule.says
    assert rule.gradients[0].startswith("∂L/∂x = ")


def test_only_what_led_to_the_loss_is_in_it():
    model, optimizer, _, run = setup()
    x, _ = data()
    with run:
        model(x).exp().sum()  # looked at, never trained on
        train(model, optimizer, 1)
    assert "exp" not in {n.op for n in run.history.graph.nodes}


def test_a_new_graph_is_sent_when_and_only_when_the_shape_changes(monkeypatch):
    monkeypatch.setattr("vizgrad.trace.recorder.CAPTURE_GAP", 0.0)
    monkeypatch.setattr("vizgrad.trace.recorder.CAPTURE_SHARE", 0)
    model, optimizer, _, run = setup()
    keys = []
    with run:
        for n in (12, 12, 5, 5, 12):
            x, target = data(n)
            optimizer.zero_grad()
            F.cross_entropy(model(x), target).backward()
            optimizer.step()
            keys.append((run.history.graph.key, run.history.graph.step))
    assert [step for _, step in keys] == [1, 1, 3, 3, 5]
    assert keys[0][0] == keys[4][0] != keys[2][0]


def test_nothing_is_kept_alive():
    model, optimizer, _, run = setup()
    with run:
        x, target = data()
        loss = F.cross_entropy(model(x), target)
        loss.backward()
        watched = [weakref.ref(x), weakref.ref(loss), weakref.ref(target)]
        del x, target, loss
        gc.collect()
        assert [ref() for ref in watched] == [None] * 3
        optimizer.step()


def test_two_inputs_that_lived_one_after_the_other_are_two_nodes():
    model = nn.Linear(4, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    run = Run(model, optimizer, publisher=Publisher(threaded=False))
    with run:
        total = sum(model(torch.randn(2, 4)).sum() for _ in range(5))
        total.backward()
        optimizer.step()
    kinds = [n.kind for n in run.history.graph.nodes]
    assert kinds.count("input") == 5
    assert kinds.count("parameter") == 2


def test_a_huge_graph_is_cut_and_says_how_much(monkeypatch):
    monkeypatch.setattr(graphs, "MOST_NODES", 20)
    monkeypatch.setattr(graphs, "MOST_NOTES", 60)
    model = nn.Linear(4, 4)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    run = Run(model, optimizer, publisher=Publisher(threaded=False))
    with run:
        x = torch.ones(1, 4)
        for _ in range(100):
            x = model(x).tanh()
        x.sum().backward()
        optimizer.step()
    graph = run.history.graph
    assert len(graph.nodes) == 20
    assert graph.omitted > 100


def test_a_long_look_at_other_data_does_not_replace_the_graph(monkeypatch):
    monkeypatch.setattr(graphs, "MOST_NOTES", 30)
    monkeypatch.setattr("vizgrad.trace.recorder.CAPTURE_GAP", 0.0)
    model, optimizer, _, run = setup()
    with run:
        train(model, optimizer, 1)
        before = run.history.graph
        for _ in range(20):
            model(data()[0])
        train(model, optimizer, 1)
    assert run.history.graph is before


def test_cells_of_a_notebook_are_named_by_their_number(monkeypatch):
    import sys
    import types

    from vizgrad.trace import names

    shell = types.SimpleNamespace(compile=types.SimpleNamespace(_filename_map={"/tmp/made-up.py": 4}))
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(names, "_files", {})
    found = {}
    exec(compile("\n\nframe = sys._getframe()", "/tmp/made-up.py", "exec"), {"sys": sys}, found)
    assert names.user_line(found["frame"]) == "cell 4:3"


def test_buffers_are_shown_by_name():
    class Shift(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("by", torch.ones(4))

        def forward(self, x):
            return x * self.by

    model = nn.Sequential(nn.Linear(4, 4), Shift())
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    run = Run(model, optimizer, publisher=Publisher(threaded=False))
    with run:
        train(model, optimizer, 1)
    assert {n.name: n.kind for n in run.history.graph.nodes}["1.by"] == "buffer"
