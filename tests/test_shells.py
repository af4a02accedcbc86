"""Shells of a catalogue: synthetic fleets, and the real files against the filings."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome import api
from opendome.orbits.shells import find_shells

DATA = os.environ.get("OPENDOME_TEST_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="OPENDOME_TEST_DATA is not set: no catalogues")

FCC_2025 = {  # height [km] and inclination [deg] of the Gen1 filing -> heights found [km]
    (540, 53.2): 540.0,
    (570, 70.0): 570.0,
    (560, 97.6): 560.0,
    (550, 53.0): 547.5,
}
"""SAT-MOD-20200417-00037; the 550 km shell is flown 2.5 km lower than filed."""


def fleet(*shells, seed=1):
    """Height, inclination and group of shells of (km, deg, satellites, group), a little apart."""
    rng = np.random.default_rng(seed)
    parts = [
        (
            1e3 * (km + rng.normal(0.0, 0.2, n)),
            np.radians(deg + rng.normal(0.0, 0.01, n)),
            np.full(n, group),
        )
        for km, deg, n, group in shells
    ]
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def brute(altitude_m, inc_rad, group, reach_m, reach_rad, least):
    """Return insiders and the pairs of insiders in reach, without cells."""
    dx = (altitude_m[:, None] - altitude_m) / reach_m
    dy = (inc_rad[:, None] - inc_rad) / reach_rad
    near = (dx**2 + dy**2 <= 1.0) & (group[:, None] == group)
    inside = near.sum(axis=1) >= least
    label = np.where(inside, np.arange(len(group)), -1)
    while True:
        reached = np.where(near & inside[:, None] & inside, label, -1).max(axis=1)
        if (reached == label).all():
            return label
        label = reached


def test_shells_are_told_apart_by_height_and_by_inclination():
    shells = find_shells(*fleet((540, 53.2, 200, 0), (550, 53.0, 150, 0), (550, 70.0, 100, 0)))
    np.testing.assert_allclose(shells.altitude_m / 1e3, (540, 550, 550), atol=0.1)
    np.testing.assert_allclose(np.degrees(shells.inc_rad), (53.2, 53.0, 70.0), atol=0.01)
    assert shells.n_sat.tolist() == [200, 150, 100]
    assert np.bincount(shells.member).tolist() == [200, 150, 100]
    assert (shells.lowest_m <= shells.altitude_m).all()
    assert (shells.altitude_m <= shells.highest_m).all()


def test_planes_some_kilometres_apart_are_one_shell():
    planes = [(1178 + 4 * k, 87.9, 49, 0) for k in range(12)]
    shells = find_shells(*fleet(*planes))
    assert shells.n_sat.tolist() == [588]
    assert shells.altitude_m[0] / 1e3 == pytest.approx(1200, abs=3)


def test_groups_do_not_mix_and_negative_ones_have_no_shell():
    altitude_m, inc_rad, group = fleet((550, 53.0, 30, 3), (550, 53.0, 20, 1), (550, 53.0, 40, -1))
    shells = find_shells(altitude_m, inc_rad, group)
    assert shells.group.tolist() == [1, 3]
    assert shells.n_sat.tolist() == [20, 30]
    assert (shells.member[group == -1] == -1).all()


def test_who_raises_the_orbit_is_in_no_shell():
    shell = fleet((550, 53.0, 1000, 0))
    km = np.arange(300.0, 540.0, 2.0)  # a launch every few days, on its way
    rising = 1e3 * km, np.full(len(km), math.radians(53.0)), np.zeros(len(km), dtype=int)
    shells = find_shells(*(np.concatenate(pair) for pair in zip(shell, rising, strict=True)))
    assert shells.n_sat.tolist() == [1000]
    assert (shells.member[1000:] == -1).all()


def test_a_batch_at_one_height_is_a_shell_of_a_small_fleet_only():
    batch = (350, 53.0, 20, 0)
    assert find_shells(*fleet((550, 53.0, 500, 0), batch)).n_sat.tolist() == [500, 20]
    assert find_shells(*fleet((550, 53.0, 5000, 0), batch)).n_sat.tolist() == [5000]


def test_nothing_gives_no_shell():
    for n in (0, 1, 9):
        shells = find_shells(np.full(n, 5e5), np.full(n, 0.9), np.zeros(n, dtype=np.int64))
        assert len(shells) == 0
        assert shells.member.tolist() == [-1] * n
    assert len(find_shells(np.full(10, 5e5), np.full(10, 0.9), np.zeros(10, dtype=np.int64))) == 1


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 80), n_least=st.integers(1, 8))
def test_clusters_are_those_of_brute_force(seed, n, n_least):
    # Coordinates on cells' centres, where the cells change no distance.
    rng = np.random.default_rng(seed)
    altitude_m = (rng.integers(0, 160, n) + 0.5) * 100.0
    inc_rad = (rng.integers(0, 48, n) + 0.5) * 1e-4
    group = rng.integers(0, 2, n)
    reaches = {"reach_m": 1600.0, "reach_rad": 1.6e-3}
    shells = find_shells(altitude_m, inc_rad, group, n_least=n_least, share=0.0, **reaches)
    label = brute(altitude_m, inc_rad, group, 1600.0 * (1 + 1e-9), 1.6e-3 * (1 + 1e-9), n_least)
    inside = label >= 0
    assert (shells.member[inside] >= 0).all()
    pairs = {(a, b) for a, b in zip(label[inside], shells.member[inside], strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    order = rng.permutation(n)
    again = find_shells(
        altitude_m[order], inc_rad[order], group[order], n_least=n_least, share=0.0, **reaches
    )
    np.testing.assert_array_equal(np.sort(again.n_sat), np.sort(shells.n_sat))


def shells_of(name, operator):
    """Shells of an operator in a real file: (km, deg) -> satellites."""
    answer = api.orbits(Path(DATA) / name, operator=operator).answer()
    return {(s["altitude_km"], s["inclination_deg"]): s["satellites"] for s in answer["shells"]}


@needs_data
@pytest.mark.parametrize(("filed", "found_km"), FCC_2025.items())
def test_starlink_of_2025_flies_the_shells_of_the_filing(filed, found_km):
    filed_km, filed_deg = filed
    shells = shells_of("starlink-2025-05-24.omm.json", "spacex")
    near = [s for s in shells if abs(s[0] - filed_km) <= 4.0 and abs(s[1] - filed_deg) <= 0.1]
    assert len(near) == 1
    assert near[0][0] == pytest.approx(found_km, abs=0.1)
    assert shells[near[0]] >= 200


@needs_data
def test_starlink_of_2026_has_moved_down():
    # 4,400 satellites were to go from 550 km to about 480 km in 2026.
    shells = shells_of("active-2026-08-22.tle", "spacex")
    assert shells == {
        (463.0, 53.16): 4176,
        (485.0, 43.0): 3238,
        (462.5, 97.28): 1042,
        (570.0, 70.0): 699,
        (358.4, 43.0): 330,
        (360.0, 53.16): 328,
        (546.5, 97.28): 173,
        (540.0, 53.16): 159,
    }


@needs_data
@pytest.mark.parametrize(
    ("operator", "km", "deg", "satellites"),
    [
        ("amazon", 630, 51.9, 317),  # 610 and 590 km are not filled yet
        ("eutelsat-oneweb", 1200, 87.9, 645),
        ("iridium", 775, 86.4, 67),
        ("globalstar", 1414, 52.0, 24),
    ],
)
def test_other_constellations_fly_where_they_were_filed(operator, km, deg, satellites):
    shells = shells_of("active-2026-08-22.tle", operator)
    largest = max(shells, key=lambda shell: shells[shell])
    assert largest == (pytest.approx(km, abs=2.0), pytest.approx(deg, abs=0.1))
    assert shells[largest] == satellites
    if operator == "amazon":
        assert [km for km, _ in shells if 580 <= km <= 620] == []
