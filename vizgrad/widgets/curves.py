"""The curves of a run."""

from .base import View


class Curves(View):
    """Loss, and whatever ``run.log`` is given, over the steps."""

    view = "Curves"
