"""Findings: what a reader of files noticed, and whether it refuses the file (R8: error) or asks a person (doubt)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about one place of a file.

    ``severity``: ``error`` refuses the file, ``warning`` goes to the legal reviewer, ``note`` records a repair.
    ``row`` and ``column`` are what a person sees in the office program (row 1 is the first, column by its heading).
    """

    severity: Severity
    message: str
    expected: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    rule: str = ""

    @property
    def place(self) -> str:
        """Where it stands, in words: ``文件 a.xlsx · 工作表 不予处罚 · 第5行 · 设定依据``."""
        parts = [f"文件 {self.file}" if self.file else "", f"工作表 {self.sheet}" if self.sheet else ""]
        parts += [f"第{self.row}行" if self.row else "", f"“{self.column}”栏" if self.column else ""]
        return " · ".join(part for part in parts if part)

    def __str__(self) -> str:
        mark = {"error": "错误", "warning": "存疑", "note": "说明"}[self.severity]
        rule = f"（{self.rule}）" if self.rule else ""
        expected = f" 应为：{self.expected}" if self.expected else ""
        return f"[{mark}] {self.place}：{self.message}{rule}{expected}"


class RefusedFile(ValueError):
    """文件没有通过检查，未导入。"""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings) or self.__doc__)


def has_errors(findings: list[Finding]) -> bool:
    """Whether any of the findings refuses its file (R8)."""
    return any(finding.severity == "error" for finding in findings)
