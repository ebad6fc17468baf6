"""``torch.backends``: the libraries that compute, and what programs may ask of them.

Arrays on the CPU are NumPy's, whose BLAS multiplies matrices; on a GPU they are CuPy's.
"""

from . import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]
