"""Everything a layer does, as functions: rows of the op table, and compositions of a few lines."""

from vizgrad.engine.ops.matmul import linear as linear

from .activation import *  # noqa: F403
from .attention import *  # noqa: F403
from .classes import *  # noqa: F403
from .conv import *  # noqa: F403
from .distance import *  # noqa: F403
from .dropout import *  # noqa: F403
from .embedding import *  # noqa: F403
from .embedding_bags import *  # noqa: F403
from .loss import *  # noqa: F403
from .margin import *  # noqa: F403
from .norm import *  # noqa: F403
from .padding import *  # noqa: F403
from .pooling import *  # noqa: F403
from .resize import *  # noqa: F403
from .sampling import *  # noqa: F403
from .sequence import *  # noqa: F403
from .unpooling import *  # noqa: F403
