from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import OMEGA_EARTH_RADPS
from opendome.geometry import infrared_view
from opendome.sensing import (
    InfraredArrays,
    Looks,
    RadarArrays,
    infrared_looks,
    merge_looks,
    radar_looks,
    white_equivalent_sigma,
)

R = 6.371e6
BOOST, COAST = np.int8(1), np.int8(2)
U_SUN = np.array([0.0, 0.0, 1.0])


def infrared(n=1, **fields):
    values = {
        "range_boost_m": 1e8,
        "range_coast_m": 1e8,
        "grazing_height_m": 1e4,
        "limb_height_m": 1e5,
        "regard_rad": np.pi,
        "sun_exclusion_rad": 0.0,
        "sigma_rad": 1e-5,
        "looks_per_s": 1.0,
        "p_detect": 1.0,
    } | fields
    v = {name: np.broadcast_to(value, n).astype(float) for name, value in values.items()}
    around = {name: v[name] for name in ("regard_rad", "sun_exclusion_rad")}
    boost = infrared_view(v["range_boost_m"], v["grazing_height_m"], beyond=False, **around)
    coast = infrared_view(v["range_coast_m"], v["limb_height_m"], beyond=True, **around)
    return InfraredArrays(boost, coast, v["sigma_rad"], v["looks_per_s"], v["p_detect"])


def radar(n=1, **fields):
    values = {
        "range_1m2_m": 1e6,
        "min_elevation_rad": 0.0,
        "azimuth_rad": 0.0,
        "half_sector_rad": np.pi,
        "sigma_range_m": 10.0,
        "sigma_angle_rad": 1e-3,
        "looks_per_s": 1.0,
        "p_detect": 1.0,
    } | fields
    return RadarArrays(**{k: np.broadcast_to(v, n).astype(float) for k, v in values.items()})


def one_infrared(target, phase, sensor, sensors, u_sun=U_SUN):
    """Looks of one sensor at one target at one step."""
    target = np.array(target, dtype=float)
    height = np.full((1, 1), np.linalg.norm(target) - R)
    eye = np.array(sensor, dtype=float)[None, None]
    return infrared_looks(target[None, None], height, np.full((1, 1), phase), eye, sensors, u_sun)


def one_radar(target, sensors, phase=COAST, site=(R, 0, 0), up=(1, 0, 0), rcs=(1.0, 1.0)):
    """Looks of one radar at one target at the raid's start."""
    return radar_looks(
        np.array(target, dtype=float)[None, None],
        np.full((1, 1), phase),
        np.zeros(1),
        np.array([site], dtype=float),
        np.array([up], dtype=float),
        sensors,
        np.array([rcs]),
    )


def full(information):
    xx, xy, xz, yy, yz, zz = information
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def shell(rng, radius, *shape):
    v = rng.normal(size=(*shape, 3))
    return v * radius / np.linalg.norm(v, axis=-1)[..., None]


def raid(seed=3, n_missile=4, n_step=30, n_sensor=15):
    rng = np.random.default_rng(seed)
    height = rng.uniform(0, 1.2e6, (n_missile, n_step))
    target = shell(rng, 1.0, n_missile, n_step) * (R + height)[..., None]
    phase = rng.integers(0, 3, (n_missile, n_step)).astype(np.int8)
    eyes = shell(rng, R + 1e6, n_step, n_sensor)
    sensors = infrared(
        n_sensor,
        range_boost_m=rng.uniform(3e6, 1e7, n_sensor),
        range_coast_m=rng.uniform(2e6, 8e6, n_sensor),
        grazing_height_m=rng.uniform(0, 5e4, n_sensor),
        sigma_rad=rng.uniform(1e-5, 1e-4, n_sensor),
        looks_per_s=rng.uniform(0.1, 5, n_sensor),
        p_detect=rng.uniform(0.5, 1, n_sensor),
    )
    return target, height, phase, eyes, sensors


# Infrared


def infrared_twin(target, height, phase, eyes, sensors):
    """Triangles instead of feet of perpendiculars: angles at the sensor and at the target."""
    rows = []
    for m, k in np.ndindex(phase.shape):
        row = []
        for j, eye in enumerate(eyes[k]):
            line = target[m, k] - eye
            d, r_s, r_t = (np.linalg.norm(v) for v in (line, eye, target[m, k]))
            ground = r_t - height[m, k]
            at_sensor = np.arccos(np.dot(-eye, line) / (r_s * d))
            at_target = np.arccos(np.dot(target[m, k], line) / (r_t * d))
            foot = r_s * np.sin(at_sensor)
            if phase[m, k] == BOOST:
                lowest = r_t if at_target > np.pi / 2 else foot
                limit, clear = sensors.boost.range_m[j], sensors.boost.clear_m[j]
            else:
                lowest = foot
                limit, clear = sensors.coast.range_m[j], sensors.coast.clear_m[j]
            if at_sensor > np.pi / 2:
                lowest = r_s
            if phase[m, k] and d <= limit and lowest >= ground + clear:
                u = line / d
                rate = sensors.looks_per_s[j] * sensors.p_detect[j]
                info = rate * (np.eye(3) - np.outer(u, u)) / (d * sensors.sigma_rad[j]) ** 2
                row.append((j, info[np.triu_indices(3)]))
        rows.append(row)
    return rows


def test_infrared_looks_equal_a_plain_twin():
    case = raid()
    looks = infrared_looks(*case, U_SUN)
    rows = infrared_twin(*case)
    assert looks.offset.dtype == looks.sensor.dtype == np.int64
    assert len(looks.offset) == len(rows) + 1
    assert 100 < len(looks.sensor) < case[2].size * 15 * 0.5  # neither nothing nor everything
    for row, expected in enumerate(rows):
        span = slice(looks.offset[row], looks.offset[row + 1])
        assert list(looks.sensor[span]) == [j for j, _ in expected]
        for got, (_, info) in zip(looks.information[span], expected, strict=True):
            np.testing.assert_allclose(got, info, rtol=1e-9, atol=1e-12 * abs(info).max())


def test_an_angle_look_tells_nothing_along_its_line():
    target, eye = np.array([R + 5e5, 2e5, -3e5]), np.array([R + 1e6, -8e5, 4e5])
    looks = one_infrared(target, BOOST, eye, infrared(looks_per_s=2.0, p_detect=0.75))
    info = full(looks.information[0])
    d = np.linalg.norm(target - eye)
    assert np.linalg.norm(info @ (target - eye) / d) < 1e-12 * np.trace(info)
    assert np.trace(info) == pytest.approx(2 * 2.0 * 0.75 / (d * 1e-5) ** 2, rel=1e-12)


@pytest.mark.parametrize(("height_m", "seen"), [(9_990.0, 0), (10_010.0, 1)])
def test_a_booster_is_seen_once_above_cloud(height_m, seen):
    looks = one_infrared([R + height_m, 0, 0], BOOST, [R + 1e6, 0, 0], infrared())
    assert len(looks.sensor) == seen


def test_a_booster_behind_the_earth_is_not_seen():
    looks = one_infrared([R + 2e5, 0, 0], BOOST, [-R - 1e6, 1e3, 0], infrared())
    assert len(looks.sensor) == 0


def test_a_cold_body_is_seen_only_against_space():
    sensor = [R + 1e6, 0, 0]
    above, below = [R + 1.5e6, 1e5, 0], [R + 5e5, 1e5, 0]
    assert len(one_infrared(above, COAST, sensor, infrared()).sensor) == 1
    assert len(one_infrared(below, COAST, sensor, infrared()).sensor) == 0
    assert len(one_infrared(below, BOOST, sensor, infrared()).sensor) == 1


def test_limb_is_measured_above_the_ground_under_the_target():
    # The Earth is taken 20 km smaller when the height says so: the same ray then clears more.
    ray = [[R + 1e5 - 1e3, 0, 0]], [[R + 1e5 - 1e3, -2e6, 0]]
    target, eye = (np.array([v], dtype=float) for v in ray)
    for ground, seen in ((R, 0), (R - 2e4, 1)):
        height = np.linalg.norm(target, axis=-1) - ground
        looks = infrared_looks(target, height, np.full((1, 1), COAST), eye, infrared(), U_SUN)
        assert len(looks.sensor) == seen


@pytest.mark.parametrize("phase", [BOOST, COAST])
@pytest.mark.parametrize(("off_deg", "seen"), [(19.9, 0), (20.1, 1)])
def test_no_look_passes_close_to_the_sun(phase, off_deg, seen):
    off = np.radians(off_deg)
    sensors = infrared(sun_exclusion_rad=np.radians(20.0))
    sun = np.array([np.sin(off), np.cos(off), 0.0])
    looks = one_infrared([R + 1e6, 2e6, 0], phase, [R + 1e6, 0, 0], sensors, sun)
    assert len(looks.sensor) == seen


@pytest.mark.parametrize("phase", [BOOST, COAST])
@pytest.mark.parametrize(("regard_deg", "seen"), [(89.9, 0), (90.1, 1)])
def test_no_look_leaves_the_field_of_regard(phase, regard_deg, seen):
    sensors = infrared(regard_rad=np.radians(regard_deg))
    looks = one_infrared([R + 1e6, 2e6, 0], phase, [R + 1e6, 0, 0], sensors)
    assert len(looks.sensor) == seen


@pytest.mark.parametrize("phase", [BOOST, COAST])
def test_infrared_range_ends_where_stated(phase):
    target, far = [R + 1.5e6, 0, 0], 3e6
    for factor, seen in ((0.9999, 0), (1.0001, 1)):
        sensors = infrared(range_boost_m=far * factor, range_coast_m=far * factor)
        assert len(one_infrared(target, phase, [R + 1.5e6, far, 0], sensors).sensor) == seen


def test_a_grounded_missile_and_an_absent_sensor_give_no_look():
    target = [R + 5e5, 0, 0]
    assert len(one_infrared(target, np.int8(0), [R + 1e6, 0, 0], infrared()).sensor) == 0
    assert len(one_infrared(target, BOOST, [np.nan] * 3, infrared()).sensor) == 0
    assert len(one_infrared(target, BOOST, target, infrared()).sensor) == 0


def test_no_sensor_gives_empty_rows():
    target, height, phase, eyes, _ = raid()
    looks = infrared_looks(target, height, phase, eyes[:, :0], infrared(0), U_SUN)
    assert looks.offset.tolist() == [0] * (phase.size + 1)
    assert looks.information.shape == (0, 6)


# White-equivalent sigma


@given(
    noise=st.floats(1e-6, 1e-4),
    bias=st.floats(0, 1e-4),
    n=st.integers(1, 1000),
)
def test_white_equivalent_sigma_averages_to_noise_and_bias(noise, bias, n):
    sigma = white_equivalent_sigma(noise, bias, 2.0, 2.0 * n)
    assert sigma**2 / n == pytest.approx(noise**2 / n + bias**2, rel=1e-9)


def test_a_bias_that_changes_at_each_look_is_noise():
    assert white_equivalent_sigma(3e-5, 4e-5, 10.0, 1.0) == pytest.approx(5e-5)


# Radar


def radar_twin(target, phase, t, site, up, radars, rcs):
    """Angles in local axes, after turning the target back into the Earth's frame."""
    rows = []
    for m, k in np.ndindex(phase.shape):
        a = -OMEGA_EARTH_RADPS * t[k]
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        row = []
        for j in range(len(site)):
            line = turn @ target[m, k] - site[j]
            d = np.linalg.norm(line)
            east = np.cross([0, 0, 1], up[j])
            east /= np.linalg.norm(east)
            north = np.cross(up[j], east)
            elevation = np.arcsin(line @ up[j] / d)
            off = np.arctan2(line @ east, line @ north) - radars.azimuth_rad[j]
            off = abs((off + np.pi) % (2 * np.pi) - np.pi)
            far = radars.range_1m2_m[j] * rcs[m, phase[m, k] - 1] ** 0.25
            if (
                phase[m, k]
                and d <= far
                and elevation >= radars.min_elevation_rad[j]
                and off <= radars.half_sector_rad[j]
            ):
                u = turn.T @ line / d
                uu = np.outer(u, u)
                rate = radars.looks_per_s[j] * radars.p_detect[j]
                info = uu / radars.sigma_range_m[j] ** 2
                info += (np.eye(3) - uu) / (d * radars.sigma_angle_rad[j]) ** 2
                row.append((j, rate * info[np.triu_indices(3)]))
        rows.append(row)
    return rows


def test_radar_looks_equal_a_plain_twin():
    rng = np.random.default_rng(5)
    n_missile, n_step, n_radar = 4, 60, 24
    phase = rng.integers(0, 3, (n_missile, n_step)).astype(np.int8)
    t = np.linspace(0, 40_000, n_step)
    target = shell(rng, R + 8e5, n_missile, n_step)
    site = shell(rng, R, n_radar)
    up = site / R + 1e-3 * rng.normal(size=site.shape)
    up /= np.linalg.norm(up, axis=-1)[:, None]
    radars = radar(
        n_radar,
        range_1m2_m=rng.uniform(2e6, 6e6, n_radar),
        min_elevation_rad=rng.uniform(0, 0.1, n_radar),
        azimuth_rad=rng.uniform(0, 2 * np.pi, n_radar),
        half_sector_rad=np.where(np.arange(n_radar) % 3, rng.uniform(0.5, 2, n_radar), np.pi),
        looks_per_s=rng.uniform(0.1, 2, n_radar),
        p_detect=rng.uniform(0.5, 1, n_radar),
    )
    rcs = rng.uniform(0.01, 10, (n_missile, 2))
    looks = radar_looks(target, phase, t, site, up, radars, rcs)
    rows = radar_twin(target, phase, t, site, up, radars, rcs)
    assert len(looks.sensor) > 60
    for row, expected in enumerate(rows):
        span = slice(looks.offset[row], looks.offset[row + 1])
        assert list(looks.sensor[span]) == [j for j, _ in expected]
        for got, (_, info) in zip(looks.information[span], expected, strict=True):
            np.testing.assert_allclose(got, info, rtol=1e-8, atol=1e-10 * abs(info).max())


def test_a_radar_fixes_range_and_both_angles():
    looks = one_radar([R + 5e5, 0, 0], radar(looks_per_s=3.0, p_detect=0.5))
    expected = 1.5 * np.diag([1 / 10.0**2, 1 / 500.0**2, 1 / 500.0**2])
    np.testing.assert_allclose(full(looks.information[0]), expected, rtol=1e-12)


def test_sixteen_times_the_cross_section_doubles_the_range():
    for height_m, seen in ((1.999e6, 1), (2.001e6, 0)):
        assert len(one_radar([R + height_m, 0, 0], radar(), BOOST, rcs=(16, 1)).sensor) == seen
        assert len(one_radar([R + height_m, 0, 0], radar(), COAST, rcs=(16, 1)).sensor) == 0


@pytest.mark.parametrize(("elevation_deg", "seen"), [(4.9, 0), (5.1, 1)])
def test_radar_sees_above_its_least_elevation(elevation_deg, seen):
    e = np.deg2rad(elevation_deg)
    target = [R + 5e5 * np.sin(e), 5e5 * np.cos(e), 0]
    sensors = radar(min_elevation_rad=np.deg2rad(5.0))
    assert len(one_radar(target, sensors).sensor) == seen


@pytest.mark.parametrize(
    ("azimuth_deg", "line"), [(0, (0, 0, 1)), (90, (0, 1, 0)), (180, (0, 0, -1)), (270, (0, -1, 0))]
)
def test_azimuth_runs_from_north_over_east(azimuth_deg, line):
    target = np.array([R + 1e5, 0, 0]) + 5e5 * np.array(line)
    for turn_deg, seen in ((0, 1), (29, 1), (-29, 1), (31, 0), (-31, 0), (180, 0)):
        azimuth = np.deg2rad(azimuth_deg + turn_deg)
        sensors = radar(azimuth_rad=azimuth, half_sector_rad=np.deg2rad(30))
        assert len(one_radar(target, sensors).sensor) == seen


def test_a_radar_at_the_pole_takes_east_for_plus_y():
    site, up = (0, 0, R), (0, 0, 1)
    sector = radar(azimuth_rad=np.pi / 2, half_sector_rad=np.pi / 4)
    for line, seen in (((1, 0, 0), 0), ((-1, 0, 0), 0), ((0, 1, 0), 1), ((0, -1, 0), 0)):
        target = np.array([0, 0, R + 1e5]) + 5e5 * np.array(line)
        assert len(one_radar(target, sector, site=site, up=up).sensor) == seen
        assert len(one_radar(target, radar(), site=site, up=up).sensor) == 1


def test_radars_turn_with_the_earth():
    t = np.array([0.0, 600.0, 21_600.0])
    a = OMEGA_EARTH_RADPS * t
    radius = R + 5e5
    overhead = np.stack([radius * np.cos(a), radius * np.sin(a), 0 * a], axis=-1)[None]
    phase = np.full((1, 3), COAST)
    site, up = np.array([[R, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    sensors = radar(min_elevation_rad=np.deg2rad(89.9))
    looks = radar_looks(overhead, phase, t, site, up, sensors, np.ones((1, 2)))
    assert looks.offset.tolist() == [0, 1, 2, 3]
    for k in range(3):
        u = overhead[0, k] / radius
        assert u @ full(looks.information[k]) @ u == pytest.approx(1 / 10.0**2, rel=1e-9)


# Joining


def take(sensors, index):
    looks = (sensors.sigma_rad, sensors.looks_per_s, sensors.p_detect)
    views = (sensors.boost.take(index), sensors.coast.take(index))
    return InfraredArrays(*views, *(row[index] for row in looks))


@given(n_a=st.integers(0, 15))
def test_merged_groups_equal_one_list_of_sensors(n_a):
    target, height, phase, eyes, sensors = raid()
    whole = infrared_looks(target, height, phase, eyes, sensors, U_SUN)
    a = infrared_looks(target, height, phase, eyes[:, :n_a], take(sensors, slice(n_a)), U_SUN)
    b = infrared_looks(target, height, phase, eyes[:, n_a:], take(sensors, slice(n_a, None)), U_SUN)
    merged = merge_looks(a, b, n_a)
    np.testing.assert_array_equal(merged.offset, whole.offset)
    np.testing.assert_array_equal(merged.sensor, whole.sensor)
    np.testing.assert_array_equal(merged.information, whole.information)


def test_groups_of_different_raids_do_not_merge():
    def empty(n):
        return Looks(np.zeros(n, np.int64), np.zeros(0, np.int64), np.zeros((0, 6)))

    with pytest.raises(ValueError, match="2 and 3 rows"):
        merge_looks(empty(3), empty(4), 1)
