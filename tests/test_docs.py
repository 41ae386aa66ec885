"""What the documentation says is so: commands, settings, make targets, links; and the repository speaks of itself alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import typer

from bot.cli import app
from bot.settings import Settings
from handlers.flows.catalogue import flows_of
from handlers.flows.diagram import mermaid
from knowledge.shipped import shipped_checks

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def _commands() -> set[str]:
    group = typer.main.get_command(app)
    return set(group.commands)  # type: ignore[attr-defined]


def test_every_command_named_in_the_docs_exists_and_every_command_is_named() -> None:
    named = set(re.findall(r"rongcuo ([a-z]+(?:-[a-z]+)*)", TEXT))
    assert named <= _commands()
    assert _commands() <= named


def test_every_setting_named_in_the_docs_exists_and_every_setting_is_named() -> None:
    named = set(re.findall(r"RONGCUO_[A-Z_]+[A-Z]", TEXT))
    there = {f"RONGCUO_{name.upper()}" for name in Settings.model_fields}
    assert named - {"RONGCUO_SCREENSHOTS"} <= there
    assert there <= named


def test_every_make_target_named_in_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)\b", TEXT)) - {"help"} <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_rule_of_this_round_has_a_test_that_names_it() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    for number in range(1, 52):
        assert re.search(rf"\bR{number}\b", tests), f"R{number}"


def test_the_diagrams_in_the_docs_are_those_of_the_program() -> None:
    page = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")
    for flow in flows_of(shipped_checks()).values():
        assert f"## {flow.title}（{flow.name}）\n\n```mermaid\n{mermaid(flow)}\n```" in page, flow.name


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_no_package_host_and_no_path_of_a_machine_stands_in_the_repository() -> None:
    hosts = re.compile(
        "py" + r"pi\.org|python" + r"hosted\.org|registry\." + r"npmjs|deb\." + "debian|/ro" + "ot/|/ho" + r"me/[a-z]"
    )
    for path in _tracked():
        if (
            path.suffix in (".py", ".md", ".toml", ".yaml", ".lock", ".js", ".html", ".css", "")
            and path.name != "test_docs.py"
        ):
            found = hosts.search(path.read_text(encoding="utf-8", errors="ignore"))
            assert found is None, f"{path.name}: {found}"
