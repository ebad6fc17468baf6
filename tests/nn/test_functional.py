"""Functions beyond the layers: the same expression in both libraries, with gradients."""

import math

import numpy as np
import pytest

import vizgrad
from tests.alike import draw, numbers, ours, same, theirs, torch
from vizgrad import nn
from vizgrad.nn import init

# x: 2×3×5×4, y: 2×3×4, q: 2×2×3×4, t: whole numbers 0…3 in 2×4
EXPRESSIONS = """
F.pad(x, (1, 2, 0, 3), value=0.5)
F.pad(x, (-1, 2))
F.pad(x, (1, 2, 3, 0), mode="reflect")
F.pad(x, (1, 2, 3, 0), mode="replicate")
F.pad(x, (1, 2, 3, 0), mode="circular")
F.normalize(y)
F.normalize(y, p=1.0, dim=-1)
F.cosine_similarity(y, y.flip(0), dim=2)
F.pairwise_distance(y[0], y[1])
F.one_hot(t, 5).to(y.dtype) * y.sum()
F.softmax(y, dim=1).log()
F.log_softmax(y, dim=0)
F.relu(y * 1, inplace=True) * 2
F.leaky_relu_(y * 1, 0.3)
F.elu_(y * 1)
F.silu(y * 1, inplace=True) * y
F.nll_loss(F.log_softmax(x[:, 0, :4], 1), t)
F.nll_loss(F.log_softmax(x[:, 0, :4], 1), t, weight=W(4), ignore_index=1, reduction="sum")
F.cross_entropy(x[:, 0, :4], t, weight=W(4), label_smoothing=0.2)
F.cross_entropy(x[:, 0, :4], F.softmax(x[:, 1, :4], 1), weight=W(4))
F.binary_cross_entropy(y.sigmoid(), (y > 0).to(y.dtype), weight=W(4))
F.binary_cross_entropy_with_logits(y, (y > 0).to(y.dtype), pos_weight=W(4))
F.kl_div(F.log_softmax(y, -1), F.softmax(y.detach(), 0), reduction="sum")
F.huber_loss(y, y.detach().flip(0), delta=0.5, reduction="none")
F.smooth_l1_loss(y, y.detach().flip(0), beta=0.0)
F.gaussian_nll_loss(y, y.detach() * 0, y.detach() ** 2 + 0.1, full=True)
F.margin_ranking_loss(y[0], y[1], (y[0].detach() > 0) * 2.0 - 1, margin=0.1)
F.hinge_embedding_loss(y, (y.detach() > 0) * 2.0 - 1, margin=0.5)
F.scaled_dot_product_attention(q, q + 1, q * 2)
F.scaled_dot_product_attention(q, q, q, is_causal=True, scale=0.3)
F.scaled_dot_product_attention(q, q, q, attn_mask=q[:, :1, :, :3].detach())
F.scaled_dot_product_attention(q, q, q, attn_mask=q[:, :1, :, :3].detach() > -1)
F.max_pool2d(x, 2, return_indices=True)[0]
F.adaptive_max_pool2d(x, (2, 3))
F.batch_norm(x, None, None, training=True)
F.instance_norm(x)
F.group_norm(x, 3)
F.layer_norm(y, (3, 4))
F.rms_norm(y, (4,))
F.conv2d(x, x[:, :, :3, :3], padding=1)
F.conv_transpose2d(x, x[0][:, None], stride=2)
F.bilinear(y, y, y[:, :, None, :].expand(2, 3, 4, 4)[:, 0])
F.prelu(x, W(3))
F.dropout(y, 0.5, training=False)
F.interpolate(x, (3, 9), mode="bilinear", antialias=True)
F.interpolate(x, scale_factor=0.6, mode="bicubic", antialias=True)
F.interpolate(x, (3, 3), mode="area")
F.grid_sample(x, F.affine_grid(y[:, :2, :3], (2, 3, 4, 4), align_corners=False), align_corners=False)
F.grid_sample(x, 2 * y[:, :, :, None][:, :, :2, [0, 0]], "bicubic", "reflection", align_corners=True)
F.grid_sample(x, 2 * y[:, :, :, None][:, :, :2, [0, 0]], "bilinear", "border", align_corners=True)
F.grid_sample(x, y[:, :, :, None][:, :, :2, [0, 0]], "nearest", align_corners=False)
F.fractional_max_pool2d(x, 2, (2, 3), _random_samples=x[:, :, :2, 0].detach().sigmoid())
F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=(5, 4))
F.lp_pool2d(x.abs(), 3.0, 2)
F.local_response_norm(x, 2, k=0.5)
F.pdist(y[0], p=3.0)
F.embedding_bag(t.reshape(-1), y.reshape(6, 4), t[0].cumsum(0) - t[0][0], mode="sum")
F.multilabel_margin_loss(y[0], t[[0, 1, 0]] - 1)
F.conv_tbc(y, y[:1].transpose(1, 2), W(3), pad=1)
""".strip().splitlines()


def value(library, text, made):
    tensors = {
        "x": made(draw((2, 3, 5, 4), 1), True),
        "y": made(draw((2, 3, 4), 2), True),
        "q": made(draw((2, 2, 3, 4), 3), True),
        "t": made(draw((2, 4), 4, whole=4)),
    }
    weights = lambda n: made(np.linspace(0.5, 2, n))
    return eval(text, {"F": library.nn.functional, "W": weights, **tensors}), tensors


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_same_as_torch(text):
    (have, mine), (want, yours) = value(vizgrad, text, ours), value(torch(), text, theirs)
    same(have, want)
    g = draw(tuple(want.shape), 9)
    have.backward(ours(g)), want.backward(theirs(g))
    for name in ("x", "y", "q"):
        same(mine[name].grad, yours[name].grad, what=f"gradient of {name}")


ATTENTION = """
MultiheadAttention(8, 2) @ {}
MultiheadAttention(8, 2, batch_first=True, bias=False) @ {}
MultiheadAttention(8, 4, add_bias_kv=True, add_zero_attn=True) @ dict(average_attn_weights=False)
MultiheadAttention(8, 2) @ dict(need_weights=False)
MultiheadAttention(8, 2) @ dict(attn_mask=causal, is_causal=True, need_weights=False)
MultiheadAttention(8, 2) @ dict(attn_mask=causal, key_padding_mask=padding)
MultiheadAttention(8, 2, add_bias_kv=True) @ dict(key_padding_mask=padding, need_weights=False)
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.parametrize("line", ATTENTION)
@pytest.mark.parametrize("itself", [True, False])
def test_attention(line, itself):
    text, settings = line.split(" @ ")
    n = 4 if "batch_first" in text else 3
    results = []
    start = eval(text, vars(torch().nn).copy()).double().state_dict()
    for library, made in ((vizgrad, ours), (torch(), theirs)):
        layer = eval(text, vars(library.nn).copy()).double()
        layer.load_state_dict({k: made(numbers(v)) for k, v in start.items()})
        x, y = made(draw((n, 7 - n, 8), 0), True), made(draw((n, 7 - n, 8), 1), True)
        masks = {
            "causal": made(np.triu(np.ones((3, 3), bool), 1)),
            "padding": made(draw((4, 3), 5) > [9, 0, 1]),
        }
        out, weights = layer(*([x] * 3 if itself else [x, y, y]), **eval(settings, masks))
        (out * out).sum().backward()
        results.append((out, weights, x.grad, y.grad, [p.grad for p in layer.parameters()]))
    (*have, mine), (*want, yours) = results
    for a, b in zip(have + mine, want + yours, strict=True):
        same(a, b, rtol=1e-8)


def test_running_statistics_move_and_ignore_gradients():
    bn = nn.BatchNorm1d(2, momentum=0.5)
    x = vizgrad.tensor([[1.0, 2.0], [3.0, 6.0]], requires_grad=True)
    bn(x).sum().backward()
    assert bn.running_mean.tolist() == [1.0, 2.0]
    assert bn.running_var.tolist() == [1.5, 4.5]
    assert not bn.running_mean.requires_grad
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        bn(x[:1])


def test_dropout_keeps_sums_and_repeats_with_a_seed():
    x = vizgrad.ones(200, 200)
    vizgrad.manual_seed(3)
    y = nn.functional.dropout(x, 0.25)
    assert set(np.unique(y.array)) == {0, np.float32(4 / 3)}
    assert float(y.mean()) == pytest.approx(1, abs=0.02)
    vizgrad.manual_seed(3)
    assert nn.functional.dropout(x, 0.25).equal(y)
    channels = nn.functional.dropout2d(vizgrad.ones(50, 40, 3, 3), 0.5).array.reshape(2000, 9)
    assert ((channels == 0).all(1) | (channels == 2).all(1)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f, x: f.cross_entropy(x, vizgrad.tensor([0, 1])), "batch_size"),
        (lambda f, x: f.cross_entropy(x, vizgrad.tensor([0, 1, 4])), "Target 4 is out of bounds"),
        (lambda f, x: f.nll_loss(x, vizgrad.zeros(3)), r"use target.long\(\)"),
        (lambda f, x: f.mse_loss(x, x, reduction="avg"), "avg is not a valid value"),
        (lambda f, x: f.pad(x, (9, 0), mode="reflect"), "less than the corresponding"),
        (lambda f, x: f.dropout(x, 1.5), "between 0 and 1, but got 1.5"),
    ],
)
def test_refuses(call, message):
    with pytest.raises((ValueError, RuntimeError, IndexError), match=message):
        call(nn.functional, vizgrad.ones(3, 4))


def test_a_forgotten_dimension_is_warned_of():
    with pytest.warns(UserWarning, match="different to the input size"):
        nn.functional.mse_loss(vizgrad.ones(3, 1), vizgrad.ones(3))


# --- init


@pytest.mark.torch
@pytest.mark.parametrize("name", ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains(name):
    assert init.calculate_gain(name) == pytest.approx(torch().nn.init.calculate_gain(name))


LAWS = {
    "uniform_(x, -0.2, 0.7)": (0.25, 0.9 / math.sqrt(12)),
    "normal_(x, 0.3, 2.0)": (0.3, 2.0),
    "trunc_normal_(x, std=1.0, a=-1.0, b=1.0)": (0.0, 0.5396),
    "trunc_normal_(x, std=1.0, a=1.5, b=2.0)": (1.7143, 0.1411),  # where one number in 22 falls
    "xavier_uniform_(x, gain=2.0)": (0.0, 2 * math.sqrt(2 / 700)),
    "xavier_normal_(x)": (0.0, math.sqrt(2 / 700)),
    "kaiming_uniform_(x, mode='fan_out', nonlinearity='relu')": (0.0, math.sqrt(2 / 300)),
    "kaiming_normal_(x, a=math.sqrt(5))": (0.0, math.sqrt(1 / 3 / 400)),
}


@pytest.mark.parametrize("text", LAWS)
def test_random_numbers_follow_their_law(text):
    vizgrad.manual_seed(0)
    x = vizgrad.empty(300, 400, requires_grad=True)
    assert eval(text, vars(init) | {"x": x, "math": math}) is x
    mean, std = LAWS[text]
    assert x.array.mean() == pytest.approx(mean, abs=0.02 * std)
    assert x.array.std() == pytest.approx(std, rel=0.01)
    assert x.requires_grad
    assert x.grad_fn is None


def test_orthogonal():
    for shape in ((40, 60), (60, 10, 2, 2)):
        w = init.orthogonal_(vizgrad.empty(*shape), gain=1.5).array.reshape(shape[0], -1)
        product = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
        np.testing.assert_allclose(product, 2.25 * np.eye(len(product)), atol=1e-5)


@pytest.mark.torch
def test_those_that_draw_nothing_equal_torchs():
    for text in ("eye_(x)", "constant_(x, 0.3)", "ones_(x)", "zeros_(x)"):
        have, want = (eval(text, vars(lib.nn.init) | {"x": lib.ones(4, 6)}) for lib in (vizgrad, torch()))
        same(have, want)
    for groups in (1, 2):
        have, want = (lib.nn.init.dirac_(lib.ones(6, 4, 3, 3), groups) for lib in (vizgrad, torch()))
        same(have, want)


# --- utils


@pytest.mark.torch
@pytest.mark.parametrize("norm_type", [2.0, 1.0, math.inf])
def test_clipping_and_vectors(norm_type):
    results = []
    for library, made in ((vizgrad, ours), (torch(), theirs)):
        ps = [library.nn.Parameter(made(draw(s, 0))) for s in ((3, 2), (4,))]
        utils = library.nn.utils
        for p in ps:
            p.grad = made(draw(tuple(p.shape), 1) * 10)
        total = utils.clip_grad_norm_(ps, 1.5, norm_type)
        clipped = [p.grad.clone() for p in ps]
        utils.clip_grad_value_(ps, 0.1)
        vector = utils.parameters_to_vector(ps)
        utils.vector_to_parameters(vector.detach() * 2, ps)
        results.append([total, *clipped, *[p.grad for p in ps], vector, *ps])
    for a, b in zip(*results, strict=True):
        same(a, b)


MISFITS = """
nn.Linear(3, 2)(x.double())
nn.Linear(3, 2)(x.long())
nn.Linear(3, 2)(x[0].half())
F.linear(x, torch.ones(2, 3), torch.ones(2).double())
F.linear(x, torch.ones(4, 5))
F.linear(x, torch.ones(2, 3), torch.ones(3))
nn.LSTMCell(3, 2)(x.double())
nn.GRUCell(3, 2)(x, torch.zeros(2, 2).double())
F.binary_cross_entropy(x, x.long())
F.binary_cross_entropy(x, x.double())
F.binary_cross_entropy_with_logits(x, x.long())
F.mse_loss(x, torch.ones(2))
F.l1_loss(x, torch.ones(4, 3), reduction='sum')
F.nll_loss(x, torch.ones(2).int())
F.cross_entropy(x, torch.ones(2).int(), label_smoothing=0.1)
F.cross_entropy(x, torch.ones(2).bool())
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("text", MISFITS)
def test_what_does_not_fit_together_is_refused_in_the_words_of_torch(text):
    said = []
    for library in (torch(), vizgrad):
        names = {
            "torch": library,
            "nn": library.nn,
            "F": library.nn.functional,
            "x": library.full((2, 3), 0.5),
        }
        with pytest.raises(RuntimeError) as refused:
            eval(text, names)
        said.append(str(refused.value).splitlines()[0])
    assert said[0] in said[1]


@pytest.mark.torch
def test_targets_and_weights_of_another_width_make_no_complex_loss():
    def run(library):
        x = library.full((2, 3), 0.25)
        loss = library.nn.functional.binary_cross_entropy_with_logits
        return loss(x, x.double()), loss(x, x, pos_weight=library.ones(3)), loss(x, x.double(), weight=x)

    for mine, his in zip(run(vizgrad), run(torch()), strict=True):
        same(mine, his, rtol=1e-6)
