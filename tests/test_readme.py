"""The README keeps its promises: its commands are CI's, its tree is the tree, its front matter is the Space's."""

import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEST_COMMAND = "pip install -r requirements.txt -r requirements-dev.txt && python -m pytest"


def pins(name):
    lines = (ROOT / name).read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_front_matter_is_a_spaces():
    front = yaml.safe_load(README.split("---")[1])
    assert front["sdk"] == "gradio"
    assert front["sdk_version"] == pins("requirements.txt")["gradio"]
    assert (ROOT / front["app_file"]).is_file()
    assert front["license"] == "apache-2.0"
    assert len(front["short_description"]) <= 60, "the limit that Spaces have"
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {front["colorFrom"], front["colorTo"]} <= colours


def test_ci_runs_the_readmes_test_command():
    assert TEST_COMMAND in README
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text()


def test_everything_is_pinned_exactly():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-training.txt"):
        assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in pins(name).values())


def test_paths_in_the_tree_exist():
    tree = README.split("## The tree")[1].split("```")[1]
    folder = ROOT
    for line in tree.strip().splitlines():
        name = line.split()[0]
        folder = ROOT if not line.startswith("  ") else folder
        assert (folder / name).exists(), line
        folder = ROOT / name if not line.startswith("  ") and name.endswith("/") else folder


def test_pictures_in_the_readme_exist():
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file()


def test_no_file_is_over_ten_megabytes():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    assert all((ROOT / name).stat().st_size < 10_000_000 for name in files if name and (ROOT / name).is_file())


def test_torch_and_torchvision_fit_together():
    import torch
    from torchvision.ops import nms

    boxes = torch.tensor([[0.0, 0, 1, 1], [0, 0, 1, 1]])
    assert nms(boxes, torch.tensor([0.5, 0.9]), 0.5).tolist() == [1]


def test_tests_that_security_names_exist():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 20
    assert named - set(re.findall(r"def (test_\w+)\(", sources)) == set()
