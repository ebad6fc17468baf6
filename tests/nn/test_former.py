"""What programs from before PyTorch 1.0 write: it works, and warns at their own line."""

from __future__ import annotations

import pytest

import vizgrad
from vizgrad import nn

INITS = [
    n.removesuffix("_")
    for n in nn.init.__all__
    if n.endswith("_") and n not in ("ones_", "zeros_", "trunc_normal_")
]
SETTINGS = {"constant": (3.0,), "sparse": (0.5,)}


@pytest.mark.parametrize("name", INITS)
def test_an_initializer_has_its_name_without_the_underscore_and_warns(name):
    shape = (4, 4, 3) if name == "dirac" else (4, 4)
    vizgrad.manual_seed(0)
    expected = getattr(nn.init, f"{name}_")(vizgrad.empty(shape), *SETTINGS.get(name, ()))
    vizgrad.manual_seed(0)
    x = vizgrad.empty(shape)
    with pytest.warns(
        FutureWarning, match=f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`"
    ) as told:
        assert getattr(nn.init, name)(x, *SETTINGS.get(name, ())) is x
    assert x.tolist() == expected.tolist()
    assert told[0].filename == __file__
