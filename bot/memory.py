"""Gives memory back to the system that a large piece of work has left behind in the process."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Ask the C library to return what is free; where it cannot (not glibc), nothing happens."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
