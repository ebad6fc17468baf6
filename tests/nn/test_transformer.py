"""Attention with several heads and the Transformer beside PyTorch: every option, every mask, what they refuse."""

import itertools
import warnings

import numpy as np
import pytest

import vizgrad
from tests.alike import copy_weights, draw, ours, same, theirs, torch

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:enable_nested_tensor")]
OPTIONS = {
    "plain": {},
    "bias_k and bias_v": {"add_bias_kv": True},
    "zero": {"add_zero_attn": True},
    "widths": {"kdim": 6, "vdim": 10},
    "no bias": {"bias": False},
    "all": {"add_bias_kv": True, "add_zero_attn": True, "batch_first": True, "kdim": 8, "vdim": 4},
}
KINDS = [None, "bool", "numbers"]


def twins(make):
    """The same module in both libraries, with PyTorch's weights, in float64."""
    mine, their = make(vizgrad.nn, vizgrad.float64), make(torch().nn, torch().float64)
    copy_weights(their, mine)
    assert list(mine.state_dict()) == list(their.state_dict())
    return mine, their


def mask(library, kind, shape, seed):
    """A mask that hides about a third, but never a whole row."""
    if kind is None:
        return None
    hidden = draw(shape, seed) > 0.5
    hidden[..., 0] = False
    found = library.tensor(hidden)
    if kind == "bool":
        return found
    return library.zeros(shape, dtype=library.float64).masked_fill(found, -float("inf"))


def outcome(module, x, run):
    """Outputs, and the gradients of their squares by inputs and parameters."""
    y = run(module)
    parts = [t for t in (y if isinstance(y, tuple) else (y,)) if t is not None]
    module.zero_grad()
    sum((t * t).sum() for t in parts).backward()
    return [*parts, *(t.grad for t in x), *(p.grad for p in module.parameters())]


def agree(mine, their):
    for a, b in zip(mine, their, strict=True):
        same(a, b, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("batched", [True, False])
def test_attention(options, batched):
    settings = OPTIONS[options]
    pair = twins(lambda nn, kind: nn.MultiheadAttention(8, 2, **settings, dtype=kind))
    n, (length, sources) = 3, (4, 5)
    lead = (lambda t: (n, t) if settings.get("batch_first") else (t, n)) if batched else (lambda t: (t,))
    shapes = [
        (*lead(length), 8),
        (*lead(sources), settings.get("kdim", 8)),
        (*lead(sources), settings.get("vdim", 8)),
    ]
    arrays = [draw(shape, seed) for seed, shape in enumerate(shapes)]
    heads = (2 * n if batched else 2, length, sources)
    for need, average, shape, kind, padding in itertools.product(
        (True, False), (True, False), ((length, sources), heads), KINDS, KINDS
    ):
        found = []
        for module, make, library in zip(pair, (ours, theirs), (vizgrad, torch()), strict=True):
            x = [make(a, grad=True) for a in arrays]
            masks = {
                "attn_mask": mask(library, kind, shape, 7),
                "key_padding_mask": mask(library, padding, (n, sources) if batched else (sources,), 8),
            }
            how = masks | {"need_weights": need, "average_attn_weights": average}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of mixed kinds of masks
                found.append(outcome(module, x, lambda m, x=x, how=how: m(*x, **how)))
        agree(*found)


def test_a_row_in_which_all_is_hidden():
    pair = twins(lambda nn, kind: nn.MultiheadAttention(8, 2, dtype=kind))
    x = draw((4, 2, 8), 1)
    for need in (True, False):
        found = []
        for module, make, library in zip(pair, (ours, theirs), (vizgrad, torch()), strict=True):
            q, hidden = make(x), library.zeros((4, 4), dtype=library.bool)
            hidden[1] = True
            found.append([t for t in module(q, q, q, attn_mask=hidden, need_weights=need) if t is not None])
        agree(*found)


LAYERS = {
    "usual": {},
    "normalized first": {"norm_first": True, "activation": "gelu", "batch_first": True},
    "no bias": {"bias": False, "layer_norm_eps": 1e-3},
}


@pytest.mark.parametrize("options", LAYERS)
@pytest.mark.parametrize(
    "part", ["TransformerEncoderLayer", "TransformerDecoderLayer", "Encoder", "Decoder", "whole"]
)
def test_transformer(part, options):
    settings = {"dim_feedforward": 16, "dropout": 0.0} | LAYERS[options]

    def make(nn, kind):
        how = settings | {"dtype": kind}
        if part == "whole":
            return nn.Transformer(8, 2, 2, 2, **how)
        if not part.startswith("Transformer"):
            layer = getattr(nn, f"Transformer{part}Layer")(8, 2, **how)
            return getattr(nn, f"Transformer{part}")(layer, 2, nn.LayerNorm(8, dtype=kind))
        return getattr(nn, part)(8, 2, **how)

    pair = twins(make)
    assert repr(pair[0]) == repr(pair[1])
    decodes, n = "Decoder" in part or part == "whole", 3
    for kind, padding, causal, batched in itertools.product(KINDS, KINDS, (None, False, True), (True, False)):
        if causal and kind is None:
            continue
        found = []
        for module, lift, library in zip(pair, (ours, theirs), (vizgrad, torch()), strict=True):
            lead = (
                (lambda t: (n, t) if settings.get("batch_first") else (t, n)) if batched else (lambda t: (t,))
            )
            x = [lift(draw((*lead(t), 8), t), grad=True) for t in ((4, 5) if decodes else (4,))]
            x = x[::-1] if part == "whole" else x
            square = library.nn.Transformer.generate_square_subsequent_mask(4, dtype=library.float64)
            free = library.ones(4, 4, dtype=library.bool).triu(1)
            own = {None: None, "numbers": square, "bool": free}[kind]
            pads = mask(library, padding, (n, 4) if batched else (4,), 8)
            words = ("tgt_mask", "tgt_key_padding_mask", "tgt_is_causal") if decodes else (
                "mask" if part == "Encoder" else "src_mask", "src_key_padding_mask", "is_causal"
            )  # fmt: skip
            how = dict(zip(words, (own, pads, causal), strict=True))
            if causal is None and part.startswith("Transformer"):
                how.pop(words[2])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.append(outcome(module, x, lambda m, x=x, how=how: m(*x, **how)))
        agree(*found)


def test_activations():
    """Functions, names and modules; a module is owned and printed."""
    for make in (lambda nn: nn.functional.silu, lambda nn: "gelu", lambda nn: nn.Tanh()):
        mine, their = twins(
            lambda nn, kind, make=make: nn.TransformerEncoderLayer(8, 2, 16, 0.0, make(nn), dtype=kind)
        )
        x = draw((4, 2, 8), 1)
        same(mine(ours(x)), their(theirs(x)))
        assert repr(mine) == repr(their)
    with pytest.raises(RuntimeError, match="activation should be relu/gelu, not abs"):
        vizgrad.nn.TransformerEncoderLayer(8, 2, activation="abs")


def test_weights_start_alike():
    """Not the same numbers, but the same spread."""
    for name in ("in_proj_weight", "out_proj.weight"):
        spread = [
            float(m.encoder.layers[0].self_attn.get_parameter(name).detach().abs().max())
            for m in (vizgrad.nn.Transformer(64, 2, 1, 1, 128), torch().nn.Transformer(64, 2, 1, 1, 128))
        ]
        np.testing.assert_allclose(*spread, rtol=1e-2)


def test_what_they_refuse():
    def wrong(t):
        nn, zeros = t.nn, t.zeros
        attention, layer = nn.MultiheadAttention(8, 2), nn.TransformerEncoderLayer(8, 2, 16)
        x, whole = zeros(4, 3, 8), nn.Transformer(8, 2, 1, 1, 16)
        causal = nn.Transformer.generate_square_subsequent_mask(4)

        def asked(q=x, k=x, v=x, **masks):
            return attention(q, k, v, **masks)

        return [
            lambda: nn.MultiheadAttention(8, 3), lambda: nn.MultiheadAttention(0, 1), lambda: asked(v=zeros(4, 8)),
            lambda: asked(q=zeros(8)), lambda: asked(q=zeros(4, 3, 6)), lambda: asked(v=zeros(5, 3, 8)),
            lambda: asked(key_padding_mask=zeros(3, 3)), lambda: asked(key_padding_mask=zeros(4)),
            lambda: asked(attn_mask=zeros(3, 3)), lambda: asked(attn_mask=zeros(4)), lambda: asked(is_causal=True),
            lambda: asked(attn_mask=zeros(4, 4, dtype=t.int64)), lambda: asked(attn_mask=zeros(2, 4, 4)),
            lambda: layer(x, zeros(4, 4, dtype=t.int32)), lambda: layer(x, is_causal=True),
            lambda: layer(zeros(4, 3, 6)),
            lambda: whole(x, zeros(4, 2, 8)), lambda: whole(x, zeros(4, 3, 6)),
            lambda: whole(x, x, src_mask=causal[:2]),
        ]  # fmt: skip

    for mine, their in zip(wrong(vizgrad), wrong(torch()), strict=True):
        with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever PyTorch raises
            their()
        with pytest.raises(type(expected.value)):
            mine()


def test_backends_are_accepted():
    from vizgrad.nn import attention

    q = vizgrad.randn(1, 2, 3, 4)
    with attention.sdpa_kernel([attention.SDPBackend.MATH, attention.SDPBackend.FLASH_ATTENTION]):
        inside = vizgrad.nn.functional.scaled_dot_product_attention(q, q, q)
    assert vizgrad.equal(inside, vizgrad.nn.functional.scaled_dot_product_attention(q, q, q))
    assert f"{attention.SDPBackend.MATH}" == str(attention.SDPBackend.MATH) == "SDPBackend.MATH"
    with pytest.raises(AssertionError, match="SDPBackend"), attention.sdpa_kernel("math"):
        pass


@pytest.mark.parametrize("settings", [{}, {"is_causal": True}, {"dropout_p": 0.5}])
def test_attention_lies_in_memory_as_the_queries_do(settings):
    def strides(lib):
        q, k, v = (x.view(2, 5, 4, 8).transpose(1, 2) for x in lib.ones(2, 5, 96).chunk(3, -1))
        attention = lib.nn.functional.scaled_dot_product_attention
        given = [
            (q, k, v),
            (q.contiguous(), k, v),
            (q[:, :, :3], k, v),
            (q, k, v[..., :4]),
            (q[0], k[0], v[0]),
        ]
        return [attention(*some, **settings).stride() for some in given]

    assert strides(vizgrad) == strides(torch())
