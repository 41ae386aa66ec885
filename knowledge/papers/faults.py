"""What is wrong with a template: which file, where in it, and what would be right, in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that refuses a template. ``where``: 正文第3段“……”; nothing when it is about the whole file."""

    message: str
    expected: str
    where: str = ""

    def __str__(self) -> str:
        place = f"{self.where}：" if self.where else ""
        return f"{place}{self.message}；应为：{self.expected}"


class BadTemplate(ValueError):
    """这个模板不能用。"""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        self.file, self.faults = file, tuple(faults)
        more = f"（还有{len(self.faults) - 1}处）" if len(self.faults) > 1 else ""
        super().__init__(f"{file} {self.faults[0]}{more}" if self.faults else f"{file}：{self.__doc__}")
