"""Capacity: flows beside NetworkX, concurrent flow beside the programme over all paths."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from opendome.constants import SPEED_OF_LIGHT_MPS
from opendome.network import Rules, Sites, Space, _columns, forward, grid_neighbours, links_at
from opendome.network.capacity import disjoint_paths, least_delay, max_concurrent_flow, max_flow
from opendome.network.edges import Edges, both_ways, edges_of, twins

SEEDS = st.integers(0, 2**32 - 1)
ROUNDING = 1e-9  # relative
FEW = settings(max_examples=40)


def random_edges(rng, n_node, n_edge, relays=None, least=0):
    """Directed links with whole capacities, of which some are 0 and some are parallel."""
    tail = rng.integers(0, n_node, n_edge)
    head = (tail + rng.integers(1, n_node, n_edge)) % n_node
    delay_s = rng.integers(1, 5, n_edge).astype(float)
    capacity_bps = rng.integers(least, 9, n_edge).astype(float)
    relays = np.ones(n_node, bool) if relays is None else relays
    return Edges(n_node, tail, head, delay_s, capacity_bps, relays)


def graph_of(edges, sources, kind=nx.DiGraph, capacities=True):
    """The same network for NetworkX; who does not relay sends only what it begins."""
    graph = kind()
    graph.add_nodes_from(range(edges.n_node))
    for i in range(len(edges)):
        u, v = int(edges.tail[i]), int(edges.head[i])
        if edges.relays[u] or u in sources:
            more = edges.capacity_bps[i] if capacities else 1.0
            before = graph.get_edge_data(u, v, {"capacity": 0.0})["capacity"]
            graph.add_edge(u, v, capacity=before + more)
    return graph


def path_list(flow):
    return [flow.edge[i:j] for i, j in zip(flow.start[:-1], flow.start[1:], strict=True)]


def check_path(edges, path, source, target):
    """A path hangs together and passes only through nodes that relay."""
    assert edges.tail[path[0]] == source
    assert edges.head[path[-1]] == target
    assert (edges.head[path[:-1]] == edges.tail[path[1:]]).all()
    assert edges.relays[edges.head[path[:-1]]].all()


# Maximum flow ----------------------------------------------------------------------------


@given(seed=SEEDS, n_node=st.integers(2, 9), n_edge=st.integers(0, 30))
def test_max_flow_equals_networkx_and_its_cut_proves_it(seed, n_node, n_edge):
    rng = np.random.default_rng(seed)
    edges = random_edges(rng, n_node, n_edge, rng.random(n_node) < 0.8)
    flow = max_flow(edges, 0, n_node - 1)
    theirs = nx.maximum_flow_value(graph_of(edges, {0}), 0, n_node - 1)
    assert flow.total_bps == pytest.approx(theirs, rel=ROUNDING)
    assert edges.capacity_bps[flow.cut].sum() == pytest.approx(theirs, rel=ROUNDING)
    left = np.ones(n_edge, bool)
    left[flow.cut] = False
    assert disjoint_paths(edges.take(left), 0, n_node - 1) == ()


@given(seed=SEEDS, n_node=st.integers(3, 9))
def test_max_flow_is_a_flow(seed, n_node):
    edges = random_edges(np.random.default_rng(seed), n_node, 25)
    flow = max_flow(edges, 0, n_node - 1)
    assert (flow.edge_bps >= 0.0).all()
    assert (flow.edge_bps <= edges.capacity_bps).all()
    balance = np.bincount(edges.head, flow.edge_bps, n_node)
    balance -= np.bincount(edges.tail, flow.edge_bps, n_node)
    expected = np.zeros(n_node)
    expected[[0, -1]] = -flow.total_bps, flow.total_bps
    np.testing.assert_allclose(balance, expected, atol=1e-9)


@given(seed=SEEDS, n_node=st.integers(5, 9))
def test_flow_between_regions_equals_flow_between_super_nodes(seed, n_node):
    edges = random_edges(np.random.default_rng(seed), n_node, 25)
    graph = graph_of(edges, {0, 1})
    for v in (0, 1):
        graph.add_edge("from", v)  # without a capacity: unlimited
    for v in (2, 3):
        graph.add_edge(v, "to")
    theirs = nx.maximum_flow_value(graph, "from", "to")
    assert max_flow(edges, [0, 1], [2, 3]).total_bps == pytest.approx(theirs, rel=ROUNDING)


def test_flow_of_many_gigabits_is_exact():
    one = both_ways(3, np.array([0, 1]), np.array([1, 2]), np.zeros(2), np.array([2e10, 2e10 + 1]))
    assert max_flow(one, 0, 2).total_bps == 2e10
    assert max_flow(one, 0, 2).cut.tolist() == [0]


@pytest.mark.parametrize(("a", "b"), [([], 1), (0, []), (0, 0), ([0, 1], [1, 2]), (0, 3), (-1, 1)])
def test_ends_that_make_no_sense_are_refused(a, b):
    edges = both_ways(3, np.array([0]), np.array([1]), np.ones(1), np.ones(1))
    for ask in (max_flow, disjoint_paths):
        with pytest.raises(ValueError, match="source and sink"):
            ask(edges, a, b)


def test_a_network_without_links_carries_nothing():
    none = np.empty(0, np.int64)
    edges = both_ways(2, none, none, np.empty(0), np.empty(0))
    assert max_flow(edges, 0, 1).total_bps == 0.0
    assert disjoint_paths(edges, 0, 1) == ()
    assert least_delay(edges, np.array([0]), np.array([1])).tolist() == [np.inf]
    flow = max_concurrent_flow(edges, np.array([0]), np.array([1]), np.ones(1), np.full(1, np.inf))
    assert (flow.scale, flow.scale_bound, flow.unreachable.tolist()) == (0.0, 0.0, [0])


# Disjoint paths --------------------------------------------------------------------------


@given(seed=SEEDS, n_node=st.integers(2, 9), n_link=st.integers(1, 20))
def test_disjoint_paths_equal_networkx_and_share_no_link_either_way(seed, n_node, n_link):
    rng = np.random.default_rng(seed)
    pairs = {tuple(sorted(rng.choice(n_node, 2, replace=False).tolist())) for _ in range(n_link)}
    a, b = np.array(sorted(pairs)).T
    delay_s = rng.random(a.size)
    edges = both_ways(n_node, a, b, delay_s, np.zeros(a.size))
    paths = disjoint_paths(edges, 0, n_node - 1)
    graph = graph_of(edges, {0}, nx.Graph, capacities=False)
    assert len(paths) == nx.edge_connectivity(graph, 0, n_node - 1)
    used = np.concatenate([*paths, np.empty(0, np.int64)]).astype(int) % a.size
    assert np.unique(used).size == used.size
    for path in paths:
        check_path(edges, path, 0, n_node - 1)
        assert np.unique(edges.tail[path]).size == path.size  # no loop
    delays = [edges.delay_s[path].sum() for path in paths]
    assert delays == sorted(delays)


def test_paths_do_not_pass_through_a_site_that_does_not_relay():
    a, b = np.array([0, 1, 0, 2]), np.array([1, 3, 2, 3])
    relays = np.array([False, True, False, False])
    edges = both_ways(4, a, b, np.ones(4), np.ones(4), relays)
    assert [path.tolist() for path in disjoint_paths(edges, 0, 3)] == [[0, 1]]
    assert max_flow(edges, 0, 3).total_bps == 1.0


def test_twins_of_parallel_and_of_one_way_links():
    tail, head = np.array([0, 1, 0, 1, 2]), np.array([1, 0, 1, 2, 0])
    edges = Edges(3, tail, head, np.ones(5), np.ones(5), np.ones(3, bool))
    assert twins(edges).tolist() == [1, 0, -1, -1, -1]
    pairs = both_ways(3, np.array([0, 0, 1]), np.array([1, 1, 2]), np.ones(3), np.ones(3))
    assert twins(pairs).tolist() == [3, 4, 5, 0, 1, 2]


# Concurrent flow -------------------------------------------------------------------------


def every_path(edges, source, target, limit_s):
    """All paths in time that pass no node twice, over links that have capacity."""
    found, stack = [], [(source, (), {source}, 0.0)]
    while stack:
        v, path, seen, delay_s = stack.pop()
        if v == target:
            found.append(np.array(path))
            continue
        if v != source and not edges.relays[v]:
            continue
        for e in np.flatnonzero((edges.tail == v) & (edges.capacity_bps > 0.0)):
            w, d = int(edges.head[e]), delay_s + edges.delay_s[e]
            if w not in seen and d <= limit_s * (1 + 1e-12):
                stack.append((w, (*path, e), seen | {w}, d))
    return found


def whole_programme(edges, paths, demand_bps):
    """The largest scale by the linear programme over all paths of all demands."""
    flat = [(k, path) for k, own in enumerate(paths) for path in own]
    use, got = np.zeros((len(edges), len(flat) + 1)), np.zeros((len(paths), len(flat) + 1))
    for i, (k, path) in enumerate(flat):
        use[path, i], got[k, i] = 1.0, 1.0
    got[:, -1] = -demand_bps
    cost = np.append(np.zeros(len(flat)), -1.0)
    done = linprog(cost, use, edges.capacity_bps, got, np.zeros(len(paths)))
    assert done.status == 0
    return -done.fun


def random_case(seed):
    rng = np.random.default_rng(seed)
    n_node = int(rng.integers(3, 8))
    edges = random_edges(rng, n_node, int(rng.integers(4, 26)), rng.random(n_node) < 0.8)
    n_demand = int(rng.integers(1, 8))
    source = rng.integers(0, n_node, n_demand)
    target = (source + rng.integers(1, n_node, n_demand)) % n_node
    demand_bps = rng.integers(1, 6, n_demand).astype(float)
    stretch = rng.choice([1.0, 1.3, 2.0, np.inf], n_demand)
    limit_s = stretch * least_delay(edges, source, target)
    limit_s[np.isnan(limit_s)] = np.inf
    return edges, source, target, demand_bps, limit_s


def check_flow(case, flow, gap):
    """All that the result claims, from the list of every path."""
    edges, source, target, demand_bps, limit_s = case
    paths = [every_path(edges, *row) for row in zip(source, target, limit_s, strict=True)]
    missing = [k for k, own in enumerate(paths) if not own]
    assert flow.unreachable.tolist() == missing
    if missing:
        assert (flow.scale, flow.scale_bound, flow.gap, flow.demand.size) == (0.0, 0.0, 0.0, 0)
        return
    best = whole_programme(edges, paths, demand_bps)
    assert flow.scale <= best * (1 + ROUNDING)
    assert best <= flow.scale_bound * (1 + ROUNDING)
    assert flow.gap <= gap
    # The flow itself.
    got = np.bincount(flow.demand, flow.rate_bps, source.size)
    np.testing.assert_allclose(got, flow.scale * demand_bps, rtol=ROUNDING)
    load = np.bincount(flow.edge, np.repeat(flow.rate_bps, np.diff(flow.start)), len(edges))
    assert (load <= edges.capacity_bps * (1 + ROUNDING)).all()
    for k, path in zip(flow.demand, path_list(flow), strict=True):
        check_path(edges, path, source[k], target[k])
        assert edges.delay_s[path].sum() <= limit_s[k] * (1 + ROUNDING)
    # The proof of the bound.
    assert (flow.price >= 0.0).all()
    assert flow.price @ edges.capacity_bps <= flow.scale_bound * (1 + ROUNDING)
    cheapest = [min(flow.price[path].sum() for path in own) for own in paths]
    assert demand_bps @ np.array(cheapest) >= 1.0 - ROUNDING


@FEW
@given(seed=SEEDS)
def test_concurrent_flow_equals_the_programme_over_all_paths(seed):
    case = random_case(seed)
    check_flow(case, max_concurrent_flow(*case, gap=1e-8), 1e-8)


@FEW
@given(seed=SEEDS)
def test_concurrent_flow_at_one_per_cent_is_within_one_per_cent(seed):
    case = random_case(seed)
    check_flow(case, max_concurrent_flow(*case), 0.01)


@pytest.mark.parametrize("seed", [5, 6, 8, 9, 10, 11, 14, 15, 16, 17])
def test_scarce_room_changes_nothing(seed, monkeypatch):
    for name, value in {"_ROOM": 1, "_WIDTH": 1}.items():
        monkeypatch.setattr(_columns, name, value)
    case = random_case(seed)
    flow = max_concurrent_flow(*case, gap=1e-6)
    assert flow.scale > 0.0
    check_flow(case, flow, 1e-6)


def ring(n, capacity_bps=1.0):
    at = np.arange(n)
    return both_ways(n, at, (at + 1) % n, np.ones(n), np.full(n, capacity_bps))


@pytest.mark.parametrize("n", [4, 7, 12])
def test_all_to_all_on_a_ring(n):
    # Each demand takes its shorter way: all links alike, and no routing uses fewer of them.
    source, target = np.nonzero(~np.eye(n, dtype=bool))
    edges = ring(n)
    shortest = least_delay(edges, source, target)
    expected = 2 * n / shortest.sum()
    for limit_s in (shortest, np.full(source.size, np.inf)):
        flow = max_concurrent_flow(edges, source, target, np.ones(source.size), limit_s, gap=1e-9)
        assert flow.scale == pytest.approx(expected, rel=1e-8)


def test_a_wider_limit_never_carries_less_and_infinity_is_no_limit():
    edges, source, target, demand_bps, _ = random_case(5)
    least_s = least_delay(edges, source, target)
    kept = np.isfinite(least_s)
    ends = (source[kept], target[kept], demand_bps[kept])
    scales = [
        max_concurrent_flow(edges, *ends, stretch * least_s[kept], gap=1e-8).scale
        for stretch in (1.0, 1.5, 2.0, 10.0, np.inf)
    ]
    assert scales == sorted(scales)
    assert scales[0] > 0.0


def test_units_do_not_matter_and_results_repeat():
    edges, source, target, demand_bps, limit_s = random_case(9)
    flow = max_concurrent_flow(edges, source, target, demand_bps, limit_s)
    again = max_concurrent_flow(edges, source, target, demand_bps, limit_s)
    assert flow.scale == again.scale
    assert (flow.price == again.price).all()
    faster = Edges(
        edges.n_node, edges.tail, edges.head, edges.delay_s, edges.capacity_bps * 1e9, edges.relays
    )
    more = max_concurrent_flow(faster, source, target, demand_bps * 1e6, limit_s, gap=1e-8)
    exact = max_concurrent_flow(edges, source, target, demand_bps, limit_s, gap=1e-8)
    assert more.scale == pytest.approx(exact.scale * 1e3, rel=1e-7)


def test_one_demand_is_the_maximum_flow():
    rng = np.random.default_rng(3)
    edges = random_edges(rng, 8, 40, least=1)
    one = np.array([0]), np.array([7]), np.ones(1), np.full(1, np.inf)
    flow = max_concurrent_flow(edges, *one, gap=1e-9)
    assert flow.scale == pytest.approx(max_flow(edges, 0, 7).total_bps, rel=1e-8)


def test_a_demand_without_capacity_or_time_is_named():
    a, b = np.array([0, 1]), np.array([1, 2])
    edges = both_ways(3, a, b, np.ones(2), np.array([1.0, 0.0]))
    source, target = np.array([0, 0, 1]), np.array([1, 2, 2])
    flow = max_concurrent_flow(edges, source, target, np.ones(3), np.full(3, np.inf))
    assert flow.unreachable.tolist() == [1, 2]
    late = max_concurrent_flow(edges, source[:1], target[:1], np.ones(1), np.array([0.5]))
    assert (late.scale, late.unreachable.tolist()) == (0.0, [0])


@pytest.mark.parametrize(
    ("source", "target", "demand_bps", "words"),
    [
        ([], [], [], "there must be demands"),
        ([0], [1], [0.0], "above 0"),
        ([0], [1], [np.nan], "above 0"),
        ([0], [0], [1.0], "same node"),
        ([0], [9], [1.0], "nodes 0 to 3"),
        ([-1], [1], [1.0], "nodes 0 to 3"),
    ],
)
def test_demands_that_make_no_sense_are_refused(source, target, demand_bps, words):
    ends = np.array(source, np.int64), np.array(target, np.int64)
    with pytest.raises(ValueError, match=words):
        max_concurrent_flow(ring(4), *ends, np.array(demand_bps), np.full(len(source), np.inf))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tail": np.array([0, 5])}, "nodes 0 to 2"),
        ({"head": np.array([-1, 0])}, "nodes 0 to 2"),
        ({"tail": np.array([0])}, "one length"),
        ({"relays": np.ones(2, bool)}, "one length"),
        ({"delay_s": np.array([1.0, np.inf])}, "delay"),
        ({"delay_s": np.array([1.0, -1.0])}, "delay"),
        ({"capacity_bps": np.array([np.nan, 1.0])}, "capacity"),
    ],
)
def test_links_that_make_no_sense_are_refused(change, words):
    fine = {"tail": np.array([0, 1]), "head": np.array([1, 2]), "delay_s": np.ones(2)}
    fine |= {"capacity_bps": np.ones(2), "relays": np.ones(3, bool)}
    with pytest.raises(ValueError, match=words):
        Edges(3, **(fine | change))


# From the links of a time ----------------------------------------------------------------


def shell_links(hop_s, ground_relays=False):
    n_plane = n_slot = 8
    plane, slot = np.divmod(np.arange(n_plane * n_slot), n_slot)
    node, u, inc = 2 * np.pi * plane / n_plane, 2 * np.pi * (slot + plane / 8) / n_slot, 0.9
    x = np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * np.cos(inc)
    y = np.sin(node) * np.cos(u) + np.cos(node) * np.sin(u) * np.cos(inc)
    r_sat_m = 8e6 * np.stack([x, y, np.sin(u) * np.sin(inc)], axis=-1)
    up = np.array([[1.0, 0, 0], [0, 1.0, 0], [-0.8, 0, 0.6], [0, -1.0, 0]])
    sites = Sites.plain(6378137.0 * up, up, min_elevation_rad=0.1)
    links = grid_neighbours(n_plane, n_slot, seam=False, phasing=8)
    space = Space(links, np.ones(64, bool), np.zeros(64, np.int64))
    rules = Rules(8e4, 1e7, hop_s, ground_relays=ground_relays)
    return links_at(space, r_sat_m, sites, rules)


@pytest.mark.parametrize("ground_relays", [False, True])
def test_delays_over_edges_are_those_of_forwarding(ground_relays):
    links = shell_links(0.002, ground_relays)
    edges = edges_of(links, 1e10, 2e9)
    source, target = np.nonzero(~np.eye(4, dtype=bool))
    routes = forward(links, np.arange(4))
    theirs_s = routes.latency_s[target, 64 + source]
    assert np.isfinite(theirs_s).all()
    ours_s = least_delay(edges, 64 + source, 64 + target)
    np.testing.assert_allclose(ours_s, theirs_s, rtol=1e-12)


def test_rates_of_crosslinks_and_ground_links():
    links = shell_links(0.0)
    edges = edges_of(links, 1e10, 2e9)
    ground = (edges.tail >= 64) | (edges.head >= 64)
    assert ground.sum() == 2 * links.sat.size
    assert (edges.capacity_bps == np.where(ground, 2e9, 1e10)).all()
    assert edges.delay_s[ground].max() * SPEED_OF_LIGHT_MPS == pytest.approx(links.range_m.max())
    assert not edges.relays[64:].any()
    # One site cannot send more than its ground links together.
    flow = max_flow(edges, 64, [65, 66, 67])
    assert flow.total_bps <= 2e9 * (links.first[1] - links.first[0])


@pytest.mark.parametrize("seed", [11, 47])
def test_prices_that_vanish_do_not_end_in_nan(seed):
    # On this torus the fullest link empties by so much within one round, late, that all prices
    # at the sharpness of its start are 0.
    rng, at = np.random.default_rng(seed), np.arange(100).reshape(10, 10)
    a, b = np.tile(at.ravel(), 2), np.append(np.roll(at, 1, 0), np.roll(at, 1, 1))
    edges = both_ways(100, a, b, rng.uniform(1, 2, a.size), np.ones(a.size))
    source, target = rng.permutation(100)[:8].reshape(2, 4)
    flow = max_concurrent_flow(edges, source, target, np.ones(4), np.full(4, np.inf), gap=1e-6)
    assert flow.gap <= 1e-6
    assert np.isfinite(flow.price).all()
