"""Gives memory back to the system that a large piece of work has left behind in the process."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Ask the C library to return what is free; where it cannot (not glibc), nothing happens.

    What is left lives long (the published knowledge, the libraries), so the collector need not walk through it each time.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def keep_together() -> None:
    """Have all threads take memory from one place, so that what one leaves free another uses; for the start of a process.

    Threads here wait for each other anyway; with a place each, some ten megabytes lie about. Not on other C libraries.
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None)
    if option is not None:
        option(-8, 1)  # M_ARENA_MAX
