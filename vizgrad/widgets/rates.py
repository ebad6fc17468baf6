"""How fast the optimizer goes."""

from .base import View


class Rates(View):
    """The learning rate of each parameter group over the steps."""

    view = "Rates"
