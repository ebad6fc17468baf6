"""One module on several devices: names that programs use, for the one device that there is."""

from .data_parallel import *  # noqa: F403
