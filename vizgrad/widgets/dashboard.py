"""The whole run at a glance."""

from .base import View


class Dashboard(View):
    """State, curves, layers, memory and the graph, with Pause, Resume and Stop."""

    view = "Dashboard"
