"""Fuzzing: everything that reads what somebody else wrote is fed broken, hostile and senseless input.

What a reader says it refuses is fine; any other exception, and anything that takes far too long, is a find.
"""
