"""Network: grids, shortest paths beside SciPy, attachment beside brute force, bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from opendome.constants import R_EARTH_MEAN_M, R_EARTH_WGS84_M, SPEED_OF_LIGHT_MPS
from opendome.network import (
    LANDS,
    NO_PATH,
    attach,
    attach_ground,
    fibre_latency,
    gateway_entry,
    grid_neighbours,
    shortest_latency,
)

ROUNDING = 1e-12  # relative
ANYWHERE_M = 1e9
SEEDS = st.integers(0, 2**32 - 1)
NO_DEADLINE = settings(deadline=None)  # the first example compiles the kernel


def walker_m(n_plane, n_per_plane, phasing, radius_m=7.0e6, inc_rad=0.9):
    """Return a Walker delta shell on circles."""
    plane, slot = np.divmod(np.arange(n_plane * n_per_plane), n_per_plane)
    raan = 2 * np.pi * plane / n_plane
    u = 2 * np.pi * (slot / n_per_plane + phasing * plane / (n_plane * n_per_plane))
    x = np.cos(raan) * np.cos(u) - np.sin(raan) * np.sin(u) * np.cos(inc_rad)
    y = np.sin(raan) * np.cos(u) + np.cos(raan) * np.sin(u) * np.cos(inc_rad)
    return radius_m * np.stack([x, y, np.sin(u) * np.sin(inc_rad)], axis=-1)


def directions(rng, n):
    """Return n unit vectors in no preferred direction."""
    v = rng.normal(size=(n, 3))
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def lowest_radius_m(r_a_m, r_b_m):
    """Return the least distance of the segment from Earth's centre, from the triangle's sides."""
    a, b = np.linalg.norm(r_a_m, axis=-1), np.linalg.norm(r_b_m, axis=-1)
    side = np.linalg.norm(r_b_m - r_a_m, axis=-1)
    obtuse_at_end = np.abs(a**2 - b**2) >= side**2
    area = np.linalg.norm(np.cross(r_a_m, r_b_m), axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(obtuse_at_end, np.minimum(a, b), area / side)


# Grid ------------------------------------------------------------------------------------

GRIDS = {
    "n_plane": st.integers(1, 9),
    "n_per_plane": st.integers(1, 9),
    "seam": st.booleans(),
    "phasing": st.integers(0, 9),
    "plane_shift": st.none() | st.integers(-3, 3),
}


@given(**GRIDS)
def test_grid_links_are_mutual_and_named_once(n_plane, n_per_plane, **options):
    links = grid_neighbours(n_plane, n_per_plane, **options)
    assert links.shape == (n_plane * n_per_plane, 4)
    assert links.dtype == np.int64
    rows = [[int(j) for j in row if j >= 0] for row in links]
    for i, row in enumerate(rows):
        assert i not in row
        assert len(set(row)) == len(row)
        assert all(i in rows[j] for j in row)


@given(**GRIDS)
def test_grid_degree(n_plane, n_per_plane, seam, phasing, plane_shift):
    options = {"seam": seam, "phasing": phasing, "plane_shift": plane_shift}
    links = grid_neighbours(n_plane, n_per_plane, **options).reshape(n_plane, n_per_plane, 4)
    in_plane = (links[..., :2] >= 0).sum(-1)
    assert (in_plane == min(n_per_plane - 1, 2)).all()
    across = (links[..., 2:] >= 0).sum(-1)
    if n_plane >= 3:
        assert (across[1:-1] == 2).all()
        assert (across[[0, -1]] == (1 if seam else 2)).all()
    elif n_plane == 2 and seam:
        assert (across == 1).all()
    elif n_plane == 1:
        assert (across == 0).all()


def test_grid_of_two_planes_keeps_a_second_link_only_to_another_satellite():
    alike = grid_neighbours(2, 3, seam=False)
    assert (alike[:, 2] == -1).all()
    assert alike[:, 3].tolist() == [3, 4, 5, 0, 1, 2]
    staggered = grid_neighbours(2, 3, seam=False, phasing=1)
    assert staggered[:, 2:].tolist() == [[5, 3], [3, 4], [4, 5], [0, 1], [1, 2], [2, 0]]


@pytest.mark.parametrize("phasing", range(8))
def test_links_across_join_the_nearest_in_phase(phasing):
    n_plane, n_per_plane = 8, 5
    links = grid_neighbours(n_plane, n_per_plane, seam=False, phasing=phasing)
    plane, slot = np.divmod(np.arange(n_plane * n_per_plane), n_per_plane)
    phase_slots = slot + phasing * plane / n_plane
    lead = phase_slots[links[:, 3]] - phase_slots
    lead -= n_per_plane * np.round(lead / n_per_plane)
    assert np.abs(lead).max() <= 0.5
    np.testing.assert_allclose(lead, lead[0], atol=1e-12)  # the seam is like the rest


def test_wrap_links_are_as_long_as_the_others_in_a_phased_shell():
    n_plane, n_per_plane, phasing = 12, 10, 5
    r_m = walker_m(n_plane, n_per_plane, phasing)
    right = grid_neighbours(n_plane, n_per_plane, seam=False, phasing=phasing)[:, 3]
    length_m = np.linalg.norm(r_m - r_m[right], axis=-1).reshape(n_plane, n_per_plane)
    assert length_m[-1].max() <= length_m[:-1].max() * 1.001
    unphased = grid_neighbours(n_plane, n_per_plane, seam=False)[:, 3]
    wrong_m = np.linalg.norm(r_m - r_m[unphased], axis=-1).reshape(n_plane, n_per_plane)
    assert wrong_m[-1].max() > 2 * length_m.max()


def test_grid_without_shift_joins_equal_slots_as_hypatia_does():
    links = grid_neighbours(34, 34, seam=False)
    assert links[33 * 34 + 7].tolist() == [33 * 34 + 8, 33 * 34 + 6, 32 * 34 + 7, 7]


def test_plane_shift_moves_every_link_across():
    links = grid_neighbours(4, 6, seam=False, plane_shift=2)
    assert links[:, 3].tolist() == [
        (p + 1) % 4 * 6 + (s + 2) % 6 for p in range(4) for s in range(6)
    ]


@pytest.mark.parametrize(("n_plane", "n_per_plane"), [(0, 3), (3, 0), (-1, 3)])
def test_grid_refuses_an_empty_shell(n_plane, n_per_plane):
    with pytest.raises(ValueError, match="at least one"):
        grid_neighbours(n_plane, n_per_plane, seam=False)


# Shortest paths --------------------------------------------------------------------------


def random_shell(seed):
    """Return a shell with scattered heights, dead satellites, some of which land."""
    rng = np.random.default_rng(seed)
    n_plane, n_per_plane = (int(n) for n in rng.integers(2, 9, size=2))
    n = n_plane * n_per_plane
    r_m = walker_m(n_plane, n_per_plane, 1) * rng.uniform(0.95, 1.4, size=(n, 1))
    links = grid_neighbours(n_plane, n_per_plane, seam=bool(rng.integers(2)), phasing=1)
    entry_s = np.where(rng.random(n) < 0.2, rng.uniform(1e-3, 0.1, n), np.inf)
    limits = rng.uniform(0, 0.02), rng.uniform(-1e5, 3e5), rng.uniform(2e6, 1e7)
    return links, rng.random(n) < 0.9, r_m, entry_s, *(float(x) for x in limits)


def scipy_latency_s(links, alive, r_m, entry_s, hop_s, grazing_height_m, max_range_m):
    """Return the delays by SciPy's Dijkstra from one extra node that stands for the ground."""
    n = len(r_m)
    i, k = np.nonzero(links >= 0)
    j = links[i, k]
    range_m = np.linalg.norm(r_m[i] - r_m[j], axis=-1)
    works = alive[i] & alive[j] & (range_m <= max_range_m)
    works &= lowest_radius_m(r_m[i], r_m[j]) >= R_EARTH_WGS84_M + grazing_height_m
    lands = np.flatnonzero(alive & np.isfinite(entry_s))
    tail = np.concatenate([i[works], np.full(lands.size, n)])
    head = np.concatenate([j[works], lands])
    cost = np.concatenate([range_m[works] / SPEED_OF_LIGHT_MPS + hop_s, entry_s[lands]])
    return dijkstra(csr_array((cost, (tail, head)), shape=(n + 1, n + 1)), indices=n)[:n]


@NO_DEADLINE
@given(SEEDS)
def test_latency_equals_scipy(seed):
    shell = random_shell(seed)
    latency_s, _, _ = shortest_latency(*shell)
    np.testing.assert_allclose(latency_s, scipy_latency_s(*shell), rtol=ROUNDING)


@NO_DEADLINE
@given(SEEDS)
def test_paths_add_up_to_the_latency(seed):
    shell = random_shell(seed)
    links, alive, r_m, entry_s, hop_s, _, max_range_m = shell
    latency_s, next_hop, hops = shortest_latency(*shell)
    for i in range(len(r_m)):
        if not np.isfinite(latency_s[i]):
            assert next_hop[i] == hops[i] == NO_PATH
            continue
        at, n_hop, total_s = i, 0, 0.0
        while next_hop[at] != LANDS:
            to = next_hop[at]
            assert to in links[at]
            range_m = np.linalg.norm(r_m[at] - r_m[to])
            assert range_m <= max_range_m
            total_s += range_m / SPEED_OF_LIGHT_MPS + hop_s
            at, n_hop = to, n_hop + 1
            assert alive[at]
        assert n_hop == hops[i]
        np.testing.assert_allclose(total_s + entry_s[at], latency_s[i], rtol=ROUNDING)


@NO_DEADLINE
@given(SEEDS)
def test_a_lost_satellite_shortens_no_path(seed):
    links, alive, *rest = random_shell(seed)
    before_s, _, _ = shortest_latency(links, alive, *rest)
    fewer = alive.copy()
    fewer[seed % len(alive)] = False
    after_s, _, _ = shortest_latency(links, fewer, *rest)
    assert (after_s >= before_s).all()


@NO_DEADLINE
@given(SEEDS)
def test_tighter_links_shorten_no_path(seed):
    *network, hop_s, grazing_height_m, max_range_m = random_shell(seed)
    loose_s, _, _ = shortest_latency(*network, hop_s, grazing_height_m, max_range_m)
    for tighter in (
        (hop_s + 0.001, grazing_height_m, max_range_m),
        (hop_s, grazing_height_m + 5e4, max_range_m),
        (hop_s, grazing_height_m, max_range_m * 0.9),
    ):
        assert (shortest_latency(*network, *tighter)[0] >= loose_s).all()


def test_no_message_outruns_light():
    r_m = walker_m(20, 20, 3)
    links, alive = grid_neighbours(20, 20, seam=False, phasing=3), np.ones(400, dtype=bool)
    gate_m, up = np.array([[R_EARTH_WGS84_M, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    entry_s, gate = gateway_entry(r_m, gate_m, up, np.array([0.2]), np.zeros(1), 0.0)
    assert 0 < (gate == 0).sum() < 400
    latency_s, _, _ = shortest_latency(links, alive, r_m, entry_s, 0.0, 8e4, 5e6)
    chord_s = np.linalg.norm(r_m - gate_m, axis=-1) / SPEED_OF_LIGHT_MPS
    assert np.isfinite(latency_s).all()
    assert (latency_s >= chord_s * (1 - ROUNDING)).all()
    # Round the Earth and not through it: the far side is at least half a circle away.
    assert latency_s.max() > np.pi * R_EARTH_WGS84_M / SPEED_OF_LIGHT_MPS


def test_processing_is_paid_once_a_hop():
    n, hop_s = 12, 0.25
    r_m, links = walker_m(1, n, 0, radius_m=2.0e7), grid_neighbours(1, n, seam=True)
    entry_s = np.full(n, np.inf)
    entry_s[0] = 0.0
    network = links, np.ones(n, dtype=bool), r_m, entry_s
    free_s, _, _ = shortest_latency(*network, 0.0, 0.0, ANYWHERE_M)
    paid_s, _, hops = shortest_latency(*network, hop_s, 0.0, ANYWHERE_M)
    np.testing.assert_allclose(paid_s - free_s, hop_s * hops, atol=1e-12)
    assert hops.tolist() == [0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1]


def test_earth_blocks_a_link_however_long_it_may_be():
    r_m = np.array([[7e6, 0.0, 0.0], [-7e6, 1.0, 0.0]])
    links, entry_s = grid_neighbours(2, 1, seam=True), np.array([0.0, np.inf])
    alive = np.ones(2, dtype=bool)
    blocked_s, next_hop, hops = shortest_latency(links, alive, r_m, entry_s, 0.0, 0.0, ANYWHERE_M)
    assert blocked_s.tolist() == [0.0, np.inf]
    assert next_hop.tolist() == [LANDS, NO_PATH]
    assert hops.tolist() == [0, NO_PATH]
    through_s, _, _ = shortest_latency(
        links, alive, r_m, entry_s, 0.0, -R_EARTH_WGS84_M, ANYWHERE_M
    )
    np.testing.assert_allclose(through_s[1], 14e6 / SPEED_OF_LIGHT_MPS, rtol=ROUNDING)


def test_a_dead_satellite_neither_lands_nor_relays():
    r_m, links = walker_m(1, 8, 0, radius_m=2e7), grid_neighbours(1, 8, seam=True)
    entry_s = np.full(8, np.inf)
    entry_s[[0, 4]] = 0.01
    alive = np.ones(8, dtype=bool)
    alive[[1, 4]] = False
    latency_s, next_hop, hops = shortest_latency(links, alive, r_m, entry_s, 0.0, 0.0, ANYWHERE_M)
    assert latency_s[[1, 4]].tolist() == [np.inf, np.inf]
    assert next_hop[[1, 4]].tolist() == [NO_PATH, NO_PATH]
    assert hops.tolist() == [0, -1, -1, -1, -1, 3, 2, 1]


def test_views_and_read_only_arrays_give_the_same():
    shell = random_shell(3)
    views = []
    for x in shell[:4]:
        wide = np.repeat(x, 2, axis=0)[::2]
        wide.flags.writeable = False
        views.append(wide)
    for a, b in zip(shortest_latency(*shell), shortest_latency(*views, *shell[4:]), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("links", [np.array([[1], [2]]), np.array([[1], [0], [-1]])])
def test_neighbours_that_do_not_fit_are_refused(links):
    with pytest.raises(ValueError, match="neighbours"):
        shortest_latency(links, np.ones(2, bool), np.eye(3)[:2] * 7e6, np.zeros(2), 0.0, 0.0, 1e7)


# Attachment ------------------------------------------------------------------------------


def ground_case(seed):
    """Return sites with verticals a little off the radius, masks, satellites and delays."""
    rng = np.random.default_rng(seed)
    n_site, n_sat = (int(n) for n in rng.integers(1, 30, size=2))
    up = directions(rng, n_site)
    tilt = up + rng.normal(scale=2e-3, size=(n_site, 3))
    vertical = tilt / np.linalg.norm(tilt, axis=-1, keepdims=True)
    r_sat_m = directions(rng, n_sat) * rng.uniform(6.8e6, 9e6, size=(n_sat, 1))
    mask_rad = rng.uniform(0.0, 0.7, n_site)
    return rng, up * R_EARTH_WGS84_M, vertical, mask_rad, r_sat_m


def visible_range_m(r_site_m, up, mask_rad, r_sat_m):
    """Return ranges, shape (n_site, n_sat); inf below the mask."""
    d_m = r_sat_m - r_site_m[:, None]
    range_m = np.linalg.norm(d_m, axis=-1)
    elevation_rad = np.arcsin(np.einsum("ijk,ik->ij", d_m, up) / range_m)
    return np.where(elevation_rad >= mask_rad[:, None], range_m, np.inf)


def best(cost_s):
    """Return the least of each row and where it is, NO_PATH where there is none."""
    least_s = cost_s.min(axis=-1)
    return least_s, np.where(np.isfinite(least_s), cost_s.argmin(axis=-1), NO_PATH)


def assert_same_choice(ours, cost_s):
    least_s, choice = best(cost_s)
    np.testing.assert_allclose(ours[0], least_s, rtol=ROUNDING)
    np.testing.assert_array_equal(ours[1], choice)


@NO_DEADLINE
@given(SEEDS)
def test_gateway_entry_equals_brute_force(seed):
    rng, r_gate_m, up, mask_rad, r_sat_m = ground_case(seed)
    ground_s = np.where(rng.random(len(up)) < 0.2, np.inf, rng.uniform(0, 0.05, len(up)))
    ours = gateway_entry(r_sat_m, r_gate_m, up, mask_rad, ground_s, 0.003)
    cost_s = visible_range_m(r_gate_m, up, mask_rad, r_sat_m) / SPEED_OF_LIGHT_MPS
    assert_same_choice(ours, (cost_s + 0.003 + ground_s[:, None]).T)


@NO_DEADLINE
@given(SEEDS)
def test_attach_ground_equals_brute_force(seed):
    rng, r_site_m, up, mask_rad, r_sat_m = ground_case(seed)
    latency_s = np.where(rng.random(len(r_sat_m)) < 0.2, np.inf, rng.uniform(0, 0.05, len(r_sat_m)))
    ours = attach_ground(r_site_m, up, mask_rad, r_sat_m, latency_s, 0.003)
    cost_s = visible_range_m(r_site_m, up, mask_rad, r_sat_m) / SPEED_OF_LIGHT_MPS
    assert_same_choice(ours, cost_s + 0.003 + latency_s)


@NO_DEADLINE
@given(SEEDS)
def test_attach_equals_brute_force(seed):
    rng = np.random.default_rng(seed)
    n_leaf, n_sat = (int(n) for n in rng.integers(1, 40, size=2))
    r_leaf_m = directions(rng, n_leaf) * rng.uniform(6.6e6, 2e7, size=(n_leaf, 1))
    r_sat_m = directions(rng, n_sat) * rng.uniform(6.8e6, 9e6, size=(n_sat, 1))
    latency_s = np.where(rng.random(n_sat) < 0.2, np.inf, rng.uniform(0, 0.05, n_sat))
    grazing_m, max_range_m = rng.uniform(-1e5, 4e5), rng.uniform(2e6, 2e7)
    ours = attach(r_leaf_m, r_sat_m, latency_s, 0.003, grazing_m, max_range_m)
    range_m = np.linalg.norm(r_sat_m - r_leaf_m[:, None], axis=-1)
    works = range_m <= max_range_m
    works &= lowest_radius_m(r_leaf_m[:, None], r_sat_m) >= R_EARTH_WGS84_M + grazing_m
    assert_same_choice(
        ours, np.where(works, range_m / SPEED_OF_LIGHT_MPS + 0.003 + latency_s, np.inf)
    )


def test_a_leaf_on_its_carrier_pays_the_hop_alone():
    r_m = np.array([[7e6, 0.0, 0.0]])
    latency_s, carrier = attach(r_m, r_m, np.array([0.02]), 0.005, 8e4, 1e6)
    assert latency_s.tolist() == [0.025]
    assert carrier.tolist() == [0]


def test_attachment_follows_delay_and_not_distance():
    leaf_m = np.array([[8e6, 0.0, 0.0]])
    carriers_m = np.array([[8.1e6, 0.0, 0.0], [9e6, 0.0, 0.0]])
    _, carrier = attach(leaf_m, carriers_m, np.array([0.05, 0.01]), 0.0, 0.0, 1e7)
    assert carrier.tolist() == [1]


def test_nobody_in_sight_means_no_path():
    site_m, up = np.array([[R_EARTH_WGS84_M, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    behind_m, mask_rad = np.array([[-7e6, 0.0, 0.0]]), np.zeros(1)
    none = np.empty((0, 3))
    answers = [
        gateway_entry(behind_m, site_m, up, mask_rad, np.zeros(1), 0.0),
        attach_ground(site_m, up, mask_rad, behind_m, np.zeros(1), 0.0),
        attach(behind_m, site_m * 1.1, np.zeros(1), 0.0, 0.0, ANYWHERE_M),
        gateway_entry(behind_m, none, none, np.empty(0), np.empty(0), 0.0),
        attach_ground(site_m, up, mask_rad, none, np.empty(0), 0.0),
        attach(behind_m, none, np.empty(0), 0.0, 0.0, ANYWHERE_M),
    ]
    for delay_s, choice in answers:
        assert delay_s.tolist() == [np.inf]
        assert choice.tolist() == [NO_PATH]


# Fibre -----------------------------------------------------------------------------------


@given(SEEDS, st.floats(1.0, 3.0))
def test_fibre_is_symmetric_and_slower_than_light_on_the_chord(seed, stretch):
    a_m, b_m = directions(np.random.default_rng(seed), 2) * R_EARTH_MEAN_M
    there_s = fibre_latency(a_m, b_m, stretch=stretch)
    assert there_s == fibre_latency(b_m, a_m, stretch=stretch)
    assert there_s > np.linalg.norm(a_m - b_m) / SPEED_OF_LIGHT_MPS


def test_fibre_scales_and_broadcasts():
    a_m = np.array([1.0, 0.0, 0.0]) * R_EARTH_MEAN_M
    b_m = np.stack([a_m, [0.0, R_EARTH_MEAN_M, 0.0], -a_m])
    one_s = R_EARTH_MEAN_M * np.array([0.0, np.pi / 2, np.pi]) / SPEED_OF_LIGHT_MPS
    glass_s = fibre_latency(a_m, b_m, stretch=1.3)
    np.testing.assert_allclose(glass_s, 1.47 * 1.3 * one_s, rtol=ROUNDING)
    np.testing.assert_allclose(fibre_latency(a_m, b_m, index=1.0, stretch=1.0), one_s)
