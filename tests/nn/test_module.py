"""Module: attributes, names, saving and loading, hooks, printing; beside PyTorch where both can say it."""

import copy
import pickle
from collections import OrderedDict
from dataclasses import dataclass

import pytest

import vizgrad
from tests.alike import torch
from vizgrad import nn
from vizgrad.engine import watch
from vizgrad.engine.local import here


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.norm = nn.BatchNorm1d(4)
        self.second = nn.Linear(4, 2)
        self.scale = nn.Parameter(vizgrad.ones(1))
        self.register_buffer("seen", vizgrad.zeros(2))
        self.register_buffer("hidden", vizgrad.zeros(2), persistent=False)

    def forward(self, x):
        return self.second(self.norm(self.first(x)).relu()) * self.scale


NAMES = ["scale", "first.weight", "first.bias", "norm.weight", "norm.bias", "second.weight", "second.bias"]
KEYS = ["scale", "seen", "first.weight", "first.bias", "norm.weight", "norm.bias", "norm.running_mean",
        "norm.running_var", "norm.num_batches_tracked", "second.weight", "second.bias"]  # fmt: skip


def test_names():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert list(net.state_dict()) == KEYS
    assert [name for name, _ in net.named_modules()] == ["", "first", "norm", "second"]
    assert [name for name, _ in net.named_buffers()][:2] == ["seen", "hidden"]
    assert net.get_submodule("norm") is net.norm
    assert net.get_parameter("first.weight") is net.first.weight
    assert net.get_buffer("norm.running_mean") is net.norm.running_mean


def test_without_calling_the_parents_init():
    class Bare(nn.Module):
        def __init__(self):
            self.inner = nn.Linear(2, 2)
            self.weight = nn.Parameter(vizgrad.ones(2))

        def forward(self, x):
            return self.inner(x) * self.weight

    assert [name for name, _ in Bare().named_parameters()] == ["weight", "inner.weight", "inner.bias"]


def test_a_layer_may_be_a_dataclass():
    @dataclass(eq=False, repr=False)
    class Scale(nn.Module):
        factor: float = 2.0
        inplace: bool = False

        def forward(self, x):
            return self.factor * x

    layer = Scale(3.0)
    assert repr(layer) == "Scale(factor=3.0)"
    assert repr(Scale(inplace=True)) == "Scale(factor=2.0, inplace=True)"
    assert layer(vizgrad.ones(2)).tolist() == [3.0, 3.0]
    assert layer.training
    assert not layer.eval().training


def test_attributes_change_kind():
    m = nn.Module()
    m.x = 3
    m.x = nn.Parameter(vizgrad.ones(1))
    assert list(m._parameters) == ["x"]
    m.x = None
    assert m.x is None
    assert list(m._parameters) == ["x"]
    with pytest.raises(TypeError, match="cannot assign 'Tensor' as parameter 'x'"):
        m.x = vizgrad.ones(1)
    del m.x
    with pytest.raises(AttributeError, match="'Module' object has no attribute 'x'"):
        m.x  # noqa: B018
    m.x = nn.Linear(1, 1)
    with pytest.raises(TypeError, match="cannot assign 'int' as child module 'x'"):
        m.x = 3
    m.x = nn.Parameter(vizgrad.ones(1))
    assert not m._modules
    m.b = nn.Buffer(vizgrad.zeros(1), persistent=False)
    m.b = vizgrad.ones(1)
    assert list(m.state_dict()) == ["x"]
    assert [name for name, _ in m.named_buffers()] == ["b"]


def test_registering_refuses():
    m = nn.Linear(2, 2)
    with pytest.raises(KeyError, match="contain"):
        m.register_parameter("a.b", None)
    with pytest.raises(KeyError, match="empty string"):
        m.register_buffer("", None)
    with pytest.raises(KeyError, match="'weight' already exists"):
        m.register_buffer("weight", None)
    with pytest.raises(TypeError, match="is not a Module subclass"):
        m.add_module("x", 3)
    with pytest.raises(ValueError, match="non-leaf Tensor"):
        m.register_parameter("y", _not_a_leaf(m))


def _not_a_leaf(m):
    p = nn.Parameter(vizgrad.ones(2))
    p.node = (m.weight * 2).node
    return p


def test_shared_parameters_are_named_once():
    m = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    m[1].weight = m[0].weight
    assert [name for name, _ in m.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert len(list(m.named_parameters(remove_duplicate=False))) == 4
    assert list(m.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_train_and_eval_reach_everything():
    net = nn.Sequential(Net(), nn.Dropout())
    assert not any(m.training for m in net.eval().modules())
    assert all(m.training for m in net.train().modules())
    with pytest.raises(ValueError, match="boolean"):
        net.train(1)


def test_changing_dtype_keeps_the_parameters():
    net = Net()
    before = list(net.parameters())
    net(vizgrad.ones(5, 3)).sum().backward()
    net.double()
    assert all(a is b for a, b in zip(before, net.parameters(), strict=True))
    assert {str(p.dtype) for p in net.parameters()} == {"torch.float64"}
    assert str(net.first.weight.grad.dtype) == "torch.float64"
    assert str(net.norm.num_batches_tracked.dtype) == "torch.int64"
    assert str(net.to(vizgrad.float32).seen.dtype) == "torch.float32"
    assert str(net.to("cpu", vizgrad.float64).seen.dtype) == "torch.float64"
    with pytest.raises(TypeError, match="only accepts floating point"):
        net.to(vizgrad.int64)


def test_zero_grad_and_requires_grad():
    net = Net()
    net(vizgrad.ones(5, 3)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert net.first.weight.grad.sum().item() == 0
    net.zero_grad()
    assert net.first.weight.grad is None
    assert not any(p.requires_grad for p in net.requires_grad_(False).parameters())


def test_apply_visits_children_first():
    seen = []
    Net().apply(lambda m: seen.append(type(m).__name__))
    assert seen == ["Linear", "BatchNorm1d", "Linear", "Net"]


# --- saving and loading


def test_loading_copies_into_the_same_memory():
    a, b = Net(), Net()
    weight = b.first.weight
    answer = b.load_state_dict(a.state_dict())
    assert str(answer) == "<All keys matched successfully>"
    assert b.first.weight is weight
    assert weight.equal(a.first.weight)


MISTAKES = {
    "missing": (lambda s: s.pop("scale"), r'Missing key\(s\) in state_dict: "scale". '),
    "unexpected": (lambda s: s.update(other=s["scale"]), r'Unexpected key\(s\) in state_dict: "other". '),
    "shape": (lambda s: s.update(scale=s["seen"]), r"size mismatch for scale: copying a param with shape "),
    "child": (lambda s: s.update({"third.weight": s["seen"]}), r'Unexpected .*"third.weight"'),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_loading_tells_what_is_wrong(mistake):
    spoil, message = MISTAKES[mistake]
    state = Net().state_dict()
    spoil(state)
    with pytest.raises(RuntimeError, match=r"Error\(s\) in loading state_dict for Net:\n\t.*" + message):
        Net().load_state_dict(state)
    if mistake in ("missing", "unexpected"):
        answer = Net().load_state_dict(state, strict=False)
        assert answer.missing_keys == (["scale"] if mistake == "missing" else [])
        assert answer.unexpected_keys == (["other"] if mistake == "unexpected" else [])


@pytest.mark.torch
@pytest.mark.parametrize("mistake", MISTAKES)
def test_loading_says_it_in_torchs_words(mistake):
    t = torch()

    def message(nn, ones):
        net = nn.Sequential(OrderedDict(first=nn.Linear(3, 4), norm=nn.BatchNorm1d(4)))
        net.scale, net.seen = nn.Parameter(ones(1)), None
        state = net.state_dict()
        state["seen"] = ones(2)
        MISTAKES[mistake][0](state)
        state.pop("seen")
        with pytest.raises(RuntimeError) as caught:
            net.load_state_dict(state)
        return str(caught.value)

    assert message(nn, vizgrad.ones) == message(t.nn, t.ones)


def test_assigning_keeps_parameters_parameters():
    net, state = nn.Linear(2, 2), {"weight": vizgrad.zeros(2, 2).double(), "bias": vizgrad.zeros(2).double()}
    net.load_state_dict(state, assign=True)
    assert isinstance(net.weight, nn.Parameter)
    assert str(net.weight.dtype) == "torch.float64"
    assert net.weight.requires_grad


def test_extra_state_and_hooks_around_saving():
    class Counting(nn.Linear):
        count = 3

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state):
            self.count = state["count"]

    net = nn.Sequential(Counting(1, 1))
    net.register_state_dict_post_hook(lambda module, state, prefix, meta: state.update(note=1))
    state = net.state_dict()
    assert list(state) == ["0.weight", "0.bias", "0._extra_state", "note"]
    assert state._metadata["0"] == {"version": 1}
    del state["note"]
    state["0._extra_state"] = {"count": 7}
    net.register_load_state_dict_post_hook(lambda module, keys: None)
    net.load_state_dict(state)
    assert net[0].count == 7


def test_copies_and_pickles():
    net = Net()
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert list(other.state_dict()) == KEYS
        assert other.first.weight.equal(net.first.weight)
        assert other.first.weight is not net.first.weight
        assert isinstance(other.first.weight, nn.Parameter)
        assert other(vizgrad.ones(5, 3)).shape == (5, 2)


# --- hooks


def test_forward_hooks():
    net, seen = nn.Linear(2, 2), []
    net.register_forward_pre_hook(lambda m, args: (args[0] * 0,))
    net.register_forward_pre_hook(lambda m, args, kwargs: seen.append(kwargs), with_kwargs=True)
    handle = net.register_forward_hook(lambda m, args, y: y + 1)
    assert net(vizgrad.ones(1, 2)).equal(net.bias + vizgrad.ones(1, 2))
    handle.remove()
    assert net(vizgrad.ones(1, 2)).equal(net.bias + vizgrad.zeros(1, 2))
    assert seen == [{}, {}]


def test_a_hook_that_is_always_called():
    class Fails(nn.Module):
        def forward(self):
            raise KeyError("no")

    net, seen = Fails(), []
    net.register_forward_hook(lambda m, args, y: seen.append(y), always_call=True)
    with pytest.raises(KeyError):
        net()
    assert seen == [None]


def test_hooks_for_all_modules():
    from vizgrad.nn.hooks import register_module_forward_hook

    seen = []
    with register_module_forward_hook(lambda m, args, y: seen.append(type(m).__name__)):
        Net()(vizgrad.ones(5, 3))
    Net()(vizgrad.ones(5, 3))
    assert seen == ["Linear", "BatchNorm1d", "Linear", "Net"]


@pytest.mark.torch
def test_full_backward_hooks():
    """The same gradients are seen, in the same order, and a returned one replaces what flows on."""
    t = torch()

    def run(nn, tensor):
        class Two(nn.Module):
            def forward(self, a, b):
                return a * b, a + b

        two, seen = Two(), []
        two.register_full_backward_pre_hook(lambda m, g: seen.append([x.tolist() for x in g]))
        two.register_full_backward_hook(lambda m, gi, go: seen.append([x.tolist() for x in (*gi, *go)]))
        two.register_full_backward_hook(lambda m, gi, go: (gi[0] * 10, gi[1]))
        a, b = (tensor(x).requires_grad_() for x in ([1.0, 2.0], [3.0, 4.0]))
        y, z = two(a * 1, b * 1)
        (y.sum() + 2 * z.sum()).backward()
        return seen, a.grad.tolist(), b.grad.tolist()

    assert run(nn, vizgrad.tensor) == run(t.nn, t.tensor)


def test_a_backward_hook_without_gradients_of_inputs():
    net, seen = nn.Linear(2, 1), []
    net.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go[0].tolist())))
    with pytest.warns(UserWarning, match="no inputs require gradients"):
        net(vizgrad.ones(1, 2)).sum().backward()
    assert seen == [((None,), [[1.0]])]


# --- watching


def test_layers_are_named_only_while_somebody_watches():
    net, seen = Net(), []

    class Look(watch.Watcher):
        def on_op(self, op, inputs, out, settings):
            seen.append((op.name, [type(m).__name__ for m in here.layers]))

    net.first.register_forward_hook(lambda m, args, y: seen.append(len(here.layers)))
    net(vizgrad.ones(5, 3))
    assert seen == [0]
    with watch.watching(Look()):
        net(vizgrad.ones(5, 3))
    assert ("linear", ["Net", "Linear"]) in seen
    assert seen[-1] == ("mul", ["Net"])
    assert here.layers == []


def test_layers_are_forgotten_when_forward_raises():
    with watch.watching(watch.Watcher()), pytest.raises(RuntimeError, match="linear"):
        Net()(vizgrad.ones(5, 7))
    assert here.layers == []


def test_parameters_are_counted_as_parameters():
    from vizgrad.engine.storage import PARAMETERS
    from vizgrad.engine.surface.counting import counting

    with counting() as totals:
        before = totals[PARAMETERS]
        net = nn.Linear(10, 5)
        assert totals[PARAMETERS] - before == 4 * 55
        net.double()
        assert totals[PARAMETERS] - before == 8 * 55
        del net
        assert totals[PARAMETERS] == before


# --- printing


def test_printing():
    net = nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 2, 3), deep=nn.Sequential(nn.ReLU())))
    assert repr(net) == (
        "Sequential(\n"
        "  (conv): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))\n"
        "  (deep): Sequential(\n"
        "    (0): ReLU()\n"
        "  )\n"
        ")"
    )
