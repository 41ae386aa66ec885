"""The knowledge the project ships, as its index files describe it."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.findings import RefusedFile
from knowledge.shipped import read_collection, read_questions, shipped_collections, shipped_sources, source_of
from knowledge.yaml_data import DataError, load_yaml
from tests.knowledge.makers import row, source, table, write_csv


def test_five_documents_and_fifteen_lists_are_shipped_and_every_file_is_there():
    kinds = [kind for kind, _, _ in shipped_sources()]
    assert (kinds.count("document"), kinds.count("list")) == (5, 15)
    assert [path.name for _, _, path in shipped_sources() if not path.is_file()] == []


def test_ids_are_unique_over_all_collections_and_questions_belong_to_entries():
    collections = shipped_collections()
    ids = [entry.id for one in collections for entry in (*one.clauses, *one.items)]
    assert len(ids) == len(set(ids)) == 126 + 132
    for one in collections:
        own = {entry.id for entry in (*one.clauses, *one.items)}
        assert sorted(set(one.questions) - own) == []


def test_only_the_lists_are_samples():
    """The demonstration lists have no legal force, and say so."""
    assert {source.id for kind, source, _ in shipped_sources() if source.sample} == {
        source.id for kind, source, _ in shipped_sources() if kind == "list"
    }


def described(path, text: str):
    path = path / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return source_of(load_yaml(path), "办法.txt")


def test_a_source_is_what_its_entry_says_and_null_where_it_says_null(tmp_path):
    """R3: never invented."""
    found = described(
        tmp_path, "short: 某办法\ntitle: null\nnumber:\ndate: 2024-05-06\nvalid_from: 2024-06-01\naliases: [某县]\n"
    )
    assert (found.id, found.title, found.number, found.issuer, found.jurisdiction) == ("办法", None, None, None, None)
    assert (found.date, found.valid_from, found.valid_to) == (dt.date(2024, 5, 6), dt.date(2024, 6, 1), None)
    assert (found.aliases, found.place, found.sample) == (("某县",), "", False)


def test_a_wrong_date_or_a_missing_name_is_refused_with_its_line(tmp_path):
    with pytest.raises(DataError, match=r"sources.yaml 第2行：“date”应为 2022-06-29 这样的日期"):
        described(tmp_path, 'short: 某办法\ndate: "2024年5月"\n')
    with pytest.raises(DataError, match="缺少“short”，应为文字"):
        described(tmp_path, "title: 某办法\n")


def test_questions_are_read_by_entry_and_no_file_means_none(tmp_path):
    path = tmp_path / "q.yaml"
    assert read_questions(path) == {}
    path.write_text("a-1: [怎么办, 找谁]\na-2: []\n", encoding="utf-8")
    assert read_questions(path) == {"a-1": ("怎么办", "找谁"), "a-2": ()}
    path.write_text("- a\n", encoding="utf-8")
    with pytest.raises(DataError, match="应为“条款编号"):
        read_questions(path)
    path.write_text("a:\n  - {b: c}\n", encoding="utf-8")
    with pytest.raises(DataError, match="第2行：应为文字"):
        read_questions(path)


def test_a_file_with_an_error_gives_nothing_at_all(tmp_path):
    """R8: a bad row refuses its file."""
    path = write_csv(tmp_path / "a.csv", table(row(), row(序号="2", 事项名称="囤积居奇")))
    with pytest.raises(RefusedFile, match="不得列入清单"):
        read_collection("list", source(path), path)


def test_a_file_with_doubts_is_read_and_the_doubts_come_along(tmp_path):
    """R8: a doubt is a warning that the legal reviewer sees."""
    path = write_csv(tmp_path / "a.csv", table(row(适用情形="情况特殊")))
    collection, findings = read_collection("list", source(path), path)
    assert (len(collection.items), [finding.severity for finding in findings]) == (1, ["warning"])


def test_a_document_without_clauses_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("某局\n", encoding="utf-8")
    with pytest.raises(RefusedFile, match="没有读到任何条款"):
        read_collection("document", source(path), path)
