"""The comparison with published values, and which tests of this folder were left out."""

from pathlib import Path

import pytest

from ._agree import Agreement

FOLDER = Path(__file__).parent
LEFT_OUT: set[str] = set()
"""What keeps rows away in this run: tests "not selected", "long", "skipped" or "failed"."""


@pytest.fixture(scope="session")
def agree():
    """Compare with a case: agree(case, quantity, theirs, ours, tolerance, unit)."""
    return Agreement()


@pytest.fixture(scope="session")
def left_out():
    return LEFT_OUT


def pytest_deselected(items):
    for item in items:
        if FOLDER in item.path.parents:
            LEFT_OUT.add("long" if item.get_closest_marker("long") else "not selected")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Put the test of the page last, when all rows are there."""
    items.sort(key=lambda item: item.path == FOLDER / "test_page.py")
    missing = set(FOLDER.glob("test_*.py")) - {item.path for item in items}
    if missing or any("::" in argument for argument in config.args):
        LEFT_OUT.add("not selected")


def pytest_runtest_logreport(report):
    if FOLDER.name in Path(report.nodeid.partition("::")[0]).parts and not report.passed:
        LEFT_OUT.add(report.outcome)
