"""Measurements and training; run by developers, never shipped. ``make bench`` is ``python -m benchmarks.run``."""
