"""In which order results lie in memory: a program that asks ``view`` of them must get it here as on PyTorch."""

import numpy as np
import pytest

import vizgrad
from tests.alike import torch

CALLS = """
x.sum(0); x.mean(1); x.prod(-1); x.std(0); x.norm(dim=0); x.logsumexp(1); x.max(0)[0]; x.amax(1)
x.softmax(-1); x.log_softmax(0); x.cumsum(0); x.cumprod(1); x.cummax(0)[0]; t.cat([x, x]); t.cat([x, x], -1)
t.stack([x, x], 1); x.repeat(2, 1, 1, 1); x.unsqueeze(0).repeat(2, 1, 1, 1); x.tile(2); x.roll(1, 0)
x.masked_fill(x > 3, 0.0); x.gather(0, t.zeros_like(x).long()); x.scatter(0, t.zeros_like(x).long(), 1.0)
t.nn.functional.layer_norm(x, x.shape[-1:]); t.nn.functional.one_hot(x.long()); x.tril(); x.triu()
x + 1; x.exp(); x.clone(); x.float(); x == x; t.zeros_like(x); x.clamp(0, 1); t.where(x > 3, x, x)
"""
CALLS = [call.strip() for line in CALLS.strip().splitlines() for call in line.split(";")]


@pytest.mark.torch
@pytest.mark.parametrize("axes", [(1, 0, 2), (0, 2, 1), (2, 0, 1), (0, 1, 2)], ids=str)
@pytest.mark.parametrize("call", CALLS)
def test_results_of_transposed_tensors_lie_in_memory_as_pytorchs_do(call, axes):
    numbers = np.arange(24, dtype="f4").reshape(2, 3, 4)
    ours, theirs = (eval(call, {"t": t, "x": t.tensor(numbers).permute(axes)}) for t in (vizgrad, torch()))
    assert ours.stride() == theirs.stride()
    assert ours.is_contiguous() == theirs.is_contiguous()
