"""How hard each layer is pulled."""

from .base import View


class Gradients(View):
    """The size of the gradient, and the other measures, of every layer: where it vanishes, learning stops."""

    view = "Gradients"
