"""What a run holds in memory."""

from .base import View


class Memory(View):
    """Bytes by category, now and at the worst moment, with where that was."""

    view = "Memory"
