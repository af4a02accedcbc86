"""Time of links and forwarding on one thread and on all, and of the table of a catalogue."""

import numpy as np
import pytest

from opendome.network import (
    Rules,
    Sites,
    Space,
    catalogue_neighbours,
    forward,
    grid_neighbours,
    links_at,
)
from opendome.orbits import states, walker

RULES = Rules(grazing_height_m=80e3, max_range_m=5e6, hop_s=0.001)


@pytest.fixture(scope="module")
def scene():
    """A shell of 1,000 satellites and 50 sites, Earth-fixed at one time."""
    r_m, v_mps = (x[0] for x in states(walker(40, 25, 3, 600e3, 0.9), np.zeros(1), 0.0))
    rng = np.random.default_rng(1)
    up = rng.normal(size=(50, 3)) * [1.0, 1.0, 0.7]
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    sites = Sites.plain(6.371e6 * up, up, min_elevation_rad=0.4)
    return Space.plain(grid_neighbours(40, 25, seam=False, phasing=3)), r_m, v_mps, sites


def test_links(benchmark, scene):
    space, r_m, _, sites = scene
    links = benchmark(links_at, space, r_m, sites, RULES)
    assert np.isfinite(links.cross_m).mean() > 0.9


@pytest.mark.parametrize("relays", [False, True], ids=["no relays", "relays"])
@pytest.mark.parametrize("bulk", [False, True], ids=["serial", "bulk"])
def test_forwarding(benchmark, scene, bulk, relays):
    space, r_m, _, sites = scene
    links = links_at(space, r_m, sites, Rules(80e3, 5e6, 0.001, ground_relays=relays))
    out = forward(links, np.arange(50))
    ways = benchmark(forward, links, np.arange(50), bulk=bulk, out=out)
    assert np.isfinite(ways.latency_s[:, :1_000]).all(axis=1).any()


def test_catalogue_neighbours(benchmark, scene):
    _, r_m, v_mps, _ = scene
    table = benchmark(catalogue_neighbours, r_m, v_mps, np.zeros(1_000, dtype=np.int64), RULES)
    assert (table >= 0).all()
