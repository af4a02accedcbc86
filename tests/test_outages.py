"""Outages: masks, single points beside removal one by one, states before and after."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.network.capacity import least_delay
from opendome.network.edges import Edges, both_ways
from opendome.network.outages import (
    compare_states,
    connected_share,
    group_lost,
    random_lost,
    single_points,
    survey,
    without,
)

SEEDS = st.integers(0, 2**32 - 1)


def random_edges(rng, n_node, n_link, one_way=False):
    a = rng.integers(0, n_node, n_link)
    b = (a + rng.integers(1, n_node, n_link)) % n_node
    relays = rng.random(n_node) < 0.9
    one = np.ones(n_link)
    return (
        Edges(n_node, a, b, one, one, relays)
        if one_way
        else both_ways(n_node, a, b, one, one, relays)
    )


def connected(edges, source, target):
    return bool(np.isfinite(least_delay(edges, np.array([source]), np.array([target])))[0])


# Masks -------------------------------------------------------------------------------------


def test_groups_are_planes_operators_launches_or_nodes():
    vehicle = np.array([-1, -1, 0, 0, 1])
    assert group_lost(vehicle, 0).tolist() == [0, 0, 1, 1, 0]
    assert group_lost(vehicle, [0, 1]).tolist() == [0, 0, 1, 1, 1]
    assert group_lost(np.arange(4), [1, 3]).tolist() == [0, 1, 0, 1]
    assert not group_lost(vehicle, []).any()
    for unknown in (7, -1):
        with pytest.raises(ValueError, match=f"group {unknown}"):
            group_lost(vehicle, unknown)


def test_random_losses_are_as_many_as_their_chance_and_grow_with_it():
    u = np.random.default_rng(1).random((500, 200))
    few, many = random_lost(u, 0.1), random_lost(u, 0.3)
    assert few.mean() == pytest.approx(0.1, abs=0.005)
    assert many.mean() == pytest.approx(0.3, abs=0.005)
    assert not (few & ~many).any()
    assert not random_lost(u, 0.0).any()
    assert random_lost(u, 1.0).all()
    only = np.arange(200) < 50
    assert not random_lost(u, 0.3, only)[:, 50:].any()
    for chance in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="p_lost"):
            random_lost(u, chance)


def test_links_of_lost_nodes_go_and_numbers_stay():
    edges = both_ways(4, np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3), np.ones(3))
    left = without(edges, group_lost(np.arange(4), 1))
    assert left.n_node == 4
    assert sorted(zip(left.tail.tolist(), left.head.tolist(), strict=True)) == [(2, 3), (3, 2)]


def test_share_connected_in_each_draw():
    edges = both_ways(4, np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3), np.ones(3))
    lost = np.array([[0, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 1, 0]], dtype=bool)
    source, target = np.array([0, 0, 2]), np.array([1, 3, 3])
    share = connected_share(edges, lost, source, target)
    np.testing.assert_allclose(share, [1.0, 1 / 3, 1 / 3, 0.0])


# Single points -----------------------------------------------------------------------------


@given(seed=SEEDS, n_node=st.integers(2, 10), n_link=st.integers(0, 18), one_way=st.booleans())
def test_single_points_are_what_cannot_be_removed(seed, n_node, n_link, one_way):
    edges = random_edges(np.random.default_rng(seed), n_node, n_link, one_way)
    nodes, links = single_points(edges, 0, n_node - 1)
    if not connected(edges, 0, n_node - 1):
        assert nodes.size == links.size == 0
        return
    inner = [
        v
        for v in range(1, n_node - 1)
        if not connected(without(edges, np.arange(n_node) == v), 0, n_node - 1)
    ]
    bridges = [
        e
        for e in range(len(edges))
        if not connected(edges.take(np.arange(len(edges)) != e), 0, n_node - 1)
    ]
    assert sorted(nodes.tolist()) == inner
    assert sorted(links.tolist()) == bridges


@given(seed=SEEDS, n_node=st.integers(3, 10), n_link=st.integers(2, 18))
def test_a_single_link_both_ways_is_a_bridge_of_networkx(seed, n_node, n_link):
    rng = np.random.default_rng(seed)
    edges = random_edges(rng, n_node, n_link)
    edges = Edges(
        n_node, edges.tail, edges.head, edges.delay_s, edges.capacity_bps, np.ones(n_node, bool)
    )
    if not connected(edges, 0, 1):
        return
    graph = nx.MultiGraph(
        zip(edges.tail[:n_link].tolist(), edges.head[:n_link].tolist(), strict=True)
    )
    on_the_way = set(nx.articulation_points(nx.Graph(graph)))
    nodes, links = single_points(edges, 0, 1)
    assert set(nodes.tolist()) <= on_the_way
    for e in links.tolist():
        less = graph.copy()
        less.remove_edge(int(edges.tail[e]), int(edges.head[e]))
        assert not nx.has_path(less, 0, 1)


def test_single_points_come_in_the_order_of_the_way_and_sets_ease_them():
    a, b = np.array([0, 1, 2, 2, 3, 4]), np.array([1, 2, 3, 4, 5, 5])
    edges = both_ways(6, a, b, np.ones(6), np.ones(6))
    nodes, links = single_points(edges, 0, 5)
    assert (nodes.tolist(), links.tolist()) == ([1, 2], [0, 1])
    nodes, links = single_points(edges, [0, 2], 5)
    assert (nodes.tolist(), links.tolist()) == ([], [])


# States ------------------------------------------------------------------------------------


def ladder():
    """Two rails of four with a rung at each end: sites 0 and 7 at the corners."""
    a = np.array([0, 1, 2, 4, 5, 6, 0, 3])
    b = np.array([1, 2, 3, 5, 6, 7, 4, 7])
    return both_ways(8, a, b, np.ones(8), np.full(8, 10.0))


def test_what_a_lost_rail_costs():
    edges, ends = ladder(), (np.array([0, 0]), np.array([7, 3]))
    asked = np.array([5.0, 5.0])
    p_up = np.full(len(edges), 0.9)
    before = survey(edges, *ends, asked, p_up=p_up, gap=1e-8)
    after_edges = without(edges, group_lost(np.arange(8), 5))
    after = survey(after_edges, *ends, asked, p_up=p_up[: len(after_edges)], gap=1e-8)
    assert before.connected.tolist() == [True, True]
    assert before.n_disjoint.tolist() == [2, 2]
    assert (before.n_single_node.tolist(), before.n_single_link.tolist()) == ([0, 0], [0, 0])
    assert before.scale == pytest.approx(2.0)
    assert before.latency_s.tolist() == [4.0, 3.0]
    assert before.p_path[0] == pytest.approx(1.0 - (1.0 - 0.9**4) ** 2)
    assert after.n_disjoint.tolist() == [1, 1]
    assert after.n_single_node.tolist() == [3, 2]
    assert after.n_single_link.tolist() == [4, 3]
    assert after.scale == pytest.approx(1.0)
    change = compare_states(before, after, np.array([0.0, 0.5, 1.0]))
    assert change.p_connected == (1.0, 1.0)
    assert change.scale == (before.scale, after.scale)
    assert change.p_single == (0.0, 1.0)
    assert change.n_disjoint == (2.0, 1.0)
    assert change.p_path[1] < change.p_path[0] < 1.0
    assert change.latency_s[0].tolist() == [3.0, 3.0, 4.0]


def test_demands_that_lose_their_path_leave_the_rest_comparable():
    edges, ends, asked = ladder(), (np.array([0, 1]), np.array([7, 2])), np.ones(2)
    before = survey(edges, *ends, asked)
    after = survey(without(edges, group_lost(np.arange(8), 1)), *ends, asked)
    assert after.connected.tolist() == [True, False]
    assert after.latency_s.tolist() == [4.0, np.inf]
    assert (after.n_disjoint[1], after.p_path[1]) == (0, 0.0)
    assert np.isfinite(after.scale)
    change = compare_states(before, after, np.array([0.5]))
    assert change.p_connected == (1.0, 0.5)
    assert [part.tolist() for part in change.latency_s] == [[4.0], [4.0]]


def test_nothing_left_is_a_clear_result():
    edges, ends, asked = ladder(), (np.array([0]), np.array([7])), np.ones(1)
    before, after = (survey(net, *ends, asked) for net in (edges, without(edges, np.ones(8, bool))))
    change = compare_states(before, after, np.array([0.5, 0.99]))
    assert change.p_connected == (1.0, 0.0)
    assert (change.p_single[1], change.p_path[1], change.n_disjoint[1]) == (0.0, 0.0, 0.0)
    assert change.scale[1] == 0.0
    assert change.latency_s[1].tolist() == [np.inf, np.inf]


def test_a_path_that_is_too_late_does_not_connect():
    edges, ends = ladder(), (np.array([0, 0]), np.array([7, 3]))
    state = survey(edges, *ends, np.ones(2), limit_s=np.array([3.5, 3.0]))
    assert state.connected.tolist() == [False, True]
    assert state.latency_s.tolist() == [np.inf, 3.0]


def test_states_of_different_demands_are_not_compared():
    edges = ladder()
    one = survey(edges, np.array([0]), np.array([7]), np.ones(1))
    two = survey(edges, np.array([0, 1]), np.array([7, 6]), np.ones(2))
    with pytest.raises(ValueError, match="same demands"):
        compare_states(one, two, np.array([0.5]))
