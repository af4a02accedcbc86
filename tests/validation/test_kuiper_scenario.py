"""The packaged scenario kuiper-630 through `opendome.api.network` beside Hypatia's numbers."""

from __future__ import annotations

from functools import cache

import pytest

from opendome import api
from tests.validation._cases import load_cases

HUNDREDTH_MS = 0.01
ONE_MS = 1.0

CASES = load_cases("kuiper_630_scenario.csv")
(RELAYED,) = load_cases("kuiper_630_relays.csv")
(EXTREMES,) = (c for c in load_cases("kuiper_630_span.csv") if c.case == "manila-dalian")
FIRST_PATH = next(c for c in load_cases("network_path.csv") if c.t_s == 0.0)
LAST_S, STEP_S = 120.0, 40.0


@cache
def answer_of(start, end):
    question = api.NetworkQuestion(start, end, duration_s=LAST_S, step_s=STEP_S)
    return api.network("kuiper-630", question).answer


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.case)
def test_round_trip_of_the_scenario(c, agree):
    answer = answer_of(c.start, c.end)
    rtt_ms = answer["rtt_ms"][answer["times_s"].index(c.t_s)]
    agree(c, "round trip", c.rtt_ms, rtt_ms, HUNDREDTH_MS, "ms")
    chord_ms = answer["bounds_ms"]["chord"]
    agree.within(c, "round trip, light on the chord", rtt_ms, low=chord_ms, unit="ms")


def test_first_path_of_the_scenario(agree):
    names = answer_of("manila", "dalian")["path"]
    slots = [name.rpartition("/")[2].split("-") for name in names[1:-1]]
    ours = [34 * int(plane) + int(slot) for plane, slot in slots]
    theirs = [int(node) for node in FIRST_PATH.path.split("-")[1:-1]]
    agree.exactly(FIRST_PATH, "satellites, scenario kuiper-630", theirs, ours)


def test_extremes_of_the_scenario(agree):
    span = {"duration_s": EXTREMES.span_s, "step_s": EXTREMES.step_s}
    question = api.NetworkQuestion("manila", "dalian", **span)
    answer = api.network("kuiper-630", question).answer
    assert answer["reachable_share"] == 1.0
    found = [answer["rtt_quantiles_ms"][k] for k in ("min", "max")]
    expected = [EXTREMES.min_rtt_ms, EXTREMES.max_rtt_ms]
    agree(EXTREMES, "least and most, scenario kuiper-630", expected, found, HUNDREDTH_MS, "ms")


def test_relays_of_the_scenario(agree):
    loaded = api.load("kuiper-630", ["network.ground_relays=true"])
    question = api.NetworkQuestion("rio-de-janeiro", "st-petersburg", duration_s=0.0)
    answer = api.network(loaded, question).answer
    (rtt_ms,) = answer["rtt_ms"]
    agree(RELAYED, "with relays, scenario kuiper-630", RELAYED.rtt_on_ms, rtt_ms, ONE_MS, "ms")
