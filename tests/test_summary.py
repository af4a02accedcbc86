"""The answer, from results small enough to count by hand."""

import json
import math

import numpy as np
import pytest

from opendome.analysis.summary import summarise
from opendome.api import load, run
from opendome.simulation.results import Results, as_table

T_3 = 3.182446305284263
"""Student's t at 0.975 with 3 degrees of freedom (NIST handbook 1.3.6.7.2: 3.182)."""

SECONDS = 1e-9

# Four raids of two missiles with two warheads each; by raid 0, 1, 3 and 4 warheads get through.
LEAKERS = [0, 1, 3, 4]
KILLED_IN = [
    ["boost", "boost", "midcourse", "terminal"],
    ["boost", "boost", "midcourse", ""],
    ["midcourse", "", "", ""],
    ["", "", "", ""],
]
REASONS = [
    ["", "", "", ""],
    ["", "", "", "missed"],
    ["", "no path", "missed", "missed"],
    ["missed", "missed", "magazine empty", "no path"],
]


def columns_of_layer(layer, engaged, shots):
    kills = [row.count(layer) for row in KILLED_IN]
    return {f"{layer}_engaged": engaged, f"{layer}_shots": shots, f"{layer}_kills": kills}


def make_tables():
    return {
        "runs": {
            "run": [0, 1, 2, 3],
            "start_s": [10.0, 20.0, 30.0, 40.0],
            "leakers": LEAKERS,
            "leakers_missiles": [0, 1, 2, 2],
            "space_interceptors_in_reach": [2, 4, 4, 6],
            **columns_of_layer("boost", [2, 2, 0, 0], [4, 2, 0, 0]),
            **columns_of_layer("midcourse", [2, 2, 2, 0], [3, 3, 2, 0]),
            **columns_of_layer("terminal", [1, 0, 0, 0], [1, 0, 0, 0]),
        },
        # The first half of the luck says that the third start is worst, the second half and both
        # together that the fourth is: the third is picked, and judged by the second half.
        "replays": {
            "run": np.repeat(np.arange(4), 4),
            "leakers": [0, 0, 1, 1, 1, 1, 1, 1, 4, 4, 2, 3, 3, 3, 4, 4],
        },
        "warheads": {
            "run": np.repeat(np.arange(4), 4),
            "killed_in": np.ravel(KILLED_IN),
            "leak_reason": np.ravel(REASONS),
        },
        "missiles": {
            "run": np.repeat(np.arange(4), 2),
            "launch_s": [0.0, 10.0] * 4,
            "detect_s": [40.0, 60.0] * 4,
            "boost_track_s": [70.0, 100.0] * 4,
            "boost_deliver_delay_s": [1.0, 3.0] * 4,
            "midcourse_track_s": [200.0, 300.0] * 4,
            "midcourse_deliver_delay_s": [2.0, 4.0] * 4,
            "terminal_track_s": [np.nan] * 8,
            "terminal_deliver_delay_s": [np.nan] * 8,
        },
        # In raid 0 missile 0 is shot at twice; the first order counts, though it stands second.
        "shots": {
            "run": [0, 0, 2],
            "missile_row": [0, 0, 1],
            "layer": ["midcourse", "boost", "midcourse"],
            "order_s": [250.0, 91.0, 334.0],
            "commit_delay_s": [9.0, 0.5, 1.5],
        },
        "cost": {
            "name": ["a", "b"],
            "operations_musd": [4.0, 8.0],
            "total_musd": [10.0, 32.0],
        },
        "partner_runs": {
            "partner": ["small"] * 4 + ["large"] * 4,
            "leakers": [0, 1, 3, 4, 2, 3, 3, 4],
        },
        "partners": {
            "partner": ["small", "idle", "large"],
            "award_musd": [5.0, 0.0, 7.0],
            "satellites": [1, 0, 20],
            "sites": [1, 0, 2],
            "launches": np.array([3.0, np.nan, np.nan]),
            "note": ["", "nothing", ""],
        },
    }


META = {
    "scenario": {
        "name": "hand",
        "title": "By hand",
        "cost": {"budget_musd": 40.0, "base_year": 2026, "period_y": 20},
        # In space none is shown against the raid, the midcourse class is not fielded.
        "constellations": {"s": {"interceptor": "space"}, "t": {"interceptor": None}},
        "ground": {"sites": {"g": {"interceptor": "ground"}}},
        "raid": {"groups": {"a": {"threat": "icbm"}, "b": {"threat": "irbm"}}},
        "capability": {
            "space": {"icbm": {"boost": 0.0}, "srbm": {"boost": 0.9}},
            "spare": {"icbm": {"midcourse": 0.9}},
            "ground": {"irbm": {"terminal": 0.5}},
        },
    },
    "version": "0",
    "seed": 1,
    "overrides": ["a=1"],
    "raid": {"missiles": 2, "warheads": 4},
    "warnings": ["w"],
    "catalog_rows": [{"grade": grade} for grade in "PPSN"],
}


def answer_of(tables):
    results = Results(META, {name: as_table(columns) for name, columns in tables.items()})
    answer = summarise(results)
    json.dumps(answer, allow_nan=False)
    return answer


@pytest.fixture(scope="module")
def answer():
    return answer_of(make_tables())


def test_means_and_their_intervals(answer):
    half = T_3 * math.sqrt(10 / 3) / 2  # variance of 0, 1, 3, 4 about 2, over 4 raids
    assert answer["leakers"]["mean"] == 2.0
    assert answer["leakers"]["ci95"] == pytest.approx([0.0, 2 + half], abs=1e-9)  # not below zero
    assert answer["leakers_missiles"]["mean"] == 1.25
    assert answer["space_interceptors_in_reach"]["mean"] == 4.0
    assert answer["leakers_p95"] == 4.0


def test_chance_of_no_leak_is_clopper_pearson(answer):
    # 1 of 4: the limits solve 1 - (1 - p)^4 = 0.025 and (1 - p)^4 + 4 p (1 - p)^3 = 0.025.
    low, high = answer["p_no_leak"]["ci95"]
    assert answer["p_no_leak"]["value"] == 0.25
    assert 1 - (1 - low) ** 4 == pytest.approx(0.025, abs=1e-9)
    assert (1 - high) ** 4 + 4 * high * (1 - high) ** 3 == pytest.approx(0.025, abs=1e-9)


def test_the_worst_start_is_picked_by_one_half_and_judged_by_the_other(answer):
    worst = answer["worst_start"]
    assert worst["start_s"] == 30.0
    # Second half of the luck: 2 and 3 at the worst start, against a mean of (1+1+2+4)/4 = 2 and
    # (1+1+3+4)/4 = 2.25: an excess of 0 and 0.75, on the mean of 2.
    assert worst["excess"]["mean"] == pytest.approx(0.375)
    assert worst["mean"] == answer["leakers_worst_start"] == pytest.approx(2.375)
    assert worst["ci95"][0] <= worst["mean"] <= worst["ci95"][1]


def test_layers_kills_and_leakers_make_the_raid(answer):
    assert [layer["layer"] for layer in answer["layers"]] == ["boost", "midcourse", "terminal"]
    assert [layer["kills"] for layer in answer["layers"]] == [1.0, 0.75, 0.25]
    assert [layer["shots"] for layer in answer["layers"]] == [1.5, 2.0, 0.25]
    assert [layer["engaged"] for layer in answer["layers"]] == [1.0, 1.5, 0.25]
    kills = sum(layer["kills"] for layer in answer["layers"])
    assert answer["leakers"]["mean"] + kills == answer["raid"]["warheads"]


def test_a_layer_is_capable_if_it_fields_an_interceptor_for_the_raid(answer):
    assert [layer["capable"] for layer in answer["layers"]] == [False, False, True]


def test_intervals_of_counts_end_at_zero(answer):
    boost, _, terminal = answer["layers"]
    assert boost["kills_ci95"][0] == terminal["kills_ci95"][0] == 0.0
    half = T_3 * 0.5 / 2  # variance of 1, 0, 0, 0
    assert terminal["kills_ci95"][1] == pytest.approx(0.25 + half, abs=1e-9)


def test_what_was_changed_is_told(answer):
    assert answer["overrides"] == ["a=1"]


def test_reasons_make_the_leakers_most_first(answer):
    assert answer["leak_reasons"] == {"missed": 1.25, "no path": 0.5, "magazine empty": 0.25}
    assert list(answer["leak_reasons"]) == ["missed", "no path", "magazine empty"]
    assert sum(answer["leak_reasons"].values()) == answer["leakers"]["mean"]


def test_kill_chain_is_that_of_the_first_shot_at_each_missile(answer):
    # Raid 0, missile 0, boost: 40, 30, 1, 20, 0.5.
    # Raid 2, missile 1, midcourse: 50, 240, 4, 30, 1.5.
    assert answer["kill_chain_s"] == pytest.approx(
        {"detect": 45.0, "track": 135.0, "deliver": 2.5, "decide": 25.0, "commit": 1.0},
        abs=SECONDS,
    )
    by_layer = answer["kill_chain_by_layer_s"]
    assert list(by_layer) == ["boost", "midcourse", "terminal"]
    assert by_layer["boost"] == pytest.approx(
        {"detect": 40.0, "track": 30.0, "deliver": 1.0, "decide": 20.0, "commit": 0.5}, abs=SECONDS
    )
    # Raid 0, missile 0: 40, 160, 2, 48, 9. Raid 2, missile 1: as above.
    assert by_layer["midcourse"] == pytest.approx(
        {"detect": 45.0, "track": 200.0, "deliver": 3.0, "decide": 39.0, "commit": 5.25},
        abs=SECONDS,
    )
    assert set(by_layer["terminal"].values()) == {None}


def test_cost_and_sources(answer):
    assert answer["cost"] == {
        "total_musd": 42.0,
        "acquisition_musd": 30.0,
        "operations_musd": 12.0,
        "by_element_musd": {"a": 10.0, "b": 32.0},
        "budget_musd": 40.0,
        "base_year": 2026,
        "period_y": 20,
    }
    assert answer["sources"] == {"primary": 2, "secondary": 1, "derived": 0, "notional": 1}
    assert answer["warnings"] == ["w"]


def test_partners_by_loss_those_without_a_case_last(answer):
    large, small, idle = answer["partners"]
    assert [row["partner"] for row in (large, small, idle)] == ["large", "small", "idle"]
    assert large["leakers_without"]["mean"] == 3.0
    half = T_3 * math.sqrt(4 / 3) / 2  # differences 2, 2, 0, 0 about 1
    assert large["leakers_delta"]["mean"] == 1.0
    assert large["leakers_delta"]["ci95"] == pytest.approx([1 - half, 1 + half], abs=1e-9)
    assert small["leakers_delta"] == {"mean": 0.0, "ci95": [0.0, 0.0]}
    assert idle["leakers_without"] is idle["leakers_delta"] is None
    assert (large["launches"], small["launches"]) == (None, 3)


def test_one_raid_has_no_interval_and_no_shots_no_kill_chain():
    tables = make_tables()
    n_row = {"runs": 1, "replays": 2, "warheads": 4, "missiles": 2, "shots": 0}
    for name, n in n_row.items():
        tables[name] = {k: np.asarray(v)[:n] for k, v in tables[name].items()}
    tables["partner_runs"] = {"partner": ["large"], "leakers": [2]}
    answer = answer_of(tables)
    assert answer["leakers"] == {"mean": 0.0, "ci95": [None, None]}
    assert answer["worst_start"]["ci95"] == [None, None]
    assert answer["partners"][0]["leakers_delta"] == {"mean": 2.0, "ci95": [None, None]}
    assert set(answer["kill_chain_s"].values()) == {None}
    assert answer["leak_reasons"] == {}


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("regional-raid", []),
        (
            "regional-raid",
            [f"capability.{name}=null" for name in ("gbi", "sbi-interceptor", "sm-3-iia", "thaad")],
        ),
    ],
)
def test_a_real_raid_closes_its_sums(name, settings):
    answer = run(load(name, [*settings, "monte_carlo.replays=2"]), runs=2).answer
    json.dumps(answer, allow_nan=False)
    kills = sum(layer["kills"] for layer in answer["layers"])
    assert answer["leakers"]["mean"] + kills == pytest.approx(answer["raid"]["warheads"])
    assert sum(answer["leak_reasons"].values()) == pytest.approx(answer["leakers"]["mean"])
    if settings:
        assert sum(layer["shots"] for layer in answer["layers"]) == 0
