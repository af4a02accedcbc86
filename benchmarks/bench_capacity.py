"""Time of flows and outages over one shell: cost against satellites and demands."""

import numpy as np
import pytest

from opendome.network import Rules, Sites, Space, grid_neighbours, links_at
from opendome.network.capacity import disjoint_paths, least_delay, max_concurrent_flow, max_flow
from opendome.network.edges import edges_of
from opendome.network.outages import connected_share, random_lost, single_points
from opendome.network.queueing import Streams, stream_delays


def shell(n_plane, n_site):
    """A Walker shell of n_plane planes of as many satellites at 630 km, and sites below it."""
    plane, slot = np.divmod(np.arange(n_plane**2), n_plane)
    node, u = 2 * np.pi * plane / n_plane, 2 * np.pi * (slot + plane % 2 / 2) / n_plane
    inc, r_m = np.radians(51.9), 7.008e6
    x = np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * np.cos(inc)
    y = np.sin(node) * np.cos(u) + np.cos(node) * np.sin(u) * np.cos(inc)
    r_sat_m = r_m * np.stack([x, y, np.sin(u) * np.sin(inc)], axis=-1)
    rng = np.random.default_rng(1)
    z, lon = rng.uniform(-0.7, 0.7, n_site), rng.uniform(-np.pi, np.pi, n_site)
    ring = np.sqrt(1 - z**2)
    up = np.stack([ring * np.cos(lon), ring * np.sin(lon), z], axis=-1)
    space = Space(
        grid_neighbours(n_plane, n_plane, seam=False),
        np.ones(n_plane**2, bool),
        np.zeros(n_plane**2, np.int64),
    )
    sites = Sites.plain(6.378e6 * up, up, min_elevation_rad=np.radians(10.0))
    links = links_at(space, r_sat_m, sites, Rules(8e4, 6e6, 0.0))
    return edges_of(links, 20e9, 20e9), np.arange(n_plane**2, n_plane**2 + n_site)


def pairs(sites):
    a, b = np.triu_indices(sites.size, 1)
    return sites[a], sites[b]


@pytest.mark.parametrize(("n_plane", "n_site"), [(12, 8), (12, 16), (20, 8)])
def test_concurrent_flow(benchmark, n_plane, n_site):
    edges, sites = shell(n_plane, n_site)
    ends = pairs(sites)
    limit_s = 1.5 * least_delay(edges, *ends)
    asked_bps = np.full(limit_s.size, 1e8)
    flow = benchmark(max_concurrent_flow, edges, *ends, asked_bps, limit_s)
    assert 0.0 <= flow.gap <= 0.01
    assert flow.scale > 0.0


def test_max_flow(benchmark):
    edges, sites = shell(20, 2)
    flow = benchmark(max_flow, edges, *sites)
    assert flow.total_bps == edges.capacity_bps[flow.cut].sum()


def test_disjoint_paths(benchmark):
    edges, sites = shell(20, 2)
    assert len(benchmark(disjoint_paths, edges, *sites)) > 1


def test_single_points(benchmark):
    edges, sites = shell(20, 2)
    nodes, links = benchmark(single_points, edges, *sites)
    assert nodes.size == links.size == 0


def test_random_losses(benchmark):
    edges, sites = shell(12, 8)
    u = np.random.default_rng(1).random((10, edges.n_node))
    lost = random_lost(u, 0.1, np.arange(edges.n_node) < sites[0])
    share = benchmark(connected_share, edges, lost, *pairs(sites))
    assert (share > 0.5).all()


def test_stream_delays(benchmark):
    edges, sites = shell(12, 8)
    a, b = pairs(sites)
    paths = [disjoint_paths(edges, i, j)[0] for i, j in zip(a, b, strict=True)]
    start = np.append(0, np.cumsum([path.size for path in paths]))
    n = len(paths)
    streams = Streams(
        np.full(n, 1e4), np.full(n, 100.0), np.arange(n) % 3, start, np.concatenate(paths)
    )
    delays = benchmark(stream_delays, edges, streams)
    assert np.isfinite(delays.total_s).all()
