"""The model as functions."""

import json
import sys

import numpy as np
import pytest

from opendome import api
from opendome.errors import InputError
from opendome.scenario import Finding

SMALL = ["monte_carlo.replays=2", "monte_carlo.runs=2"]


@pytest.fixture(scope="module")
def loaded():
    return api.load("regional-raid", SMALL)


@pytest.fixture(scope="module")
def finished(loaded):
    return api.run(loaded)


def test_runs_and_seed_are_the_scenarios_unless_given(loaded, finished):
    assert finished.answer["runs"] == 2
    assert finished.answer["seed"] == loaded.scenario.seed
    other = api.run(loaded, runs=3, seed=7)
    assert (other.answer["runs"], other.answer["seed"]) == (3, 7)
    assert other.results.meta["scenario"]["seed"] == other.results.meta["seed"] == 7
    assert not other.results.tables["runs"]["start_s"][:2].equals(
        finished.results.tables["runs"]["start_s"]
    )
    assert loaded.scenario.seed != 7


def test_more_runs_begin_as_fewer_did_and_the_same_again_is_the_same(loaded, finished):
    again, more = api.run(loaded), api.run(loaded, runs=3)
    assert again.results.tables == finished.results.tables
    assert again.answer == finished.answer
    for name in ("runs", "missiles", "warheads", "shots"):
        table = more.results.tables[name]
        early = table.filter(np.asarray(table["run"]) < 2)
        assert early.equals(finished.results.tables[name]), name


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("runs", 0, "runs: should be at least 1 and at most 10000000, not 0"),
        ("runs", -1, "runs: should be at least 1"),
        ("runs", True, "runs: expected a whole number, not True"),
        ("runs", 2.0, "runs: expected a whole number, not 2.0"),
        ("runs", "2", "runs: expected a whole number, not '2'"),
        ("runs", 10**9, "runs: should be at least 1 and at most 10000000"),
        ("workers", 0, "workers: should be at least 1"),
        ("workers", -2, "workers: should be at least 1"),
        ("workers", False, "workers: expected a whole number, not False"),
        ("workers", 1.5, "workers: expected a whole number, not 1.5"),
        ("workers", None, "workers: expected a whole number, not None"),
        ("seed", -1, "seed: should be at least 0 and at most 9223372036854775807, not -1"),
        ("seed", 2**63, "seed: should be at least 0"),
        ("seed", True, "seed: expected a whole number, not True"),
        ("seed", float("nan"), "seed: expected a whole number, not nan"),
    ],
)
def test_numbers_that_are_none_are_refused(loaded, option, value, told):
    with pytest.raises(InputError) as caught:
        api.run(loaded, **{option: value})
    assert str(caught.value).startswith(told)


def test_a_finished_run_is_shown_short(finished):
    leakers = finished.answer["leakers"]["mean"]
    assert repr(finished) == f"Run('regional-raid', runs=2, leakers={leakers:.2f})"


def test_what_was_changed_is_kept(finished):
    assert finished.results.meta["overrides"] == finished.answer["overrides"] == SMALL


def test_a_script_from_a_pipe_is_told_that_workers_cannot_read_it(loaded, monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "<stdin>", raising=False)
    with pytest.raises(InputError, match=r'^workers: .* `if __name__ == "__main__":`, not <stdin>'):
        api.run(loaded, workers=2)
    assert api.run(loaded, runs=1).answer["runs"] == 1


def test_numpy_integers_are_whole_numbers(loaded):
    assert api.run(loaded, runs=np.int64(1), seed=np.uint32(5)).answer["seed"] == 5


def test_a_name_is_loaded_and_a_wrong_one_refused():
    with pytest.raises(InputError, match="did you mean 'regional-raid'"):
        api.run("regional-rad")
    with pytest.raises(InputError, match="expected a whole number"):
        api.load("regional-raid", ["monte_carlo.runs=many"])


def test_check_gives_findings_with_their_place_names_first():
    settings = ["raid.groups.guam.aim_points=[washington]", "partners.nobody={}"]
    findings = api.check(api.load("golden-dome", settings))
    assert all(isinstance(finding, Finding) for finding in findings)
    told = {finding.check: str(finding) for finding in findings}
    assert told["partner-supplies"].startswith("--set partners.nobody={}: partners.nobody: ")
    assert told["range-in-class"].startswith("golden-dome:")
    assert ": raid.groups.guam: guam-1 would fly" in told["range-in-class"]


def test_an_error_of_physics_stops_a_run():
    wrong = api.load("golden-dome", ["raid.groups.guam.aim_points=[washington]"])
    with pytest.raises(InputError, match=r"golden-dome:\d+: raid.groups.guam: .* irbm has"):
        api.run(wrong, runs=1)
    steep = api.load("golden-dome", ["raid.groups.guam.apogee_km=101"])
    with pytest.raises(InputError, match=r"raid.groups.guam: guam-1: .* above 101 km apogee"):
        api.run(steep, runs=1)


def test_physics_is_not_asked_where_names_are_wrong():
    from opendome.scenario import load_scenario

    wrong = load_scenario("golden-dome", ["raid.groups.guam.threat=x"], strict=False)
    findings = api.check(wrong)
    assert [finding.check for finding in findings] == ["raid-exists"]


def test_warnings_stand_in_the_answer(finished):
    assert any("comes within its reach" in text for text in finished.answer["warnings"])


def test_progress_is_told(loaded):
    done = []
    api.run(loaded, on_progress=done.append)
    assert done == sorted(done)
    assert done[-1] == 2


def test_a_saved_run_is_opened_again(finished, tmp_path):
    folder = finished.save(tmp_path / "out")
    again = api.open_result(folder)
    assert again.meta == finished.results.meta
    assert again.tables == finished.results.tables
    assert json.loads((folder / "timings.json").read_text())["workers"] == 1
    with pytest.raises(InputError, match="exists already"):
        finished.save(folder)


def test_partners_of_the_answer_are_those_of_the_scenario(loaded, finished):
    private = {n for n, p in loaded.scenario.partners.items() if not p.government}
    assert {row["partner"] for row in finished.answer["partners"]} == private
    known = [
        row["leakers_delta"]["mean"] for row in finished.answer["partners"] if row["leakers_delta"]
    ]
    assert known == sorted(known, reverse=True)
