"""Read before processes are forked: the program, and the index over what is shipped."""

from benchmarks.killed_process import knowledge

knowledge()
