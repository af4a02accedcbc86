"""The question of coverage: who looks at what, what is refused, and that the answer is right."""

import numpy as np
import pytest

from opendome.errors import InputError
from opendome.geometry import coverage_brute, point_grid
from opendome.simulation.coverage import cover
from opendome.simulation.setup.watch import Question, watch_scenario

SHORT = {"duration_h": 1.5, "grid_points": 120}


def watch_of(scenario, **question):
    return watch_scenario(scenario, scenario.name, Question(**SHORT | question))


def counts_at(watch, grid, t_s):
    return coverage_brute(grid, watch.positions(t_s), watch.view, watch.sun(t_s))


@pytest.mark.parametrize("target", ["booster", "body", "ground"])
def test_world_map_equals_counts_without_pruning(golden, target):
    watch = watch_of(golden, target=target, duration_h=0.5)
    whole = cover(watch).grid[0]
    count = counts_at(watch, watch.grid, watch.t_s)
    for k in range(3):
        np.testing.assert_allclose(whole.share[:, k], (count > k).mean(axis=0))
    np.testing.assert_allclose(whole.n_in_view, count.mean(axis=0))


def test_area_shares_equal_a_fine_sampling(golden):
    watch = watch_of(golden, target="body", areas=("iran",), grid_points=0)
    (area,) = cover(watch).areas
    t_s = np.arange(*watch.span_s, 2.0) + 1.0
    count = counts_at(watch, watch.areas[0].points, t_s)
    for k in range(3):
        np.testing.assert_allclose(area[0].share[:, k], (count > k).mean(axis=0), atol=3e-3)


def test_a_partner_s_loss_is_what_is_left_without_it(golden):
    watch = watch_of(golden, target="body", areas=("iran",))
    covered = cover(watch)
    for k, partner in enumerate(watch.partners, start=1):
        alone = cover(watch_of(golden, target="body", areas=("iran",), without=(partner,)))
        assert alone.n_sat[0] == covered.n_sat[k] < covered.n_sat[0]
        np.testing.assert_array_equal(alone.areas[0][0].share, covered.areas[0][k].share)
        np.testing.assert_array_equal(alone.grid[0].share, covered.grid[k].share)
        assert partner not in alone.watch.partners


def test_only_what_looks_at_the_target_is_taken(golden):
    sense = {n for n, c in golden.constellations.items() if "sense" in c.roles}
    assert set(watch_of(golden).part.element) == sense
    assert set(watch_of(golden, target="ground").part.element) == set(golden.network.carriers)
    assert watch_of(golden, target="ground").height_m == 0.0
    assert watch_of(golden, target="body").height_m == 1e6
    assert watch_of(golden, target_height_km=80.0).height_m == 80e3


def test_a_polygon_is_an_area(golden):
    watch = watch_of(golden, areas=("30,50;40,50;40,60;30,60", "north-korea"))
    box = watch.areas[0].points
    assert np.rad2deg([box.lat_rad.min(), box.lon_rad.min()]) == pytest.approx([30, 50], abs=3)
    assert np.rad2deg([box.lat_rad.max(), box.lon_rad.max()]) == pytest.approx([40, 60], abs=3)
    assert [area.name for area in watch.areas][1] == "north-korea"


def test_earth_orientation_moves_positions_by_less_than_the_bound(golden):
    pytest.importorskip("astropy_iers_data")
    plain, measured = watch_of(golden), watch_of(golden, earth_orientation=True)
    off = np.linalg.norm(plain.positions(plain.t_s) - measured.positions(plain.t_s), axis=-1)
    radius = np.linalg.norm(plain.positions(plain.t_s), axis=-1)
    assert off.min() > 0.0
    assert (off < 6.9e-5 * radius).all()
    r, v = measured.states(plain.t_s[:3])
    np.testing.assert_allclose(r, measured.positions(plain.t_s[:3]), atol=1e-6)
    assert np.isfinite(v).all()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"areas": ("north-corea",)}, "did you mean 'north-korea'"),
        ({"areas": ("1,2;3,4",)}, "at least 3 corners, not 2"),
        ({"areas": ("1,2;3,4;5",)}, "'5' is no corner"),
        ({"areas": ("1,2;3,4;nan,4",)}, "should be within"),
        ({"areas": ("1,2;3,4;95,4",)}, "should be within"),
        ({"without": ("acme",)}, "no partner is called 'acme'"),
        ({"without": ("space-force",)}, "nothing looks at the target without space-force"),
        ({"duration_h": 0.0}, "duration_h: should be above 0"),
        ({"duration_h": float("nan")}, "duration_h: should be above 0"),
        ({"step_s": 0.1}, "step_s: input should be greater than or equal to 1, not 0.1"),
        ({"grid_points": -1}, "grid_points: input should be greater than or equal to 0"),
        (
            {"min_elevation_deg": 95.0, "target": "ground"},
            "min_elevation_deg: input should be less than 90",
        ),
        ({"target_height_km": -1.0}, "target_height_km: should be from 0 to 50000, not -1"),
        ({"target_height_km": float("nan")}, "target_height_km: should be from 0"),
        ({"epoch_utc": "yesterday"}, "epoch_utc: not an ISO 8601"),
        ({"target": "moon"}, "target: "),
        ({"fold": 0}, "fold: "),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(golden, question, said):
    with pytest.raises(InputError) as error:
        watch_of(golden, **question)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_points_of_an_area_are_at_the_target_s_height(golden):
    watch = watch_of(golden, areas=("iran",), target_height_km=120.0)
    points = watch.areas[0].points
    ground = point_grid(points.lat_rad, points.lon_rad, 0.0)
    np.testing.assert_allclose(
        np.linalg.norm(points.r_itrs_m - ground.r_itrs_m, axis=-1), 120e3, rtol=1e-9
    )


def test_a_later_start_moves_the_span_and_not_the_layout(golden):
    first = watch_of(golden, duration_h=2.0)
    later = watch_of(golden, duration_h=1.0, epoch_utc="2026-08-22T01:00:00Z")
    assert later.span_s == (3600.0, 7200.0)
    np.testing.assert_array_equal(later.positions(later.t_s), first.positions(later.t_s))


def test_never_seen_is_a_gap_of_the_span(golden):
    watch = watch_of(golden, target="body", target_height_km=150.0, without=("rocket-lab",))
    gaps = cover(watch).grid[0]
    assert gaps.max_gap_s.max() <= watch.span_s[1] - watch.span_s[0]
    nowhere = watch_of(golden, target="body", target_height_km=20.0, areas=("iran",))
    covered = cover(nowhere)
    assert (covered.grid[0].max_gap_s == 5400.0).all()
    assert (covered.areas[0][0].max_gap_s == 5400.0).all()


def test_an_elevation_is_refused_for_a_missile(golden):
    with pytest.raises(InputError, match="is for the ground, not for a booster"):
        watch_of(golden, min_elevation_deg=10.0)
