"""Whatever a rule points at – clause, list item, article of law, row of the size table – with its words and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from handlers import words
from handlers.answers import cited
from knowledge.checks.criteria import Check, Checks
from knowledge.checks.size import METHOD, METHOD_NUMBER
from knowledge.library import Citation, Library


@dataclass(frozen=True, slots=True)
class Sources:
    """The published library and the articles that the checks bring with them, looked up by one id."""

    library: Library
    checks: Checks

    def has(self, entry: str) -> bool:
        return entry in self.checks.laws or entry in self.checks.sizes.by_id or self._is_published(entry)

    def _is_published(self, entry: str) -> bool:
        return entry in self.library.clauses or entry in self.library.items

    def title(self, entry: str) -> str:
        """A short name."""
        if article := self.checks.laws.get(entry):
            return article.title
        if row := self.checks.sizes.by_id.get(entry):
            return row.industry
        return self.library.title(entry) if self._is_published(entry) else words.NOT_PUBLISHED

    def quote(self, entry: str) -> str:
        """The words, verbatim (R3)."""
        if article := self.checks.laws.get(entry):
            return article.text
        if row := self.checks.sizes.by_id.get(entry):
            return row.text
        return self.library.quote(entry) if self._is_published(entry) else words.NOT_PUBLISHED

    def line(self, entry: str) -> str:
        """Where the words stand, in one line."""
        if article := self.checks.laws.get(entry):
            return cited(article.citation)
        if entry in self.checks.sizes.by_id:
            return cited(Citation(METHOD, METHOD_NUMBER, "附表", "全国", None))
        return cited(self.library.citation(entry)) if self._is_published(entry) else words.NOT_PUBLISHED

    def brief(self, entry: str, jurisdiction: str | None = None) -> str:
        """Where the words stand, in a few words: 鄂城规则 二（二）1（1）; another place's are marked so (R2)."""
        if article := self.checks.laws.get(entry):
            return f"{article.law.removeprefix('中华人民共和国')}{article.path}"
        if entry in self.checks.sizes.by_id:
            return METHOD_NUMBER
        source = self.library.source_of(entry) if self._is_published(entry) else None
        if source is None:
            return words.NOT_PUBLISHED
        is_elsewhere = jurisdiction and not source.sample and source.jurisdiction != jurisdiction
        return f"{source.short} {self.library.citation(entry).path}" + (words.ELSEWHERE_SHORT if is_elsewhere else "")

    def place_note(self, entry: str, jurisdiction: str | None) -> str:
        """外地做法，仅供参考, where an entry is another place's and the asker has a place of their own (R2)."""
        source = self.library.source_of(entry) if self._is_published(entry) else None
        if source is None or source.sample or source.jurisdiction == jurisdiction:
            return ""
        if jurisdiction is None:
            return words.OPEN_PLACE_SHORT.format(place=source.place)
        return words.ELSEWHERE.format(place=source.place)

    def missing(self, check: Check) -> list[str]:
        """What a check points at that is not published (any more): then it cannot be made."""
        return [entry for entry in check.sources if not self.has(entry)]

    def versions(self, check: Check) -> str:
        """The sources a result rests on, named once and on a line each, and the day of the check (R16)."""
        names: dict[str, None] = {}
        for entry in check.criteria_sources:
            if article := self.checks.laws.get(entry):
                names[
                    f"{article.law}（{article.valid_from.year}年{article.valid_from.month}月{article.valid_from.day}日起）"
                ] = None
            elif source := (self.library.source_of(entry) if self._is_published(entry) else None):
                date = f"（{source.date.isoformat()}）" if source.date else ""
                names[f"{source.short}{date}"] = None
        if any(question.kind == "industry" for question in check.questions):
            names[METHOD_NUMBER] = None
        day = check.checked
        return "\n".join([*names, f"标准核对于{day.year}年{day.month}月{day.day}日。"])
