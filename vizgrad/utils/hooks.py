"""``torch.utils.hooks``: the handle that registering a hook returns."""

from vizgrad.engine.surface.handle import RemovableHandle

__all__ = ["RemovableHandle"]
