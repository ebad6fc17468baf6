"""``torch.testing``: comparing tensors in tests, and making some.

https://pytorch.org/docs/stable/testing.html
"""

from .closeness import assert_allclose, assert_close
from .making import make_tensor

__all__ = ["assert_allclose", "assert_close", "make_tensor"]
