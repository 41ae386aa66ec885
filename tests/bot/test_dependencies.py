"""The program runs with what it declares: nothing that only the tests' tools bring along is needed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROGRAM = """
import importlib, json, pathlib, sys
hidden = set(json.loads(sys.argv[1]))
class Hides:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r} (not declared)", name=name)
sys.meta_path.insert(0, Hides())
for package in ("knowledge", "storage", "handlers", "bot"):
    for path in sorted(pathlib.Path(package).rglob("*.py")):
        parts = path.with_suffix("").parts
        if "migrations" not in parts and parts[-1] != "__main__":
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
from typer.testing import CliRunner
from bot.cli import app
print(CliRunner().invoke(app, ["ask", "罚款一次交不起能分期吗", "--json"]).output)
"""


def declared() -> set[str]:
    """The names of the distributions that the project asks for, and of all that these ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(line) for line in project["dependencies"]]
    found: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in found:
            continue
        found.add(key)
        try:
            lines = requires(one.name) or []
        except PackageNotFoundError:  # only where its marker asks for it
            continue
        for further in map(Requirement, lines):
            extras = one.extras or {""}
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(further)
    return {name for name, _ in found}


def test_every_module_is_imported_and_a_question_answered_with_the_declared_libraries_alone(tmp_path: Path) -> None:
    own = declared()
    hidden = [
        module
        for module, names in packages_distributions().items()
        if not any(canonicalize_name(name) in {*own, "rongcuo"} for name in names)
    ]
    assert {"pytest", "hypothesis", "sklearn"} <= set(hidden)
    environment = {"PATH": "/usr/bin:/bin", "RONGCUO_DATABASE_URL": f"sqlite:///{tmp_path}/a.db", "LANG": "C.UTF-8"}
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(hidden)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert '"outcome": "answer"' in told.stdout
