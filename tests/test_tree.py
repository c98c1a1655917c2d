"""The shape of the tree: arrows between the layers, and a test beside every module."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path for folder in ("core", "demos") for path in (ROOT / folder).rglob("*.py") if path.name != "__init__.py"
)
LAYERS = {"core": 0, "demos": 1, "app": 2}
TRAINS = {"train", "evaluate", "judging"}  # modules that nothing on the page may import


def imported_modules(source: str) -> set[str]:
    """The full names that a module imports, wherever in it the import stands."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that the arrows can be read"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def wrong_arrows(layer: str, name: str, imports: set[str]) -> list[str]:
    """Imports that point upwards, from core to gradio, or from the page to training code."""
    wrong = [other for other in imports if LAYERS.get(other.split(".")[0], -1) > LAYERS[layer]]
    if layer == "core":
        wrong += [other for other in imports if other.split(".")[0] == "gradio"]
    if name not in TRAINS:
        wrong += [other for other in imports if other.split(".")[0] == "core" and TRAINS & set(other.split("."))]
    return wrong


@pytest.mark.parametrize("path", [*MODULES, ROOT / "app.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_down(path):
    layer = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert wrong_arrows(layer, path.stem, imported_modules(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("core", "import gradio as gr"),
        ("core", "def f():\n    from gradio import Blocks"),
        ("core", "from demos import face"),
        ("demos", "import app"),
        ("demos", "from core.digits import train"),
        ("core", "from core.gansynth.train import Config"),
    ],
)
def test_a_wrong_arrow_would_be_seen(layer, source):
    assert wrong_arrows(layer, "something", imported_modules(source))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_has_its_test(path):
    relative = path.relative_to(ROOT)
    assert (ROOT / "tests" / relative.parent / f"test_{relative.name}").is_file()


def test_every_test_has_its_module():
    for folder in ("core", "demos"):
        for path in (ROOT / "tests" / folder).rglob("test_*.py"):
            relative = path.relative_to(ROOT / "tests")
            assert (ROOT / relative.parent / relative.name.removeprefix("test_")).is_file(), path


def test_top_level_is_what_the_readme_shows():
    allowed = {
        *("app.py", "demos", "core", "assets", "tests", "README.md"),
        *("requirements.txt", "requirements-dev.txt", "requirements-training.txt"),
        *("LICENSE", "SECURITY.md", "pyproject.toml", ".ci", ".gitattributes", ".gitignore"),
    }
    made = {".git", "runs", ".pytest_cache", ".ruff_cache", "__pycache__", ".benchmarks", ".venv", "venv"}
    assert {path.name for path in ROOT.iterdir()} - made <= allowed
