"""Recurrent layers beside PyTorch: whole networks, packed sequences, single steps, what they refuse."""

import copy

import numpy as np
import pytest

import vizgrad
from tests.alike import copy_weights, draw, numbers, ours, same, theirs, torch
from vizgrad.engine import namespace
from vizgrad.engine.ops import recurrent as rows

NETWORKS = {
    "plain": ("RNN", (3, 4), {}),
    "relu": ("RNN", (3, 4), {"nonlinearity": "relu", "num_layers": 2}),
    "lstm": ("LSTM", (3, 4), {"num_layers": 2, "bidirectional": True}),
    "projected": ("LSTM", (3, 4), {"proj_size": 2, "bidirectional": True, "num_layers": 2}),
    "gru": ("GRU", (3, 4), {"num_layers": 2, "bidirectional": True}),
    "no bias": ("GRU", (3, 4), {"bias": False}),
    "no bias, projected": ("LSTM", (3, 4), {"bias": False, "proj_size": 2}),
}


def both(kind, sizes, settings):
    torch().manual_seed(0)
    twin = getattr(torch().nn, kind)(*sizes, **settings, dtype=torch().float64)
    layer = getattr(vizgrad.nn, kind)(*sizes, **settings, dtype=vizgrad.float64)
    copy_weights(twin, layer)
    return layer, twin


def flat(result):
    """The tensors of a result, of whatever nesting."""
    if not isinstance(result, (tuple, list)):
        return [] if result is None else [result]
    return [t for part in result for t in flat(part)]


def floats(result):
    return [t for t in flat(result) if t.dtype.is_floating_point]


def weighted(result):
    """A number in which no two elements of a result count alike."""
    from_numpy = vizgrad.from_numpy if isinstance(flat(result)[0], vizgrad.Tensor) else torch().from_numpy
    return sum(
        (t * from_numpy(np.cos(np.arange(t.numel()) + 1.0).reshape(tuple(t.shape)))).sum()
        for t in floats(result)
    )


def check(layer, twin, mine, their):
    """Equal outputs, equal gradients, equal gradients of gradients."""
    a, b = layer(*mine), twin(*their)
    for x, y in zip(flat(a), flat(b), strict=True):
        same(x, y)
    starts = [
        [t for t in floats(given) if t.requires_grad] + list(m.parameters())
        for given, m in ((mine, layer), (their, twin))
    ]
    grads = vizgrad.autograd.grad(weighted(a), starts[0], create_graph=True)
    plain = vizgrad.autograd.grad(weighted(a), starts[0], retain_graph=True)
    twins = torch().autograd.grad(weighted(b), starts[1], create_graph=True)
    for x, z, y in zip(grads, plain, twins, strict=True):
        same(x, y)
        same(z, y)
    second = vizgrad.autograd.grad(sum((g * g).sum() for g in grads), starts[0])
    for x, y in zip(second, torch().autograd.grad(sum((g * g).sum() for g in twins), starts[1]), strict=True):
        same(x, y, rtol=1e-8)


def states_of(twin, n):
    count = twin.num_layers * (2 if twin.bidirectional else 1)
    shapes = [(count, n, twin.proj_size or twin.hidden_size), (count, n, twin.hidden_size)]
    found = [draw(s, seed=7 + i) for i, s in enumerate(shapes[: 2 if twin.mode == "LSTM" else 1])]

    def given(make):
        made = [make(s, grad=True) for s in found]
        return tuple(made) if len(made) == 2 else made[0]

    return given


@pytest.mark.torch
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name, batch_first):
    kind, sizes, settings = NETWORKS[name]
    layer, twin = both(kind, sizes, settings | {"batch_first": batch_first})
    assert repr(layer) == repr(twin)
    assert list(layer.state_dict()) == list(twin.state_dict())
    x = draw((5, 2, 3), seed=1)
    states = states_of(twin, 5 if batch_first else 2)
    check(layer, twin, (ours(x, grad=True), states(ours)), (theirs(x, grad=True), states(theirs)))
    check(layer, twin, (ours(x[0], grad=True),), (theirs(x[0], grad=True),))


@pytest.mark.torch
@pytest.mark.parametrize("lengths", [[2, 5, 3], [4, 4, 4], [1, 1, 6]])
@pytest.mark.parametrize("name", NETWORKS)
def test_packed_sequences(name, lengths):
    layer, twin = both(*NETWORKS[name])
    states, found = states_of(twin, 3), []
    for library, make in ((vizgrad, ours), (torch(), theirs)):
        pack = library.nn.utils.rnn
        x = make(draw((6, 3, 3), seed=1), grad=True)
        packed = pack.pack_padded_sequence(x, library.tensor(lengths), enforce_sorted=False)
        found.append((packed, states(make)))
        back, sizes = pack.pad_packed_sequence(packed, total_length=7, padding_value=-1.0)
        found.append((back, sizes, *pack.unpack_sequence(packed), *packed))
    check(
        layer,
        twin,
        *([type(p)(p.data.detach().requires_grad_(), *p[1:]), h] for p, h in (found[0], found[2])),
    )
    for a, b in zip(found[1], found[3], strict=True):
        same(a, b)


@pytest.mark.torch
def test_padding():
    several = [draw((n, 2), seed=n) for n in (3, 1, 4)]
    for settings in ({}, {"batch_first": True}, {"padding_value": 9.0, "padding_side": "left"}):
        a, b = (
            library.nn.utils.rnn.pad_sequence([make(x) for x in several], **settings)
            for library, make in ((vizgrad, ours), (torch(), theirs))
        )
        same(a, b)
    parts = vizgrad.nn.utils.rnn.unpad_sequence(
        vizgrad.nn.utils.rnn.pad_sequence([ours(x) for x in several]), vizgrad.tensor([3, 1, 4])
    )
    for part, x in zip(parts, several, strict=True):
        assert np.array_equal(numbers(part), x)


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_cells(kind):
    settings = {"nonlinearity": "relu"} if kind == "RNNCell" else {}
    layer, twin = both(kind, (3, 4), settings)
    assert repr(layer) == repr(twin)
    x, states = draw((2, 3), 1), [draw((2, 4), 2), draw((2, 4), 3)]

    def given(make):
        made = [make(s, grad=True) for s in states]
        return make(x, grad=True), tuple(made) if kind == "LSTMCell" else made[0]

    check(layer, twin, given(ours), given(theirs))
    check(layer, twin, (ours(x[0], grad=True),), (theirs(x[0], grad=True),))


@pytest.mark.parametrize("row", sorted(rows.ROWS))
@pytest.mark.parametrize("reverse", [False, True])
def test_kernel_equals_the_equations(row, reverse):
    """The fused loop over arrays and the recorded equations, step by step, give the same states."""
    chunks, step = {
        "rnn_layer": (1, rows.rnn_step),
        "lstm_layer": (4, rows.lstm_step),
        "gru_layer": (3, rows.gru_step),
    }[row]
    shapes = {"input": (9, 3), "hidden": (4, 5), "w_ih": (5 * chunks, 3), "w_hh": (5 * chunks, 5)}
    shapes |= {"b_ih": (5 * chunks,), "b_hh": (5 * chunks,)} | ({"cell": (4, 5)} if chunks == 4 else {})
    given = {n: ours(draw(s, seed=i)) for i, (n, s) in enumerate(shapes.items())}
    settings = {"sizes": (4, 3, 1, 1), "reverse": reverse}
    values = type("Values", (), given | settings | {"w_hr": None, "relu": False})
    for a, b in zip(
        rows.ROWS[row](**given, **settings), rows.unrolled(namespace.GRAPH, step, values), strict=True
    ):
        np.testing.assert_allclose(numbers(a), numbers(b), rtol=1e-12, atol=1e-13)


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_functions(kind):
    layer, twin = both(kind, (3, 4), {"num_layers": 2})
    name = {"RNN": "rnn_tanh"}.get(kind, kind.lower())
    states, x = states_of(twin, 2), draw((5, 2, 3), 1)
    found = []
    for library, make, module in ((vizgrad, ours, layer), (torch(), theirs, twin)):
        f, flags, h = getattr(library, name), (True, 2, 0.0, False, False), states(make)
        found.append(
            [
                *f(make(x), h, list(module.parameters()), *flags, False),
                *f(make(x[0]), library.tensor([1, 1]), tuple(s[:, :1] for s in h) if kind == "LSTM" else h[:, :1],
                   list(module.parameters()), *flags),
            ]
        )  # fmt: skip
    for a, b in zip(*found, strict=True):
        same(a, b)


@pytest.mark.torch
def test_what_they_refuse():
    """The same mistakes raise the same error types, and mostly the same words."""

    def wrong(t, zeros):
        nn, f = t.nn, t.float64
        lstm, gru, rnn = nn.LSTM(3, 4), nn.GRU(3, 4), nn.RNN(3, 4)
        pack, pad = nn.utils.rnn.pack_padded_sequence, nn.utils.rnn.pad_packed_sequence
        return [
            lambda: nn.LSTM(0, 4), lambda: nn.LSTM(3, -1), lambda: nn.LSTM(3, 4, 0), lambda: nn.LSTM(3, 4, dropout=2),
            lambda: nn.LSTM(3, 4, proj_size=4), lambda: nn.LSTM(3, 4, proj_size=-1), lambda: nn.GRU(3, 4, proj_size=2),
            lambda: nn.RNN(3, 4, nonlinearity="abs"), lambda: nn.LSTM(3.0, 4), lambda: nn.RNNBase("X", 3, 4),
            lambda: nn.GRU(3, 4, bias=1), lambda: nn.GRU(3, 4, batch_first=0),
            lambda: lstm(zeros(5)), lambda: gru(zeros(5)), lambda: rnn(zeros(5)), lambda: lstm(zeros(5, 2, 4)),
            lambda: gru(zeros(5, 2, 3, dtype=f)), lambda: gru(zeros(5, 2, 3), zeros(1, 3, 4)),
            lambda: gru(zeros(5, 2, 3), zeros(1, 4)), lambda: gru(zeros(5, 3), zeros(1, 1, 4)),
            lambda: lstm(zeros(5, 2, 3), (zeros(1, 2, 4), zeros(1, 2, 5))),
            lambda: lstm(zeros(5, 2, 3), (zeros(1, 4),) * 2),
            lambda: lstm(zeros(5, 2, 3), (zeros(2, 2, 4), zeros(1, 2, 4))), lambda: gru(zeros(0, 2, 3)),
            lambda: nn.GRUCell(3, 4)(zeros(1, 2, 3)), lambda: nn.GRUCell(3, 4)(zeros(2, 3), zeros(1, 2, 4)),
            lambda: nn.LSTMCell(3, 4)(zeros(2, 3), (zeros(2, 4), zeros(1, 2, 4))),
            lambda: nn.RNNCell(3, 4)(zeros(2, 5)),
            lambda: nn.RNNCell(3, 4)(zeros(2, 3), zeros(3, 4)), lambda: nn.RNNCell(3, 4)(zeros(2, 3), zeros(2, 5)),
            lambda: pack(zeros(4, 2, 3), [2, 3]), lambda: pack(zeros(4, 2, 3), [2]),
            lambda: pack(zeros(4, 2, 3), [2, 0]),
            lambda: pad(pack(zeros(4, 2, 3), [2, 2]), total_length=1),
            lambda: nn.utils.rnn.pad_sequence([zeros(2), zeros(3, 2)]),
            lambda: nn.utils.rnn.pad_sequence(3),
        ]  # fmt: skip

    for i, (mine, their) in enumerate(
        zip(wrong(vizgrad, vizgrad.zeros), wrong(torch(), torch().zeros), strict=True)
    ):
        with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever PyTorch raises
            their()
        with pytest.raises(type(expected.value)) as found:
            mine()
        if type(expected.value) is not RuntimeError:
            assert str(found.value) == str(expected.value), i


def test_dropout_between_layers_only():
    vizgrad.manual_seed(0)
    layer = vizgrad.nn.LSTM(3, 8, 2, dropout=1.0)
    x = vizgrad.randn(5, 2, 3)
    first, _ = layer(x)
    assert first.abs().sum().item() > 0
    changed = copy.deepcopy(layer)
    vizgrad.nn.init.normal_(changed.weight_ih_l0)
    assert np.array_equal(numbers(first), numbers(changed(x)[0]))  # nothing of the first layer gets through
    assert not np.array_equal(numbers(layer.eval()(x)[0]), numbers(first))
    with pytest.warns(UserWarning, match="num_layers greater than 1"):
        vizgrad.nn.GRU(3, 4, dropout=0.5)


def test_half_precision_and_deep_copies():
    layer = vizgrad.nn.GRU(3, 4)
    x = vizgrad.randn(5, 2, 3)
    y, _ = layer(x)
    for kind in (vizgrad.bfloat16, vizgrad.float16):
        small = copy.deepcopy(layer).to(kind)
        assert small.weight_ih_l0.dtype == kind
        near, last = small(x.to(kind))
        assert near.dtype == last.dtype == kind
        assert (near.float() - y).abs().max().item() < 0.02
        near.sum().backward()
        assert small.weight_hh_l0.grad.dtype == kind
