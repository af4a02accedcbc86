"""Options, the hypothesis profile, fresh kernels, and what several files share."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import settings

from opendome.api import load
from opendome.elements import read_catalogue
from opendome.simulation.chain import fight_raid, layers_of, reasons_of
from opendome.simulation.record import record_raid
from opendome.simulation.scene import look_around
from opendome.simulation.setup import build_plan
from opendome.simulation.sight import sight_of

# The first example of a property may compile a kernel.
# The gate tries the same examples each time; at a desk they are new ones.
settings.register_profile("opendome", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("opendome")


def pytest_configure(config):
    """Throw cached kernels away when a source has changed.

    Numba looks at the file of a kernel only, not at those of the kernels it calls.
    """
    source = Path(__file__).parent.parent / "src" / "opendome"
    text = b"".join(path.read_bytes() for path in sorted(source.rglob("*.py")))
    digest = hashlib.sha256(text).hexdigest()
    mark = source / "__pycache__" / "kernels.sha256"
    if mark.is_file() and mark.read_text() == digest:
        return
    for kernel in source.rglob("__pycache__/*.nb?"):
        kernel.unlink(missing_ok=True)
    mark.parent.mkdir(exist_ok=True)
    mark.write_text(digest)


def pytest_addoption(parser):
    parser.addoption(
        "--rebaseline",
        action="store_true",
        help="rewrite the results under tests/regression; their change is to be reviewed",
    )
    parser.addoption(
        "--write-validation",
        action="store_true",
        help="write docs/validation.md; needs all of tests/validation",
    )


def simulate_case(plan, run, number=0):
    """Return all that happens in one raid of one case."""
    case = plan.cases[number]
    scene = look_around(plan, run)
    sight = sight_of(plan, scene, case, {})
    layers = layers_of(plan, scene, case, sight)
    result = fight_raid(plan, run, layers)
    reason = reasons_of(plan, run, layers, sight, result)
    tables = record_raid(plan, scene, sight, layers, result, reason)
    return SimpleNamespace(
        scene=scene, sight=sight, layers=layers, result=result, reason=reason, tables=tables
    )


@pytest.fixture(scope="session")
def run_case():
    return simulate_case


@pytest.fixture(scope="session")
def golden():
    """The packaged golden-dome scenario."""
    return load("golden-dome").scenario


@pytest.fixture(scope="session")
def golden_plan(golden):
    return build_plan(golden)


@pytest.fixture(scope="session")
def golden_raids(golden_plan):
    """Three raids of the whole shield."""
    return [simulate_case(golden_plan, run) for run in range(3)]


@pytest.fixture
def read_text(tmp_path):
    """Write text or bytes to a file and read it as a catalogue."""

    def read(text, **options):
        path = tmp_path / "catalogue"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_catalogue(path, **options)

    return read
