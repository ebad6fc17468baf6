"""The few names of IPython and ipywidgets that VizGrad uses, with the types that those packages lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traitlets import HasTraits

    class Widget(HasTraits):
        comm: Any
        layout: Any
        model_id: str

        def __init__(self, **traits: Any) -> None: ...
        def send(self, message: Any, points: Any) -> None: ...
        def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]: ...

    class DOMWidget(Widget): ...

    def display(*things: Any, **options: Any) -> Any: ...

    widget_serialization: dict[str, Any]
else:
    from IPython.display import display
    from ipywidgets import DOMWidget, Widget, widget_serialization

__all__ = ["DOMWidget", "Widget", "display", "widget_serialization"]
