"""Articles of national law that the procedure rests on, verbatim, each with its citation and the day it was checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.library import Citation
from knowledge.yaml_data import DataError, load_yaml


@dataclass(frozen=True, slots=True)
class Article:
    """One article or paragraph of a law, in force from ``valid_from``."""

    id: str
    law: str
    path: str
    title: str
    text: str
    valid_from: dt.date
    checked: dt.date

    @property
    def citation(self) -> Citation:
        return Citation(self.law, None, self.path, "全国", None)


def load_laws(path: Path) -> Mapping[str, Article]:
    """The articles of a file by id. Raises ``DataError`` (file, line)."""
    articles: dict[str, Article] = {}
    for node in load_yaml(path).items():
        article = Article(
            node.text("id"),
            node.text("law"),
            node.text("path"),
            node.text("title"),
            node.text("text"),
            node.day("valid_from"),
            node.day("checked"),
        )
        extra = set(node.value) - set(Article.__dataclass_fields__)
        if extra:
            raise DataError(
                path,
                node.value[sorted(extra)[0]].line,
                f"不认识“{sorted(extra)[0]}”，应为 {'、'.join(Article.__dataclass_fields__)} 之一",
            )
        if article.id in articles:
            raise DataError(path, node.line, f"“{article.id}”写了两次")
        articles[article.id] = article
    return articles
