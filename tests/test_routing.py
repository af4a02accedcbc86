"""Forwarding: delays beside SciPy, paths that add up, relays, sets, churn, streaming."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from opendome.constants import SPEED_OF_LIGHT_MPS
from opendome.network import (
    LANDS,
    NO_PATH,
    Links,
    Rules,
    Sites,
    Space,
    forward,
    forward_to_sets,
    forwarding,
    forwarding_over,
    gateway_entry,
    grid_neighbours,
    hop_counts,
    link_list,
    links_at,
    paths_changed,
    shortest_latency,
    trace_path,
)
from opendome.orbits import positions_j2, walker

ROUNDING = 1e-12  # relative
SEEDS = st.integers(0, 2**32 - 1)
RULES = Rules(grazing_height_m=80e3, max_range_m=5e6, hop_s=0.003)


def random_links(seed, *, relays=False, least_m=1.0):
    """Return links between points of a random graph, with no geometry behind their lengths."""
    rng = np.random.default_rng(seed)
    n_sat, n_site = (int(n) for n in rng.integers(1, 25, size=2))
    length_m = np.triu(rng.uniform(least_m, 3e6, (n_sat, n_sat)), 1)
    length_m *= rng.random((n_sat, n_sat)) < rng.uniform(0.0, 0.5)
    length_m += length_m.T
    width = max(int((length_m > 0.0).sum(axis=1).max()), 1)
    neighbours, cross_m = np.full((n_sat, width), -1), np.full((n_sat, width), np.inf)
    for i, row in enumerate(length_m):
        (to,) = np.nonzero(row)
        neighbours[i, : to.size], cross_m[i, : to.size] = to, row[to]
    sees = rng.random((n_site, n_sat)) < rng.uniform(0.0, 0.4)
    return Links(
        neighbours=neighbours,
        cross_m=cross_m,
        first=np.concatenate([[0], np.cumsum(sees.sum(axis=1))]),
        sat=np.nonzero(sees)[1],
        range_m=rng.uniform(least_m, 3e6, int(sees.sum())),
        relays=(rng.random(n_site) < 0.7) & relays,
        hop_s=float(rng.choice([0.0, 0.004])),
    )


def scipy_delays_s(links, destination):
    """Return the delays of all nodes by SciPy, sites that do not relay being ends only."""
    tail, head, length_m = link_list(links)
    n = links.n_sat + links.n_site
    light_s = length_m / SPEED_OF_LIGHT_MPS
    sends = np.ones(n, dtype=bool)
    sends[links.n_sat :] = links.relays
    sends[links.n_sat + destination] = True
    # Searched from the destination outward: whoever sends pays the hop, if it is a satellite.
    a, b = np.concatenate([tail, head]), np.concatenate([head, tail])
    cost_s = np.concatenate([light_s, light_s]) + np.where(b < links.n_sat, links.hop_s, 0.0)
    goes_on = sends[a]
    graph = csr_array((cost_s[goes_on], (a[goes_on], b[goes_on])), shape=(n, n))
    return dijkstra(graph, indices=links.n_sat + destination)


def walk_s(links, path):
    """Return the delay of a path, adding up its links."""
    tail, head, length_m = link_list(links)
    length = {(a, b): m for a, b, m in zip(tail, head, length_m, strict=True)}
    total_m = sum(length[min(a, b), max(a, b)] for a, b in pairwise(path.tolist()))
    n_hop = sum(node < links.n_sat for node in path.tolist())
    return total_m / SPEED_OF_LIGHT_MPS + links.hop_s * n_hop


@given(SEEDS, st.booleans())
def test_delays_equal_scipy(seed, relays):
    links = random_links(seed, relays=relays)
    ways = forward(links, np.arange(links.n_site))
    for destination in range(links.n_site):
        theirs_s = scipy_delays_s(links, destination)
        np.testing.assert_allclose(ways.latency_s[destination], theirs_s, rtol=ROUNDING)


@given(SEEDS, st.booleans())
def test_paths_add_up_to_the_delay_and_land_at_their_site(seed, relays):
    links = random_links(seed, relays=relays)
    ways = forward(links, np.arange(links.n_site))
    nodes = np.arange(links.n_sat + links.n_site)
    hops = hop_counts(ways, nodes)
    for destination in range(links.n_site):
        for node in nodes:
            path, delay_s = trace_path(ways, destination, node), ways.latency_s[destination, node]
            if not np.isfinite(delay_s):
                assert path.size == 0
                assert hops[destination, node] == ways.next_hop[destination, node] == NO_PATH
                continue
            assert (path[0], path[-1]) == (node, links.n_sat + destination)
            assert len(set(path.tolist())) == len(path) == hops[destination, node] + 1
            np.testing.assert_allclose(walk_s(links, path), delay_s, rtol=ROUNDING, atol=1e-15)
            over = path[1:-1] - links.n_sat
            assert links.relays[over[over >= 0]].all()
    assert (np.diagonal(ways.next_hop[:, links.n_sat :]) == LANDS).all()
    assert (np.diagonal(ways.latency_s[:, links.n_sat :]) == 0.0).all()


@given(SEEDS, st.booleans())
def test_one_thread_and_all_give_the_same_bytes(seed, relays):
    links = random_links(seed, relays=relays)
    serial = forward(links, np.arange(links.n_site), bulk=False)
    bulk = forward(links, np.arange(links.n_site), bulk=True)
    np.testing.assert_array_equal(serial.latency_s, bulk.latency_s)
    np.testing.assert_array_equal(serial.next_hop, bulk.next_hop)


@given(SEEDS)
def test_links_of_a_millimetre_do_not_slow_or_mislead_the_search(seed):
    links = random_links(seed, least_m=1e-3)
    short = links.cross_m / np.where(links.neighbours % 3 == 0, 1e6, 1.0)
    lengths = np.minimum(short, np.inf)
    i, k = np.nonzero(links.neighbours >= 0)
    # Keep both ends of a link alike.
    both = {}
    for a, b, m in zip(i, links.neighbours[i, k], lengths[i, k], strict=True):
        both[min(a, b), max(a, b)] = min(m, both.get((min(a, b), max(a, b)), np.inf))
    for a, at in zip(i, k, strict=True):
        b = links.neighbours[a, at]
        lengths[a, at] = both[min(a, b), max(a, b)]
    links = Links(
        links.neighbours, lengths, links.first, links.sat, links.range_m, links.relays, 0.0
    )
    ways = forward(links, np.arange(links.n_site))
    for destination in range(links.n_site):
        theirs_s = scipy_delays_s(links, destination)
        np.testing.assert_allclose(ways.latency_s[destination], theirs_s, rtol=1e-9)


@given(SEEDS, st.booleans())
def test_a_set_is_reached_by_its_best_site(seed, relays):
    links = random_links(seed, relays=relays)
    rng = np.random.default_rng(seed)
    beyond_s = np.where(rng.random(links.n_site) < 0.4, rng.uniform(0.0, 3.0, links.n_site), np.inf)
    ways = forward_to_sets(links, beyond_s[None])
    single = forward(links, np.arange(links.n_site)).latency_s
    best_s = (single + beyond_s[:, None]).min(axis=0)
    leads = np.isfinite(beyond_s)
    ours_s = ways.latency_s[0]
    if not relays:  # else a path may be cut short at a relay that leads there itself
        np.testing.assert_allclose(ours_s[: links.n_sat], best_s[: links.n_sat], rtol=ROUNDING)
        others = np.flatnonzero(~leads) + links.n_sat
        np.testing.assert_allclose(ours_s[others], best_s[others], rtol=ROUNDING)
    np.testing.assert_array_equal(ours_s[links.n_sat :][leads], beyond_s[leads])
    assert (ways.next_hop[0, links.n_sat :][leads] == LANDS).all()


def shell(t_s=(0.0,)):
    """Return a grid shell, sites along a meridian, and positions at times."""
    orbits = walker(12, 12, 1, 800e3, 0.95)
    lat = np.linspace(-0.9, 0.9, 7)
    up = np.stack([np.cos(lat), np.zeros(7), np.sin(lat)], axis=-1)
    space = Space.plain(grid_neighbours(12, 12, seam=False, phasing=1))
    sites = Sites.plain(6.371e6 * up, up, min_elevation_rad=0.2)
    return space, sites, positions_j2(orbits, np.array(t_s), 0.37 + 7.3e-5 * np.array(t_s))


def test_the_same_bytes_as_the_search_of_the_simulation():
    space, sites, r_m = shell()
    ways = forwarding(space, r_m[0], sites, RULES, np.arange(7))
    for site in range(7):
        one = np.array([site])
        entry_s, _ = gateway_entry(
            r_m[0], sites.r_m[one], sites.up[one], np.array([0.2]), np.zeros(1), RULES.hop_s
        )
        latency_s, next_hop, _ = shortest_latency(
            space.neighbours, space.alive, r_m[0], entry_s, RULES.hop_s, 80e3, 5e6
        )
        np.testing.assert_array_equal(ways.latency_s[site, :144], latency_s)
        ours = np.where(ways.next_hop[site, :144] == 144 + site, LANDS, ways.next_hop[site, :144])
        (differ,) = np.nonzero(ours != next_hop)
        assert differ.size <= 2  # ties to the last bit, which the lattice has
        for i in differ:
            via = np.array([ours[i], next_hop[i]])
            link_s = np.linalg.norm(r_m[0, via] - r_m[0, i], axis=-1) / SPEED_OF_LIGHT_MPS
            np.testing.assert_allclose(
                latency_s[via] + link_s + RULES.hop_s, latency_s[i], rtol=1e-15
            )


def test_round_trips_are_the_same_both_ways_without_ground_relays():
    space, sites, r_m = shell()
    delay_s = forwarding(space, r_m[0], sites, RULES, np.arange(7)).latency_s[:, 144:]
    np.testing.assert_allclose(delay_s, delay_s.T, rtol=ROUNDING)
    assert np.isfinite(delay_s).all()


def test_ground_relays_shorten_some_paths_and_lengthen_none():
    space, sites, r_m = shell()
    relaying = Rules(80e3, 5e6, 0.003, ground_relays=True)
    off = forwarding(space, r_m[0], sites, RULES, np.arange(7))
    on = forwarding(space, r_m[0], sites, relaying, np.arange(7))
    assert (on.latency_s <= off.latency_s * (1 + ROUNDING)).all()
    alone = Space(np.full((144, 4), -1), space.alive, space.network)
    cut = forwarding(alone, r_m[0], sites, RULES, np.arange(7)).latency_s[:, 144:]
    bent = forwarding(alone, r_m[0], sites, relaying, np.arange(7)).latency_s[:, 144:]
    assert np.isinf(cut[0, 6])
    assert np.isfinite(bent[0, 6])  # from site to site along the meridian


def test_two_networks_meet_at_a_shared_site_only():
    r_site_m = np.array([[6.371e6, 0.0, 0.0], [5.9e6, 2.4e6, 0.0], [5.9e6, -2.4e6, 0.0]])
    up = r_site_m / np.linalg.norm(r_site_m, axis=-1, keepdims=True)
    between = up[1] + up[0], up[2] + up[0]
    r_sat_m = np.array([7.2e6 * u / np.linalg.norm(u) for u in between])
    space = Space(np.full((2, 4), -1), np.ones(2, bool), np.array([0, 1]))
    serves = np.array([[True, True], [True, False], [False, True]])
    only_shared = np.array([True, False, False])
    sites = Sites(
        r_site_m, up, np.full(3, 0.1), np.full(3, np.inf), serves, only_shared, np.ones(3, bool)
    )
    ways = {}
    for relays in (False, True):
        rules = Rules(80e3, 5e6, 0.0, ground_relays=relays)
        ways[relays] = forwarding(space, r_sat_m, sites, rules, np.array([2]))
    assert np.isinf(ways[False].latency_s[0, 2 + 1])
    assert trace_path(ways[True], 0, 3).tolist() == [3, 0, 2, 1, 4]


def test_a_dead_satellite_or_site_is_on_no_path():
    space, sites, r_m = shell()
    alive = np.arange(144) % 3 > 0
    working = np.arange(7) != 3
    ways = forwarding(
        Space(space.neighbours, alive, space.network),
        r_m[0],
        Sites(
            sites.r_m,
            sites.up,
            sites.min_elevation_rad,
            sites.max_range_m,
            sites.serves,
            sites.relays,
            working,
        ),
        Rules(80e3, 5e6, 0.0, ground_relays=True),
        np.arange(7),
    )
    assert np.isinf(ways.latency_s[:, :144][:, ~alive]).all()
    assert np.isinf(ways.latency_s[np.arange(7) != 3, 144 + 3]).all()
    used = np.unique(ways.next_hop[ways.next_hop >= 0])
    assert alive[used[used < 144]].all()
    assert 144 + 3 not in used


def test_whoever_sees_nothing_is_unreachable_and_nothing_is_nan():
    space, sites, r_m = shell()
    blind = Sites.plain(sites.r_m, sites.up, min_elevation_rad=1.57)
    ways = forwarding(space, r_m[0], blind, RULES, np.array([0, 3]))
    assert not np.isnan(ways.latency_s).any()
    elsewhere = np.delete(ways.latency_s[0], 144)
    assert np.isinf(elsewhere).all()
    assert (np.delete(ways.next_hop[0], 144) == NO_PATH).all()
    assert hop_counts(ways, np.array([144 + 1])).tolist() == [[NO_PATH], [NO_PATH]]


def test_no_destination_and_no_site_give_empty_tables():
    space, sites, r_m = shell()
    assert forwarding(space, r_m[0], sites, RULES, np.arange(0)).latency_s.shape == (0, 151)
    none = Sites.plain(np.empty((0, 3)), np.empty((0, 3)))
    assert forwarding(space, r_m[0], none, RULES, np.arange(0)).latency_s.shape == (0, 144)


def test_churn_is_a_path_that_differs_anywhere_on_its_way():
    space, sites, r_m = shell((0.0, 120.0))
    before, after = (forwarding(space, r, sites, RULES, np.arange(7)) for r in r_m)
    nodes = np.arange(144, 151)
    changed = paths_changed(before, after, nodes)
    for d in range(7):
        for k, node in enumerate(nodes):
            ways = [trace_path(w, d, node).tolist() for w in (before, after)]
            assert changed[d, k] == (ways[0] != ways[1])
    assert changed.any()
    assert not np.diagonal(changed).any()
    assert not paths_changed(before, before, nodes).any()


def test_times_come_one_by_one_in_two_turns_of_memory():
    space, sites, r_m = shell((0.0, 60.0, 120.0, 180.0))
    asked = []

    def links():
        for k, r in enumerate(r_m):
            asked.append(k)
            yield links_at(space, r, sites, RULES)

    seen = []
    for k, ways in enumerate(forwarding_over(links(), np.arange(7))):
        assert asked == list(range(k + 1))  # none is made before it is needed
        alone = forwarding(space, r_m[k], sites, RULES, np.arange(7))
        np.testing.assert_array_equal(ways.latency_s, alone.latency_s)
        np.testing.assert_array_equal(ways.next_hop, alone.next_hop)
        seen.append(ways)
    assert len(seen) == 4
    assert seen[0] is seen[2]
    assert seen[1] is seen[3]
    assert seen[0] is not seen[1]


def test_memory_to_be_filled_has_to_fit():
    space, sites, r_m = shell()
    out = forwarding(space, r_m[0], sites, RULES, np.arange(7))
    assert forwarding(space, r_m[0], sites, RULES, np.arange(7), out=out) is out
    with pytest.raises(ValueError, match="out must be of 3 destinations and 151 nodes"):
        forwarding(space, r_m[0], sites, RULES, np.arange(3), out=out)
