"""Links that carry at one time, beside NumPy: limits, terminals, outages, rules of attachment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import OMEGA_EARTH_RADPS, R_EARTH_WGS84_M
from opendome.geometry import tangent_height
from opendome.network import Links, Rules, Sites, Space, grid_neighbours, link_list, links_at
from opendome.orbits import positions_j2, states_j2, walker

SEEDS = st.integers(0, 2**32 - 1)
ORBITS = walker(9, 11, 2, 700e3, 0.9)
N_SAT, N_SITE = 99, 8


def scene(seed, **rules):
    """Return random outages, sites, limits and terminals over one shell in two networks."""
    rng = np.random.default_rng(seed)
    r_m = positions_j2(ORBITS, rng.uniform(0, 6e3, 1), 0.0)[0]
    up = rng.normal(size=(N_SITE, 3))
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    sites = Sites(
        r_m=6.371e6 * up,
        up=up,
        min_elevation_rad=rng.uniform(-0.05, 0.6, N_SITE),
        max_range_m=rng.uniform(8e5, 3e6, N_SITE),
        serves=rng.random((N_SITE, 2)) < 0.8,
        relays=rng.random(N_SITE) < 0.5,
        alive=rng.random(N_SITE) < 0.9,
    )
    space = Space(
        grid_neighbours(9, 11, seam=False, phasing=2),
        rng.random(N_SAT) < 0.9,
        rng.integers(0, 2, N_SAT),
    )
    limits = float(rng.uniform(-1e5, 4e5)), float(rng.uniform(2e6, 6e6)), 0.0
    return space, r_m, sites, Rules(*limits, **rules)


@given(SEEDS)
def test_crosslinks_carry_within_their_limits(seed):
    space, r_m, sites, rules = scene(seed)
    links = links_at(space, r_m, sites, rules)
    i, k = np.nonzero(space.neighbours >= 0)
    j = space.neighbours[i, k]
    range_m = np.linalg.norm(r_m[i] - r_m[j], axis=-1)
    carries = space.alive[i] & space.alive[j] & (range_m <= rules.max_range_m)
    carries &= tangent_height(r_m[i], r_m[j]) >= rules.grazing_height_m
    np.testing.assert_allclose(links.cross_m[i, k], np.where(carries, range_m, np.inf))
    assert np.isinf(links.cross_m[space.neighbours < 0]).all()


@given(SEEDS, st.sampled_from(["elevation", "range"]))
def test_ground_links_carry_within_their_limits(seed, limit):
    space, r_m, sites, rules = scene(seed, ground_limit=limit)
    links = links_at(space, r_m, sites, rules)
    line_m = r_m - sites.r_m[:, None]
    range_m = np.linalg.norm(line_m, axis=-1)
    sine = np.einsum("ij,ikj->ik", sites.up, line_m) / range_m
    if limit == "elevation":
        carries = sine >= np.sin(sites.min_elevation_rad)[:, None]
    else:
        carries = (range_m <= sites.max_range_m[:, None]) & (sine >= 0.0)
    carries &= sites.alive[:, None] & space.alive & sites.serves[:, space.network]
    site, sat = np.nonzero(carries)
    np.testing.assert_array_equal(links.site, site)
    np.testing.assert_array_equal(links.sat, sat)
    np.testing.assert_allclose(links.range_m, range_m[site, sat])


@given(SEEDS)
def test_the_list_has_each_link_once(seed):
    space, r_m, sites, rules = scene(seed)
    links = links_at(space, r_m, sites, rules)
    tail, head, length_m = link_list(links)
    assert (tail < head).all()
    assert len(set(zip(tail.tolist(), head.tolist(), strict=True))) == tail.size
    n_cross = int(np.isfinite(links.cross_m).sum())
    assert tail.size == n_cross / 2 + links.sat.size
    r_all_m = np.concatenate([r_m, sites.r_m])
    np.testing.assert_allclose(length_m, np.linalg.norm(r_all_m[tail] - r_all_m[head], axis=-1))


@given(SEEDS, st.sampled_from(["nearest", "highest"]))
def test_a_rule_leaves_each_site_its_best_satellite(seed, rule):
    space, r_m, sites, rules = scene(seed)
    every = links_at(space, r_m, sites, rules)
    one = links_at(space, r_m, sites, replace(rules, attach_rule=rule))
    for site in range(N_SITE):
        rows = slice(*every.first[site : site + 2])
        sat, line_m = every.sat[rows], r_m[every.sat[rows]] - sites.r_m[site]
        range_m = np.linalg.norm(line_m, axis=-1)
        best = range_m if rule == "nearest" else -(line_m @ sites.up[site]) / range_m
        kept = one.sat[one.first[site] : one.first[site + 1]]
        assert kept.tolist() == ([] if not sat.size else [sat[np.argmin(best)]])
    np.testing.assert_array_equal(one.cross_m, every.cross_m)


def earth_fixed(t_s):
    """Return positions and velocities of the shell against the turning Earth."""
    r_m, v_mps = states_j2(ORBITS, np.array([t_s]), np.array([OMEGA_EARTH_RADPS * t_s]))
    return r_m[0], v_mps[0] - np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r_m[0])


@pytest.mark.parametrize("limit", ["elevation", "range"])
def test_longest_dwell_takes_the_satellite_that_sets_last(limit):
    lat, lon = np.linspace(-0.8, 0.8, N_SITE), np.linspace(0.0, 5.0, N_SITE)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    sites = Sites.plain(6.371e6 * up, up, min_elevation_rad=0.3, max_range_m=1.8e6)
    space = Space.plain(grid_neighbours(9, 11, seam=False))
    every = Rules(80e3, 5e6, 0.0, ground_limit=limit)
    rules = replace(every, attach_rule="longest-dwell")
    r_m, v_mps = earth_fixed(0.0)
    start = links_at(space, r_m, sites, every)
    sets_s = np.full(start.sat.size, np.nan)
    for t_s in np.arange(5.0, 1500.0, 5.0):
        later = links_at(space, earth_fixed(t_s)[0], sites, every)
        still = set(zip(later.site.tolist(), later.sat.tolist(), strict=True))
        pairs = zip(start.site.tolist(), start.sat.tolist(), strict=True)
        gone = np.array([pair not in still for pair in pairs])
        sets_s[gone & np.isnan(sets_s)] = t_s
    assert np.isfinite(sets_s).all()
    kept = links_at(space, r_m, sites, rules, v_sat_mps=v_mps)
    n_choice = np.diff(start.first)
    assert (n_choice > 1).sum() >= 3
    for site in np.flatnonzero(n_choice):
        rows = slice(*start.first[site : site + 2])
        took = start.sat[rows] == kept.sat[kept.first[site]]
        assert sets_s[rows][took] >= sets_s[rows].max() - 15.0


def test_longest_dwell_asks_for_velocities():
    space, r_m, sites, rules = scene(1, attach_rule="longest-dwell")
    with pytest.raises(ValueError, match="needs the velocities"):
        links_at(space, r_m, sites, rules)


@given(SEEDS)
def test_a_site_keeps_what_it_holds_while_it_can(seed):
    space, r_m, sites, rules = scene(seed)
    every = links_at(space, r_m, sites, rules)
    nearest = replace(rules, attach_rule="nearest")
    free = links_at(space, r_m, sites, nearest)
    held = np.random.default_rng(seed).integers(-1, N_SAT, N_SITE)
    for site in range(N_SITE):
        rows = every.sat[every.first[site] : every.first[site + 1]]
        if rows.size and site % 2:
            held[site] = rows[-1]
    kept = links_at(space, r_m, sites, nearest, held=held)
    np.testing.assert_array_equal(kept.first, free.first)
    carries = set(zip(every.site.tolist(), every.sat.tolist(), strict=True))
    for row, site in enumerate(kept.site.tolist()):
        holds = (site, int(held[site])) in carries
        assert kept.sat[row] == (held[site] if holds else free.sat[row])


def test_relays_are_those_that_can_and_may():
    space, r_m, sites, rules = scene(3)
    assert not links_at(space, r_m, sites, rules).relays.any()
    may = links_at(space, r_m, sites, replace(rules, ground_relays=True))
    np.testing.assert_array_equal(may.relays, sites.relays & sites.alive)


def test_a_satellite_without_position_has_no_link():
    space, r_m, sites, rules = scene(5)
    r_m[::3] = np.nan
    links: Links = links_at(space, r_m, sites, rules)
    assert np.isinf(links.cross_m[::3]).all()
    assert not np.isin(links.sat, np.arange(0, N_SAT, 3)).any()
    tail, head, length_m = link_list(links)
    assert np.isfinite(length_m).all()
    assert not (np.isin(tail, np.arange(0, N_SAT, 3)) | np.isin(head, np.arange(0, 99, 3))).any()


def test_the_grazing_height_is_over_the_equatorial_radius():
    half_m, low_m = 2e6, R_EARTH_WGS84_M + 100e3
    r_m = np.array([[low_m, half_m, 0.0], [low_m, -half_m, 0.0]])
    space = Space.plain(np.array([[1], [0]]))
    none = Sites.plain(np.empty((0, 3)), np.empty((0, 3)))
    for height_m, clear in ((99_999.0, True), (100_001.0, False)):
        links = links_at(space, r_m, none, Rules(height_m, 1e7, 0.0))
        assert np.isfinite(links.cross_m).all() == clear


def test_a_table_that_does_not_fit_is_refused():
    space, r_m, sites, rules = scene(7)
    with pytest.raises(ValueError, match="98 rows of satellite numbers below 98"):
        links_at(space, r_m[:98], sites, rules)


@pytest.mark.parametrize(
    ("field", "name"), [("attach_rule", "best"), ("ground_limit", "Elevation")]
)
def test_an_unknown_choice_is_named(field, name):
    with pytest.raises(ValueError, match=f"{field} is '{name}', not one of "):
        Rules(80e3, 5e6, 0.0, **{field: name})
