"""Looks and tracks against closed forms and another filter."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from opendome.geometry import infrared_view
from opendome.sensing import InfraredArrays, infrared_looks
from opendome.tracking import TrackModel, track

from ._cases import load_cases

R_M = 6.371e6
FAR_M = 8e12  # from the Earth: no gravity
U_SUN = np.array([0.0, 0.0, 1.0])
DIFFUSE = {"prior_position_sigma_m": 1e6, "prior_velocity_sigma_mps": 1e6}

TENTH_PERCENT = 1e-3
PUBLISHED_DIGITS = 1e-8  # nine digits in the table, rounded
ROUNDING_OF_POSITIONS = 1e-7  # at 8e12 m a double resolves a millimetre
SAMPLING_NOISE = 0.03  # of a variance from 1e4 draws: two standard errors
ONE_KILOMETRE = 1e3
NANO = 1e-9

TRACES = "traces of position, both, velocity [m2, m2/s, m2/s2]"

STEREO = load_cases("stereo_fix.csv")
FAR_TARGET = load_cases("stereo_far_target.csv")
RANGES = load_cases("infrared_range.csv")
LINE_FITS = load_cases("straight_line_fit.csv")
CONTINUOUS = load_cases("continuous_filter.csv")
EKF = load_cases("ekf_two_sensors.csv")


def named(cases):
    return pytest.mark.parametrize("c", cases, ids=[c.case for c in cases])


def coasting(psd):
    return TrackModel(1.0, 1.0, psd, 0.0, **DIFFUSE)


def infrared(n, sigma_rad, clear_m=0.0):
    one = np.ones(n)
    boost, coast = (infrared_view(1e9 * one, clear_m * one, beyond=b) for b in (False, True))
    return InfraredArrays(boost, coast, sigma_rad * one, one, one)


def stereo_looks(path, sensors, sigma_rad):
    """Looks of sensors at rest at a cold body on a path (n_step, 3) in deep space."""
    eyes = np.broadcast_to(sensors, (len(path), *sensors.shape))
    height = np.linalg.norm(path, axis=-1)[None] - R_M
    phase = np.full((1, len(path)), 2, np.int8)
    return infrared_looks(path[None], height, phase, eyes, infrared(len(sensors), sigma_rad), U_SUN)


def track_of(path, looks, step_s, model, n_sensor):
    phase = np.full((1, len(path)), 2, np.int8)
    t = np.arange(len(path)) * step_s
    return track(t, phase, path[None], looks, np.zeros((len(path), n_sensor)), [model]).traces[0]


def covariance(looks, row):
    """Covariance of a position fix from all looks of one row in one second."""
    total = looks.information[looks.offset[row] : looks.offset[row + 1]].sum(axis=0)
    xx, xy, xz, yy, yz, zz = total
    return np.linalg.inv([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def pair(c):
    """A target and two sensors below it at equal range, lines meeting at the stated angle."""
    half = np.deg2rad(c.angle_deg) / 2
    lines = np.array([[np.cos(half), np.sin(half), 0], [np.cos(half), -np.sin(half), 0]])
    target = np.array([1e8, 0.0, 0.0])
    return target, target - c.range_m * lines


# Stereo


@named([c for c in STEREO if np.isfinite(c.axis_1_m)])
def test_axes_of_a_stereo_fix(c, agree):
    target, sensors = pair(c)
    looks = stereo_looks(target[None], sensors, c.sigma_rad)
    axes = np.sqrt(np.linalg.eigvalsh(covariance(looks, 0)))[::-1]
    agree(c, "axes", [c.axis_1_m, c.axis_2_m, c.axis_3_m], axes, c.rounding_m / 2, "m")


@named(STEREO)
def test_track_of_one_stereo_look(c, agree):
    target, sensors = pair(c)
    path = np.stack([target, target])
    traces = track_of(path, stereo_looks(path, sensors, c.sigma_rad), 1.0, coasting(0.0), 2)
    agree(c, "track after one look", c.rss_m, np.sqrt(traces[1, 0]), c.rounding_m / 2, "m")


@named([c for c in STEREO if np.isfinite(c.axis_1_m)])
def test_drawn_sight_lines_scatter_as_stated(c, agree):
    target, sensors = pair(c)
    rng = np.random.default_rng(20)
    lines = target - sensors
    across = np.stack([np.linalg.svd(line[None])[2][1:] for line in lines])
    shift = rng.normal(size=(10_000, 2, 2)) * c.sigma_rad * c.range_m
    drawn = lines + np.einsum("nsa,sai->nsi", shift, across)
    u = drawn / np.linalg.norm(drawn, axis=-1)[..., None]
    # The point nearest to both drawn lines.
    keep = np.eye(3) - u[..., :, None] * u[..., None, :]
    side = np.matvec(keep, sensors).sum(axis=1)
    points = np.linalg.solve(keep.sum(axis=1), side[..., None])[..., 0]
    expected = covariance(stereo_looks(target[None], sensors, c.sigma_rad), 0)
    scale = np.linalg.cholesky(np.linalg.inv(expected))
    ratio = np.cov((points - target) @ scale, rowvar=False)
    agree(c, "covariance of 10,000 drawn fixes over ours", np.eye(3), ratio, SAMPLING_NOISE)


@named(FAR_TARGET)
def test_range_of_a_far_target(c, agree):
    theta = np.deg2rad(c.theta_deg)
    target = np.array([1e8, 0.0, 0.0])
    base = c.baseline_m / 2 * np.array([np.cos(theta), np.sin(theta), 0])
    middle = target - np.array([c.range_m, 0, 0])
    looks = stereo_looks(target[None], np.stack([middle - base, middle + base]), c.sigma_rad)
    sigma_m = np.sqrt(covariance(looks, 0)[0, 0])
    agree(c, "range sigma", c.sigma_range_m, sigma_m, TENTH_PERCENT, "m", relative=True)


# Sight lines


@named(RANGES)
def test_infrared_sight_ends_at_the_stated_range(c, agree):
    r_s, r_t = R_M + c.sensor_height_m, R_M + c.target_height_m
    seen = []
    for range_m in (c.range_m - ONE_KILOMETRE, c.range_m + ONE_KILOMETRE):
        angle = np.arccos((r_s**2 + r_t**2 - range_m**2) / (2 * r_s * r_t))
        target = r_t * np.array([[[np.cos(angle), np.sin(angle), 0.0]]])
        looks = infrared_looks(
            target,
            np.full((1, 1), c.target_height_m + 1e-3),  # not underground by rounding
            np.full((1, 1), c.phase, np.int8),
            np.array([[[r_s, 0.0, 0.0]]]),
            infrared(1, 1e-5, c.clear_height_m),
            U_SUN,
        )
        seen.append(len(looks.sensor))
    agree.exactly(c, "looks from 1 km nearer, from 1 km farther", [1, 0], seen)


# Filter


def steady_fixes(information, n_step):
    """Rows with one look that tells the same of each axis, none at the first step."""
    offset = np.maximum(np.arange(n_step + 1) - 1, 0)
    rows = np.tile([information, 0, 0, information, 0, information], (n_step - 1, 1))
    return SimpleNamespace(offset=offset, sensor=np.zeros(n_step - 1, np.int64), information=rows)


@named(LINE_FITS)
def test_line_through_fixes(c, agree):
    path = np.tile([FAR_M, 0.0, 0.0], (int(c.n_look) + 1, 1))
    looks = steady_fixes(1 / c.sigma_m**2 / c.step_s, len(path))
    traces = track_of(path, looks, c.step_s, coasting(0.0), 1)
    expected = [3 * c.ppp_m2, 3 * c.ppv_m2ps, 3 * c.pvv_m2ps2]
    agree(c, TRACES, expected, traces[-1, :3], PUBLISHED_DIGITS, relative=True)


@named(CONTINUOUS)
def test_steady_state_of_the_continuous_filter(c, agree):
    path = np.tile([FAR_M, 0.0, 0.0], (30_001, 1))
    looks = steady_fixes(1 / c.noise_m2s, len(path))
    traces = track_of(path, looks, 1e-3, coasting(c.psd_m2ps3), 1)
    expected = [3 * c.ppp_m2, 3 * c.ppv_m2ps, 3 * c.pvv_m2ps2]
    agree(c, TRACES, expected, traces[-1, :3], TENTH_PERCENT, relative=True)


def test_two_sensors_as_another_extended_kalman_filter(agree):
    steps = np.array([int(c.step) for c in EKF])
    origin = np.array([FAR_M, 0.0, 0.0])
    path = origin + 2.0 * np.arange(31)[:, None] * [3000.0, 4000.0, 1000.0]
    sensors = origin + np.array([[-1.2e6, -0.3e6, 0.5e6], [0.4e6, 1.5e6, -0.7e6]])
    # One look each 2 s is half the information of one look a second.
    looks = stereo_looks(path, sensors, 5e-5 * np.sqrt(2.0))
    model = TrackModel(1.0, 1.0, 1.0, 0.0, 1e5, np.sqrt(1e7))
    traces = track_of(path, looks, 2.0, model, 2)
    for c, ours in zip(EKF, traces[steps, :3], strict=True):
        expected = np.array([c.ppp_m2, c.ppv_m2ps, c.pvv_m2ps2])
        told = expected != 0.0  # position and velocity are unrelated after the first look
        agree(c, TRACES, expected[told], ours[told], ROUNDING_OF_POSITIONS, relative=True)
        assert np.abs(ours[~told]).max(initial=0.0) <= NANO
