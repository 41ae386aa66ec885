"""Migrations add and never take away, so that processes of the version before go on working while one is rolled out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import storage

FILES = sorted((Path(storage.__file__).parent / "migrations" / "versions").glob("0*.py"))
ADDS = {"create_table", "create_index", "add_column", "batch_alter_table", "create_foreign_key", "f"}


def upgrade_of(path: Path) -> ast.FunctionDef:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")


def calls(node: ast.AST, owners: tuple[str, ...]) -> list[ast.Call]:
    return [
        call
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in owners
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_migration_only_adds(path: Path) -> None:
    names = {call.func.attr for call in calls(upgrade_of(path), ("op", "batch_op"))}  # type: ignore[attr-defined]
    assert names <= ADDS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_column_that_is_added_may_be_left_out_by_an_older_program(path: Path) -> None:
    for call in calls(upgrade_of(path), ("op", "batch_op")):
        if call.func.attr != "add_column":  # type: ignore[attr-defined]
            continue
        column = next(arg for arg in call.args if isinstance(arg, ast.Call))
        given = {keyword.arg: keyword.value for keyword in column.keywords}
        may_be_null = isinstance(given.get("nullable"), ast.Constant) and given["nullable"].value is True  # type: ignore[attr-defined]
        assert may_be_null or "server_default" in given


def test_the_migrations_are_one_line() -> None:
    assert [path.stem[:4] for path in FILES] == [f"{n:04d}" for n in range(1, len(FILES) + 1)]
