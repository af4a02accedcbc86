"""Crosslinks of catalogues: grids found again in shuffled shells, holes, strays, seams."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.elements import read_catalogue, select
from opendome.network import (
    Rules,
    Sites,
    Space,
    catalogue_neighbours,
    grid_neighbours,
    links_at,
    orbit_angles,
    planes_of,
)
from opendome.orbits import concatenate, positions_j2, sgp4_orbits, states, walker
from opendome.orbits.shells import find_shells

RULES = Rules(grazing_height_m=80e3, max_range_m=5.5e6, hop_s=0.0)
SEEDS = st.integers(0, 2**32 - 1)
DATA = os.environ.get("OPENDOME_TEST_DATA")
NOW = np.zeros(1)


def pairs_of(table):
    """Return the links of a table as a set, after checking that both ends name each other."""
    found = {(i, int(j)) for i, row in enumerate(table) for j in row if j >= 0}
    assert all((j, i) in found and i != j for i, j in found)
    assert len(found) == (table >= 0).sum()
    return {pair for pair in found if pair[0] < pair[1]}


def linked(orbits, *, shell=None, rules=RULES, n_terminal=4):
    r_m, v_mps = (x[0] for x in states(orbits, NOW, 0.0))
    shell = np.zeros(orbits.n_sat, dtype=np.int64) if shell is None else shell
    return catalogue_neighbours(r_m, v_mps, shell, rules, n_terminal=n_terminal)


def longest_over_an_orbit_m(orbits, pairs):
    tail, head = np.array(sorted(pairs)).T
    r_m = positions_j2(orbits, np.arange(0.0, 6000.0, 60.0), 0.0)
    return np.linalg.norm(r_m[:, tail] - r_m[:, head], axis=-1).max(axis=0)


@given(SEEDS, st.sampled_from([(12, 15, 1), (10, 20, 3), (24, 22, 5)]))
@settings(max_examples=15)
def test_a_shuffled_walker_shell_has_its_grid(seed, shape):
    n_plane, n_slot, phasing = shape
    orbits = walker(n_plane, n_slot, phasing, 600e3, 0.93)
    order = np.random.default_rng(seed).permutation(orbits.n_sat)
    ours = {(order[a], order[b]) for a, b in pairs_of(linked(orbits.take(order)))}
    grid = pairs_of(grid_neighbours(n_plane, n_slot, seam=False, phasing=phasing))
    in_plane = {(a, b) for a, b in grid if a // n_slot == b // n_slot}
    ours = {(min(a, b), max(a, b)) for a, b in ours}
    assert in_plane <= ours
    assert len(ours) == len(grid) == 2 * orbits.n_sat
    # Across, the nearest over an orbit: never longer than those of the grid, which are nearest in
    # argument of latitude.
    across_m = longest_over_an_orbit_m(orbits, ours - in_plane)
    assert across_m.max() <= longest_over_an_orbit_m(orbits, grid - in_plane).max() * 1.001
    assert all(
        (a // n_slot - b // n_slot) % n_plane in (1, n_plane - 1) for a, b in ours - in_plane
    )


def test_columns_are_fore_aft_left_right():
    orbits = walker(12, 15, 0, 600e3, 0.93)
    table = linked(orbits)
    plane, slot = np.divmod(np.arange(orbits.n_sat), 15)
    np.testing.assert_array_equal(table[:, 0], plane * 15 + (slot + 1) % 15)
    np.testing.assert_array_equal(table[:, 1], plane * 15 + (slot - 1) % 15)
    np.testing.assert_array_equal(table[:, 2] // 15, (plane - 1) % 12)
    np.testing.assert_array_equal(table[:, 3] // 15, (plane + 1) % 12)


def test_half_way_between_two_partners_every_satellite_gets_one():
    # Two partners across are equally near: a choice of each for itself would leave some without.
    raan = 2 * np.pi / 10
    phasing = 10 * (0.5 - raan * np.cos(0.93) / (2 * np.pi / 16))
    table = linked(walker(10, 16, phasing, 700e3, 0.93))
    assert (table[16:-16] >= 0).all()
    assert ((table >= 0).sum(axis=1) >= 3).all()
    pairs_of(table)


def test_a_star_is_not_joined_at_its_seam():
    orbits = walker(6, 11, 3, 780e3, np.radians(86.4), raan_spread_rad=np.pi)
    table = linked(orbits, rules=Rules(80e3, 6.5e6, 0.0)).reshape(6, 11, 4)
    assert (table[:, :, :2] >= 0).all()
    assert (table[0, :, 2] == -1).all()
    assert (table[-1, :, 3] == -1).all()
    assert (table[1:, :, 2] >= 0).all()
    assert (table[:-1, :, 3] >= 0).all()


@pytest.mark.parametrize("n_slot", [1, 2, 3, 20])
def test_a_single_plane_is_a_ring_or_less(n_slot):
    table = linked(walker(1, n_slot, 0, 20_000e3, 0.9), rules=Rules(80e3, 1e8, 0.0))
    assert len(pairs_of(table)) == {1: 0, 2: 0, 3: 3, 20: 20}[n_slot]
    assert (table[:, 2:] == -1).all()


def test_two_satellites_of_a_plane_are_linked_once():
    orbits = walker(1, 20, 0, 800e3, 0.9).take(np.array([4, 5]))
    assert linked(orbits).tolist() == [[1, -1, -1, -1], [-1, 0, -1, -1]]


def test_two_planes_are_linked_once():
    orbits = walker(2, 20, 0, 800e3, 0.3, raan_spread_rad=0.4)
    table = linked(orbits)
    # The nearest first, which flies a slot behind; then the other terminals to the next nearest.
    np.testing.assert_array_equal(table[:20, 3], 20 + (np.arange(20) - 1) % 20)
    assert len(pairs_of(table)) == 40 + 20 + 20


def test_over_the_equator_all_are_one_plane():
    table = linked(walker(3, 8, 0, 1_500e3, 0.0))
    assert (planes_of(np.zeros(24, int), np.zeros(24), np.linspace(0, 6, 24)) == 0).all()
    assert len(pairs_of(table)) == 24


def test_holes_and_strays_leave_most_with_four_links():
    rng = np.random.default_rng(3)
    shell, stray = (
        walker(18, 20, 2, 600e3, 0.93),
        walker(5, 1, 0, 600e3, 0.93, raan_offset_rad=0.17),
    )
    orbits = concatenate([shell.take(np.sort(rng.permutation(360)[:330])), stray])
    table = linked(orbits)
    pairs_of(table)
    n_link = (table >= 0).sum(axis=1)
    assert (n_link == 4).mean() > 0.9
    assert longest_over_an_orbit_m(orbits, pairs_of(table)).max() <= RULES.max_range_m * 1.01


def test_planes_too_thin_for_a_ring_link_to_other_planes():
    # Two a plane, as a shell that is being filled: fore and aft are behind the Earth.
    orbits = walker(60, 2, 31, 630e3, 0.9)
    table = linked(orbits)
    assert ((table >= 0).sum(axis=1) == 4).mean() > 0.8
    assert longest_over_an_orbit_m(orbits, pairs_of(table)).max() <= RULES.max_range_m * 1.01


@pytest.mark.parametrize("n_terminal", [0, 1, 2, 3, 6])
def test_terminals_are_a_limit(n_terminal):
    table = linked(walker(18, 20, 2, 600e3, 0.93), n_terminal=n_terminal)
    pairs_of(table)
    assert ((table >= 0).sum(axis=1) <= n_terminal).all()
    assert ((table >= 0).sum(axis=1) == n_terminal).mean() > 0.9


def test_shells_and_whoever_has_none_keep_apart():
    shells = [walker(8, 12, 1, height_m, 0.93) for height_m in (550e3, 1_200e3)]
    orbits, shell = concatenate(shells), np.repeat([0, 1], 96)
    shell[5] = -1
    table = linked(orbits, shell=shell)
    assert all(shell[a] == shell[b] >= 0 for a, b in pairs_of(table))
    assert (table[5] == -1).all()


def test_a_satellite_without_position_is_left_out():
    orbits = walker(8, 12, 1, 550e3, 0.93)
    r_m, v_mps = (x[0] for x in states(orbits, NOW, 0.0))
    r_m[7] = np.nan
    table = catalogue_neighbours(r_m, v_mps, np.zeros(96, dtype=np.int64), RULES)
    assert (table[7] == -1).all()
    assert 7 not in table
    pairs_of(table)


def test_orbit_angles_are_those_of_the_orbits():
    orbits = walker(7, 9, 2, 900e3, 1.1, raan_offset_rad=0.3, arglat_offset_rad=0.4)
    r_m, v_mps = (x[0] for x in states(orbits, NOW, 0.0))
    inc_rad, raan_rad, arglat_rad = orbit_angles(r_m, v_mps)
    np.testing.assert_allclose(inc_rad, 1.1, atol=1e-3)  # the node turns under J2
    np.testing.assert_allclose(raan_rad, orbits.raan_rad % (2 * np.pi), atol=1e-3)
    np.testing.assert_allclose(np.sin(arglat_rad - orbits.arglat_rad), 0.0, atol=1e-3)


def test_a_plane_is_never_wider_than_it_may_be():
    raan_rad = np.sort(np.random.default_rng(1).uniform(0.0, 2 * np.pi, 4_000))
    plane = planes_of(np.zeros(4_000, dtype=np.int64), np.full(4_000, 1.2), raan_rad)
    for number in np.unique(plane):
        angle = np.exp(1j * raan_rad[plane == number])
        spread = np.abs(np.angle(angle / angle.mean())).max()
        assert 2 * spread * np.sin(1.2) < np.radians(2.0) * 1.5


@pytest.mark.skipif(DATA is None, reason="OPENDOME_TEST_DATA is not set: no catalogue")
def test_the_starlink_of_a_real_catalogue_has_four_links_each():
    catalogue = read_catalogue(Path(DATA) / "active-2026-08-22.tle")
    elements = select(catalogue.elements, names="^STARLINK")
    shells = find_shells(elements.altitude_m, elements.inc_rad, np.zeros(len(elements), np.int64))
    orbits = sgp4_orbits(elements, 2_461_274.5, 0.5)
    r_m, v_mps = states(orbits, np.array([0.0, 1800.0, 5400.0]), 0.0)
    table = catalogue_neighbours(r_m[0], v_mps[0], shells.member, RULES)
    pairs_of(table)
    none = Sites.plain(np.empty((0, 3)), np.empty((0, 3)))
    inside = shells.member >= 0
    for r_now_m in r_m:
        carries = np.isfinite(links_at(Space.plain(table), r_now_m, none, RULES).cross_m)
        assert (carries[inside].sum(axis=1) == 4).mean() > 0.95
        assert (carries.sum(axis=1) == 4).mean() > 0.90
