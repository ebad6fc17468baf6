"""Everything a layer does, as functions: rows of the op table, and compositions of a few lines."""

from vizgrad.engine.ops.conv import conv1d, conv2d, conv3d
from vizgrad.engine.ops.conv_transpose import conv_transpose1d, conv_transpose2d, conv_transpose3d
from vizgrad.engine.ops.matmul import linear

from .activation import *  # noqa: F403
from .dropout import *  # noqa: F403
from .loss import *  # noqa: F403
