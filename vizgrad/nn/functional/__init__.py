"""Everything a layer does, as functions: rows of the op table, and compositions of a few lines."""

from vizgrad.engine.ops.conv import conv1d as conv1d
from vizgrad.engine.ops.conv import conv2d as conv2d
from vizgrad.engine.ops.conv import conv3d as conv3d
from vizgrad.engine.ops.conv_transpose import conv_transpose1d as conv_transpose1d
from vizgrad.engine.ops.conv_transpose import conv_transpose2d as conv_transpose2d
from vizgrad.engine.ops.conv_transpose import conv_transpose3d as conv_transpose3d
from vizgrad.engine.ops.matmul import linear as linear

from .activation import *  # noqa: F403
from .attention import *  # noqa: F403
from .distance import *  # noqa: F403
from .dropout import *  # noqa: F403
from .embedding import *  # noqa: F403
from .loss import *  # noqa: F403
from .norm import *  # noqa: F403
from .padding import *  # noqa: F403
from .pooling import *  # noqa: F403
from .resize import *  # noqa: F403
from .sampling import *  # noqa: F403
from .unpooling import *  # noqa: F403
