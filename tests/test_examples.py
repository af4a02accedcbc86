"""Examples run from a copied folder, and tutorials show what their commands print."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from opendome.cli import main

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
TUTORIALS = sorted((ROOT / "docs").glob("tutorial-*.md"))
MOST_LINES = 60

pytestmark = pytest.mark.skipif(
    not EXAMPLES or not TUTORIALS, reason="installed without examples and docs"
)


@cache
def printed(example: Path, folder: Path) -> str:
    """What an example prints when it is alone in a folder."""
    script = shutil.copy(example, folder)
    source = str(ROOT / "src")
    done = subprocess.run(
        [sys.executable, script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": source, "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("examples")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_run_and_end_in_assertions(example, folder):
    text = example.read_text(encoding="utf-8")
    assert len(text.splitlines()) < MOST_LINES
    assert isinstance(ast.parse(text).body[-1], ast.Assert)
    assert printed(example, folder).strip()


def blocks(tutorial):
    """Commands of a tutorial, each with the lines shown below it."""
    text = tutorial.read_text(encoding="utf-8")
    for block in re.findall(r"```text\n\$ (.*?)\n```", text, re.S):
        command, _, shown = block.partition("\n")
        yield pytest.param(command, shown, id=f"{tutorial.stem}-{command[:60]}")


@pytest.mark.parametrize(
    ("command", "shown"), [block for tutorial in TUTORIALS for block in blocks(tutorial)]
)
def test_tutorials_show_what_is_printed(command, shown, folder, capsys, monkeypatch):
    program, *words = shlex.split(command)
    if program == "python":
        out = printed(ROOT / "examples" / words[0], folder)
    else:
        assert program == "opendome"
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 0
        out = capsys.readouterr().out
    lines = [line.rstrip() for line in out.splitlines()]
    assert shown.splitlines() == lines
