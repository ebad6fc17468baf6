"""``torch.backends.cpu``: what the processor can do."""

from __future__ import annotations

from typing import Any

import numpy


def get_cpu_capability() -> str:
    """The widest vectors that NumPy uses on this processor: "AVX512", "AVX2", "NEON" or "DEFAULT"."""
    known: Any = numpy.show_config(mode="dicts")
    extensions = known.get("SIMD Extensions", {})
    names = " ".join([*extensions.get("baseline", []), *extensions.get("found", [])]).upper()
    for capability, signs in (
        ("AVX512", ("AVX512", "X86_V4")),
        ("AVX2", ("AVX2", "X86_V3")),
        ("NEON", ("NEON",)),
    ):
        if any(sign in names for sign in signs):
            return capability
    return "DEFAULT"
