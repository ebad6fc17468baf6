"""The ground floor: tensors and gradients."""

import warnings

# PyTorch computes log(0) and 0/0 in silence, and so do we; NumPy's own users keep their warnings.
warnings.filterwarnings("ignore", ".*encountered in", RuntimeWarning, r"vizgrad\.engine\.")
