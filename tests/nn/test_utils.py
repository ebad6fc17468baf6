"""nn.utils beside PyTorch: the same programs in both libraries, with the same weights."""

import copy
import importlib
import warnings

import numpy as np
import pytest

import vizgrad
from tests.alike import draw, numbers, same, torch

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:.*deprecated", "ignore:.*`weights_only")]


def tensor(t, shape, seed=0):
    return t.tensor(draw(shape, seed))


def linear(t, rows=3, columns=4, seed=0):
    layer = t.nn.Linear(columns, rows, dtype=t.float64)
    layer.load_state_dict({"weight": tensor(t, (rows, columns), seed), "bias": tensor(t, rows, seed + 1)})
    return layer


def conv(t, kind="Conv2d"):
    layer = getattr(t.nn, kind)(2, 3, 3, dtype=t.float64)
    layer.load_state_dict({k: tensor(t, tuple(v.shape), 3) for k, v in layer.state_dict().items()})
    return layer


def trained(t, layer, x):
    """What two steps of training leave behind: outputs, gradients, state."""
    found = []
    for _ in range(2):
        layer.zero_grad()
        y = layer(x)
        (y * y).sum().backward()
        found += [y, *(p.grad for p in layer.parameters())]
        with t.no_grad():
            for p in layer.parameters():
                p -= 0.01 * p.grad
    return [*found, *layer.state_dict().values(), "\n".join(layer.state_dict()), repr(layer)]


def weight_norm(t):
    for dim in (0, 1, None):
        layer = t.nn.utils.parametrizations.weight_norm(linear(t), dim=dim)
        yield from trained(t, layer, tensor(t, (2, 4)))
        yield layer.weight
    layer = t.nn.utils.parametrizations.weight_norm(conv(t))
    layer.load_state_dict({k.replace("parametrizations.weight.original0", "weight_g").replace(
        "parametrizations.weight.original1", "weight_v"): v for k, v in layer.state_dict().items()})  # fmt: skip
    yield from trained(t, layer, tensor(t, (2, 2, 5, 5)))
    yield repr(t.nn.utils.parametrize.remove_parametrizations(layer, "weight"))


def old_weight_norm(t):
    layer = t.nn.utils.weight_norm(linear(t))
    yield from trained(t, layer, tensor(t, (2, 4)))
    t.nn.utils.remove_weight_norm(layer)
    yield from layer.state_dict().values()
    yield ",".join(sorted(layer.state_dict()))


def spectral_norm(t):
    for make, shape in (
        (lambda: linear(t), (2, 4)),
        (lambda: conv(t), (2, 2, 5, 5)),
        (lambda: conv(t, "ConvTranspose2d"), (2, 2, 5, 5)),
    ):
        layer = t.nn.utils.parametrizations.spectral_norm(make(), n_power_iterations=200)
        with t.no_grad():
            layer(tensor(t, shape))  # power iteration from random vectors has arrived: only signs differ
        singular = t.linalg.svdvals(layer.weight.detach().reshape(layer.weight.shape[0], -1))
        yield singular if "Transpose" not in repr(layer) else layer.weight
        layer.eval()
        y = layer(tensor(t, shape))
        y.sum().backward()
        yield from (y, layer.parametrizations.weight.original.grad, ",".join(layer.state_dict()))
        old = t.nn.utils.spectral_norm(make(), n_power_iterations=200)
        with t.no_grad():
            old(tensor(t, shape))
        yield from (old.eval()(tensor(t, shape)), ",".join(old.state_dict()))
        t.nn.utils.remove_spectral_norm(old)
        yield from (old.weight, ",".join(old.state_dict()))


def orthogonal(t):
    for rows, columns in ((4, 4), (5, 3), (3, 5)):
        for kind in ("matrix_exp", "cayley", "householder"):
            for based in (True, False):
                layer = linear(t, rows, columns)
                t.nn.utils.parametrizations.orthogonal(layer, "weight", kind, use_trivialization=based)
                w = layer.weight if rows >= columns else layer.weight.mT
                yield w.mT @ w
                if rows == columns or not based:
                    yield from trained(t, layer, tensor(t, (2, columns)))
                if based or kind == "householder":
                    q = t.linalg.qr(tensor(t, (max(rows, columns), min(rows, columns)), 9))[0]
                    layer.weight = q if rows >= columns else q.mT
                    yield layer.weight - (q if rows >= columns else q.mT)


def parametrize(t):
    nn, ways = t.nn, t.nn.utils.parametrize

    class Symmetric(nn.Module):
        def forward(self, x):
            return x.triu() + x.triu(1).transpose(-1, -2)

        def right_inverse(self, a):
            return a.triu()

    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(t.tensor(2.0, dtype=t.float64))

        def forward(self, x):
            return x * self.scale

    layer = linear(t, 4, 4)
    ways.register_parametrization(layer, "weight", Symmetric())
    yield from trained(t, layer, tensor(t, (2, 4)))
    layer.weight = t.eye(4, dtype=t.float64) * 3
    yield layer.weight
    ways.register_parametrization(layer, "weight", Scaled())
    ways.register_parametrization(layer, "bias", Scaled())
    yield from trained(t, layer, tensor(t, (2, 4)))
    with ways.cached():
        yield str(layer.weight is layer.weight)
    twin = copy.deepcopy(layer)
    yield from (
        twin(tensor(t, (2, 4))),
        str(ways.is_parametrized(twin, "bias")),
        ways.type_before_parametrizations(twin).__name__,
    )
    other = linear(t, 4, 4, seed=5)
    ways.transfer_parametrizations_and_params(layer, other)
    yield other(tensor(t, (2, 4)))
    ways.remove_parametrizations(layer, "weight")
    ways.remove_parametrizations(layer, "bias", leave_parametrized=False)
    yield from (layer.weight, layer.bias, repr(layer), str(ways.is_parametrized(layer)))


def pruning(t):
    return importlib.import_module(f"{t.__name__}.nn.utils.prune")


def prune(t):
    ways = pruning(t)
    layer = linear(t, 5, 6)
    ways.l1_unstructured(layer, "weight", 0.3)
    yield from trained(t, layer, tensor(t, (2, 6)))
    ways.ln_structured(layer, "weight", 2, n=2, dim=0)
    ways.l1_unstructured(layer, "weight", amount=3, importance_scores=tensor(t, (5, 6), 4).abs())
    ways.identity(layer, "bias")
    yield from trained(t, layer, tensor(t, (2, 6)))
    mask = t.ones(5, 6)
    mask[1] = 0
    ways.custom_from_mask(layer, "weight", mask)
    yield from (
        layer.weight,
        layer.weight_mask,
        str(ways.is_pruned(layer)),
        str(len(layer._forward_pre_hooks)),
    )
    ways.remove(layer, "weight")
    ways.remove(layer, "bias")
    yield from (layer.weight, ",".join(layer.state_dict()), str(ways.is_pruned(layer)))
    first, second = linear(t, 5, 6, 1), linear(t, 2, 5, 2)
    ways.global_unstructured([(first, "weight"), (second, "weight")], ways.L1Unstructured, amount=0.5)
    yield from (first.weight, second.weight)
    ways.random_structured(first, "weight", amount=2, dim=1)
    ways.random_unstructured(second, "bias", amount=1)
    yield from (str(int((first.weight.abs().sum(0) == 0).sum()) >= 2), str(int((second.bias == 0).sum())))


def fusion(t):
    for make, norm, shape in ((conv, "BatchNorm2d", (2, 2, 5, 5)), (linear, "BatchNorm1d", (2, 4))):
        layer, bn = make(t), getattr(t.nn, norm)(3, dtype=t.float64)
        bn.load_state_dict(
            {k: tensor(t, tuple(v.shape), 8).abs() + 0.5 if v.ndim else v for k, v in bn.state_dict().items()}
        )
        layer.eval(), bn.eval()
        fuse = t.nn.utils.fuse_conv_bn_eval if make is conv else t.nn.utils.fuse_linear_bn_eval
        yield from (fuse(layer, bn)(tensor(t, shape)), bn(layer(tensor(t, shape))))


def stateless(t):
    layer, x = t.nn.Sequential(linear(t), t.nn.ReLU(), linear(t, 3, 3)), tensor(t, (2, 4))
    layer[2].bias = layer[0].bias
    w = tensor(t, (3, 4), 7).requires_grad_()
    y = t.nn.utils.stateless.functional_call(layer, {"0.weight": w, "0.bias": tensor(t, 3, 8)}, (x,))
    y.sum().backward()
    yield from (y, w.grad, str(layer[0].weight.grad), layer(x))


def clipping(t):
    for settings in (
        {"max_norm": 1.0},
        {"max_norm": 100.0},
        {"max_norm": 0.5, "norm_type": 1},
        {"max_norm": 1, "norm_type": np.inf},
    ):
        layer = linear(t)
        layer(tensor(t, (2, 4))).pow(2).sum().backward()
        yield t.nn.utils.clip_grad_norm_(layer.parameters(), **settings)
        yield t.nn.utils.get_total_norm([p.grad for p in layer.parameters()])
        t.nn.utils.clip_grad_value_(layer.parameters(), 0.05)
        yield from (layer.weight.grad, t.nn.utils.parameters_to_vector(layer.parameters()))


PROGRAMS = [
    weight_norm,
    old_weight_norm,
    spectral_norm,
    orthogonal,
    parametrize,
    prune,
    fusion,
    stateless,
    clipping,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_programs(program):
    for i, (a, b) in enumerate(zip(program(vizgrad), program(torch()), strict=True)):
        if isinstance(b, str):
            assert a == b, i
        else:
            same(a, b, rtol=1e-7, atol=1e-9, what=str(i))


def wrong(t):
    """Mistakes, each as a call."""
    utils, layer = t.nn.utils, linear(t)
    ways, made = utils.parametrize, utils.parametrizations
    half = type("Half", (t.nn.Module,), {"forward": lambda self, x: x[:1]})
    cast = type("Cast", (t.nn.Module,), {"forward": lambda self, x: x.float()})
    twice = made.weight_norm(linear(t))
    broken = t.nn.Parameter(t.ones(2))
    broken.grad = t.tensor([np.nan, 1.0])
    return [
        lambda: ways.register_parametrization(layer, "nothing", half()),
        lambda: ways.register_parametrization(linear(t), "weight", half()),
        lambda: ways.register_parametrization(linear(t), "weight", cast()),
        lambda: ways.ParametrizationList([], layer.weight),
        lambda: ways.remove_parametrizations(layer, "weight"),
        lambda: ways.remove_parametrizations(twice, "weight", leave_parametrized=False),
        lambda: made.orthogonal(linear(t), "bias"),
        lambda: made.orthogonal(linear(t), "weight", "turn"),
        lambda: made.spectral_norm(linear(t), "x"),
        lambda: made.spectral_norm(linear(t), n_power_iterations=0),
        lambda: made.spectral_norm(linear(t), dim=4),
        lambda: utils.remove_weight_norm(layer),
        lambda: utils.remove_spectral_norm(layer),
        lambda: utils.weight_norm(utils.weight_norm(linear(t))),
        lambda: utils.skip_init(dict),
        lambda: utils.fuse_conv_bn_eval(conv(t), t.nn.BatchNorm2d(3)),
        lambda: utils.clip_grad_norm_([broken], 1.0, error_if_nonfinite=True),
        lambda: utils.vector_to_parameters(3, []),
        lambda: utils.stateless.functional_call(layer, {"weight": layer.weight}, (1,), strict=True),
    ]


def wrong_pruning(t):
    """Mistakes in pruning, each as a call."""
    cut, layer = pruning(t), linear(t)
    return [
        lambda: cut.remove(layer, "weight"),
        lambda: cut.l1_unstructured(linear(t), "weight", -1),
        lambda: cut.l1_unstructured(linear(t), "weight", 1.5),
        lambda: cut.l1_unstructured(linear(t), "weight", "x"),
        lambda: cut.l1_unstructured(linear(t), "weight", 100),
        lambda: cut.ln_structured(linear(t), "weight", 1, 2, 5),
        lambda: cut.random_structured(linear(t), "bias", 1, 0),
        lambda: cut.global_unstructured(3, cut.L1Unstructured, amount=1),
        lambda: cut.global_unstructured([(linear(t), "weight")], cut.LnStructured, amount=1, n=2),
    ]


@pytest.mark.parametrize("wrong", [wrong, wrong_pruning])
def test_what_they_refuse(wrong):
    for mine, their in zip(wrong(vizgrad), wrong(torch()), strict=True):
        with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever PyTorch raises
            their()
        with pytest.raises(type(expected.value)):
            mine()


def test_a_module_whose_numbers_do_not_matter():
    made = vizgrad.nn.utils.skip_init(vizgrad.nn.Linear, 2, 3)
    assert [tuple(p.shape) for p in made.parameters()] == [(3, 2), (3,)]
    assert np.isfinite(numbers(made.to_empty(device="cpu").weight)).shape == (3, 2)


def test_tensors_that_are_swapped_are_each_other_for_everyone_who_holds_them():
    w, v = vizgrad.nn.Parameter(vizgrad.zeros(3)), vizgrad.ones(2)
    v.note, held = "mine", [w, v]
    y = v * vizgrad.ones(2, requires_grad=True)
    vizgrad.utils.swap_tensors(w, v)
    assert held[0].tolist() == [1, 1]
    assert held[0].note == "mine"
    assert type(held[0]) is vizgrad.Tensor
    assert isinstance(held[1], vizgrad.nn.Parameter)
    vizgrad.utils.swap_tensors(y, w)
    assert w.grad_fn is not None
    assert y.is_leaf
    with pytest.raises(TypeError, match="t2 must be a Tensor, but got int"):
        vizgrad.utils.swap_tensors(w, 5)


@pytest.mark.parametrize("swap", [False, True])
def test_a_loaded_parameter_stays_itself_where_parameters_are_swapped(swap):
    layer, other = vizgrad.nn.Linear(2, 2), vizgrad.nn.Linear(2, 2)
    weight = layer.weight
    vizgrad.__future__.set_swap_module_params_on_conversion(swap)
    try:
        layer.load_state_dict(other.state_dict(), assign=True)
    finally:
        vizgrad.__future__.set_swap_module_params_on_conversion(False)
    assert (layer.weight is weight) is swap
    assert vizgrad.equal(layer.weight, other.weight)


def test_rooms_that_open_when_first_used():
    assert vizgrad.functional.einsum is vizgrad.einsum
    assert vizgrad.datasets.MNIST.__name__ == "MNIST"
    assert callable(vizgrad.transforms.ToTensor())


@pytest.mark.parametrize(("shape", "words"), [((2, 3), "2-D input"), ((2, 3, 4), "3D input .* dropout1d")])
def test_dropout2d_warns_of_what_is_no_picture(shape, words):
    with pytest.warns(UserWarning, match=words):
        vizgrad.nn.functional.dropout2d(vizgrad.ones(shape))


def test_a_regular_backward_hook_hears_the_gradients_of_the_last_node():
    def heard(lib):
        layer, found = lib.nn.Conv2d(2, 3, 1), []
        handle = layer.register_backward_hook(
            lambda m, i, o: found.append([tuple(g.shape) for g in (*i, *o)])
        )
        with pytest.raises(RuntimeError, match="both regular backward hooks and full"):
            layer.register_full_backward_hook(print)
        x = lib.ones(1, 2, 2, 2, requires_grad=True) * 1
        with pytest.warns(FutureWarning, match="multiple autograd Nodes .* some grad_input"):
            layer(x).sum().backward()
        handle.remove()
        relu = lib.nn.ReLU()
        relu.register_backward_hook(lambda m, i, o: (i[0] * 2,))
        y = lib.ones(2, requires_grad=True)
        relu(y * 1).sum().backward()
        return found, y.grad.tolist()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert heard(vizgrad) == heard(torch())
