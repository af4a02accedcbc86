"""Tables of neighbours: joining them, terminals, links between shells beside brute force."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opendome.geometry import tangent_height
from opendome.network import (
    Rules,
    Sites,
    Space,
    add_links,
    cross_links,
    free_terminals,
    grid_neighbours,
    limit_terminals,
    stack_neighbours,
)

SEEDS = st.integers(0, 2**32 - 1)


def pairs_of(table):
    """Return the links of a table as a set, after checking that both ends name each other."""
    found = {(i, int(j)) for i, row in enumerate(table) for j in row if j >= 0}
    assert all((j, i) in found and i != j for i, j in found)
    assert len(found) == (table >= 0).sum()  # none is named twice in a row
    return {pair for pair in found if pair[0] < pair[1]}


def test_shells_side_by_side_have_no_link_between():
    parts = [grid_neighbours(3, 4, seam=True), grid_neighbours(1, 2, seam=True)[:, :1]]
    table = stack_neighbours(parts)
    assert table.shape == (14, 4)
    first = pairs_of(parts[0])
    assert pairs_of(table) == first | {(12, 13)}
    assert stack_neighbours([]).shape == (0, 0)


@given(SEEDS)
def test_links_are_added_once(seed):
    rng = np.random.default_rng(seed)
    table = grid_neighbours(int(rng.integers(1, 5)), int(rng.integers(1, 5)), seam=False)
    pairs = rng.integers(0, len(table), size=(int(rng.integers(0, 12)), 2))
    wanted = {(min(a, b), max(a, b)) for a, b in pairs.tolist() if a != b}
    more = add_links(table, pairs)
    assert pairs_of(more) == pairs_of(table) | wanted
    np.testing.assert_array_equal(more[:, :4], table)


def test_no_pair_adds_no_column():
    table = grid_neighbours(2, 3, seam=False)
    assert add_links(table, np.empty((0, 2), dtype=np.int64)).shape == table.shape


@given(SEEDS)
def test_terminals_limit_links_at_both_ends_and_waste_none(seed):
    rng = np.random.default_rng(seed)
    n_plane, n_slot = (int(n) for n in rng.integers(1, 8, size=2))
    table = grid_neighbours(n_plane, n_slot, seam=bool(rng.integers(2)))
    n_terminal = rng.integers(0, 6, len(table))
    limited = limit_terminals(table, n_terminal)
    kept = pairs_of(limited)
    assert kept <= pairs_of(table)
    left = free_terminals(limited, n_terminal)
    np.testing.assert_array_equal(left, n_terminal - (limited >= 0).sum(axis=1))
    assert (left >= 0).all()
    assert not any(left[a] > 0 and left[b] > 0 for a, b in pairs_of(table) - kept)


def test_three_terminals_keep_one_link_across_each():
    limited = limit_terminals(grid_neighbours(6, 5, seam=False), 3)
    assert ((limited >= 0).sum(axis=1) == 3).all()
    assert (limited[:, :2] >= 0).all()


def test_as_many_terminals_as_links_change_nothing_and_none_leave_nothing():
    table = grid_neighbours(6, 5, seam=False)
    np.testing.assert_array_equal(limit_terminals(table, 4), table)
    assert (limit_terminals(table, 0) == -1).all()
    assert (free_terminals(table, 3) == 0).all()


def scattered(seed):
    """Return two lots of satellites about one part of the sky, terminals, and limits."""
    rng = np.random.default_rng(seed)
    lots = []
    for n in rng.integers(0, 25, size=2):
        u = np.array([1.0, 0.0, 0.0]) + rng.normal(scale=0.5, size=(int(n), 3))
        u /= np.linalg.norm(u, axis=-1, keepdims=True)
        lots.append(u * rng.uniform(6.9e6, 7.6e6, (int(n), 1)))
    n_free = [rng.integers(0, 3, len(lot)) for lot in lots]
    rules = Rules(float(rng.uniform(0, 5e5)), float(rng.uniform(5e5, 6e6)), 0.0)
    return *lots, *n_free, rules


@given(SEEDS)
def test_links_between_shells_are_granted_by_rising_length(seed):
    a_m, b_m, n_free_a, n_free_b, rules = scattered(seed)
    left_a, left_b, expected = n_free_a.copy(), n_free_b.copy(), []
    range_m = np.linalg.norm(a_m[:, None] - b_m, axis=-1)
    for at in np.argsort(range_m, axis=None, kind="stable"):
        i, j = np.unravel_index(at, range_m.shape)
        if range_m[i, j] > rules.max_range_m or not left_a[i] or not left_b[j]:
            continue
        if tangent_height(a_m[i], b_m[j]) >= rules.grazing_height_m:
            expected.append([i, j])
            left_a[i] -= 1
            left_b[j] -= 1
    found = cross_links(a_m, b_m, n_free_a, n_free_b, rules)
    assert found.shape == (len(expected), 2)
    assert found.tolist() == expected


def test_whoever_has_no_position_or_no_terminal_gets_no_link():
    a_m = np.array([[7e6, 0.0, 0.0], [np.nan, 0.0, 0.0], [7e6, 1e5, 0.0]])
    b_m = np.array([[7.1e6, 0.0, 0.0], [7.1e6, 2e5, 0.0]])
    found = cross_links(a_m, b_m, np.array([0, 1, 1]), np.array([1, 1]), Rules(0.0, 5e6, 0.0))
    assert found.tolist() == [[2, 0]] or found.tolist() == [[2, 1]]
    assert cross_links(a_m, b_m, np.zeros(3, int), np.ones(2, int), Rules(0.0, 5e6, 0.0)).size == 0


def test_plain_tables_have_no_outage():
    space = Space.plain(grid_neighbours(2, 2, seam=False))
    assert space.alive.all()
    assert (space.network == 0).all()
    up = np.eye(3)
    sites = Sites.plain(6.4e6 * up, up, min_elevation_rad=0.1, n_network=2)
    assert sites.serves.shape == (3, 2)
    assert (sites.min_elevation_rad == 0.1).all()
    assert np.isinf(sites.max_range_m).all()
