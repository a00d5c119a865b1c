"""House rules that can be tests."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.write_documents import documents

ROOT = Path(__file__).parent.parent
APP = ROOT / "app"
# Who may import whom: the arrows of docs/architecture.md. Rooms that are not named here wire things together.
ARROWS = {
    "rules": {"rules"},
    "contract": {"contract", "rules"},
    "packs": {"packs", "contract", "rules"},
    "enrollment": {"enrollment"},
    "journal": {"journal"},
    "collector": {"collector", "contract"},
    "simulator": {"simulator", "collector", "contract", "enrollment"},
    "demo": {"demo", "enrollment"},
    "storage": {"storage", "enrollment"},
    "proof": {"proof", "packs", "contract", "rules"},
    "batch": {"batch", "packs", "contract", "rules"},
    "reports": {"reports", "rules"},
    "sheets": {"sheets", "reports"},
    "diffing": {"diffing", "proof", "batch", "packs", "contract", "rules"},
    # Of the batch its reader of CSV records, of the sheets what keeps a workbook from being larger than memory.
    "rosters": {"rosters", "batch", "sheets", "enrollment", "rules"},
    "workflows": {
        "workflows",
        "reports",
        "storage",
        "collector",
        "sheets",
        "packs",
        "rosters",
        "contract",
        "enrollment",
        "rules",
        "journal",
    },
    "api": {"api", "workflows", "reports", "packs", "rosters", "contract", "enrollment", "rules", "journal"},
}
# What a person calls and reads.
COMMANDS = {
    "cli.py",
    "checking.py",
    "showing.py",
    "administration.py",
    "demonstrating.py",
    "simulating.py",
    "quote_file.py",
    "rostering.py",
    "relaying.py",
    "reconciling.py",
    "packs_desk.py",
    "comparing.py",
    "reporting.py",
}
MODULES = sorted(APP.rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def room(path: Path) -> str:
    parts = path.relative_to(APP).parts
    return parts[0] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in ARROWS], ids=str)
def test_arrows_between_rooms_point_one_way(path: Path) -> None:
    used = {name.split(".")[1] for name in imports(path) if name.startswith("app.")}
    assert used <= ARROWS[room(path)]


def test_the_simulator_and_the_demo_are_loaded_by_their_commands_only() -> None:
    for name, command in (("simulator", "simulating.py"), ("demo", "demonstrating.py")):
        users = {
            p.name
            for p in MODULES
            if room(p) != name and f"app.{name}" in {".".join(n.split(".")[:2]) for n in imports(p)}
        }
        assert users == {command}


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) == "rules"], ids=str)
def test_the_rules_use_the_standard_library_only_and_never_look_at_a_clock(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)} - {"app"}
    assert roots <= sys.stdlib_module_names
    assert not re.search(r"\b(today|now|time)\(\)", path.read_text())


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_sqlalchemy_stays_in_its_room(path: Path) -> None:
    assert room(path) == "storage" or not {n for n in imports(path) if n.split(".")[0] in ("sqlalchemy", "alembic")}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_tables_of_people_and_workbooks_stay_in_their_rooms(path: Path) -> None:
    rooms = {
        "polars": {"batch"},
        "xlsxwriter": {"batch", "sheets", "rosters", "demo"},  # the demo fills in workbooks as clerks do
        "python_calamine": {"batch", "sheets", "rosters", "demo"},
    }
    for name in {n.split(".")[0] for n in imports(path)} & rooms.keys():
        assert room(path) in rooms[name]


def test_starting_the_command_line_loads_nothing_of_the_batch() -> None:
    code = "import sys, app.cli; print({'polars', 'xlsxwriter', 'python_calamine'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) != "storage"], ids=str)
def test_nobody_but_a_workflow_opens_a_transaction_and_nobody_commits_by_hand(path: Path) -> None:
    text = path.read_text()
    assert "commit(" not in text
    assert ".transaction()" not in text or room(path) == "workflows"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_fastapi_stays_in_its_room(path: Path) -> None:
    web = {n for n in imports(path) if n.split(".")[0] in ("fastapi", "starlette")}
    assert not web or room(path) in ("api", "simulator") or path.name == "main.py"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_journal_logs_and_nobody_prints_but_the_command_line(path: Path) -> None:
    assert room(path) == "journal" or not {n for n in imports(path) if n.split(".")[0] in ("structlog", "logging")}
    prints = re.search(r"^\s*print\(", path.read_text(), re.MULTILINE)
    assert not prints or path.name in COMMANDS or room(path) == "demo"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_file_is_one_room_and_a_function_fits_on_a_screen(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 45, node.name


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_module_and_public_class_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert path.stat().st_size == 0 or ast.get_docstring(tree)
    for word in ("utils", "service", "helpers", "misc"):
        assert word not in path.stem


def test_the_committed_documents_are_what_the_code_says() -> None:
    for path, text in documents().items():
        assert path.read_text() == text, f"{path.name}: run `make openapi`"


def test_nothing_committed_names_a_package_registry() -> None:
    # Put together here, so that this file names none either.
    hosts = re.compile("|".join(("pypi" + r"\.", "python" + "hosted", "npm" + "js", "index-url *=", '"resolved"')))
    for path in [*ROOT.glob("requirements/*"), *ROOT.glob("bench/**/*.txt"), ROOT / "Makefile", ROOT / "Dockerfile"]:
        assert not hosts.search(path.read_text()), path


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements/*.txt")), ids=lambda p: p.name)
def test_every_locked_package_has_hashes(path: Path) -> None:
    for block in re.split(r"\n(?=[a-z])", path.read_text()):
        if re.match(r"[a-z0-9_.-]+==", block):
            assert "--hash=sha256:" in block
