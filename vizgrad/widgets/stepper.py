"""The program, paused."""

from .base import View


class Stepper(View):
    """A pass one event at a time: forward, backward, update, with the numbers of each."""

    view = "Stepper"
