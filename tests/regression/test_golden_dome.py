"""The golden-dome scenario at small size against its own earlier results.

Not validation: the numbers are OpenDome's. A change is looked at, and if it is meant, written down
by `pytest tests/regression --rebaseline`.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from opendome.scenario import Scenario
from opendome.simulation.cases import without
from opendome.simulation.monte_carlo import simulate
from opendome.simulation.setup import build_plan

FOLDER = Path(__file__).parent / "golden_dome"
INPUTS, RESULTS = FOLDER / "inputs.json", FOLDER / "results.json"
PARTNERS = ("spacex", "northrop-grumman", "boeing")
N_RUN, N_REPLAY = 4, 5
OTHER_PROCESSOR = 1e-9
"""Relative; counts are whole. [-]"""


def plain(value):
    """Return an array as JSON holds it, nan as null."""
    return [None if x != x else x for x in np.asarray(value).tolist()]


def results_of(scenario):
    outcome = simulate(without(build_plan(scenario), PARTNERS), N_RUN, N_REPLAY)
    return {
        "leakers": dict(zip(("", *PARTNERS), outcome.leakers.tolist(), strict=True)),
        "replays": outcome.replays.tolist(),
        "tables": {
            table: {name: plain(column) for name, column in outcome.tables[table].items()}
            for table in ("runs", "missiles", "shots")
        },
    }


def write(path, content):
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def found(golden, request):
    content = golden.model_dump(mode="json")
    results = results_of(golden)
    if request.config.getoption("--rebaseline"):
        write(INPUTS, content)
        write(RESULTS, results)
    return content, results


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=OTHER_PROCESSOR, abs_tol=OTHER_PROCESSOR)
    return a == b


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_inputs_are_those_of_the_baseline(found):
    """A changed scenario or catalog row shows here, before its effect does below."""
    assert found[0] == read(INPUTS)


def test_baseline_inputs_give_the_baseline_results(found):
    now, before = results_of(Scenario.model_validate(read(INPUTS))), read(RESULTS)
    assert now["leakers"] == before["leakers"]
    assert now["replays"] == before["replays"]
    for table, columns in before["tables"].items():
        assert list(now["tables"][table]) == list(columns)
        for name, values in columns.items():
            pairs = zip(values, now["tables"][table][name], strict=True)
            assert all(same(a, b) for a, b in pairs), (table, name)
