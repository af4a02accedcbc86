"""Coverage of the Earth beside brute force and TAT-C, in one run, and how its cost grows.

    python benchmarks/comparative/coverage.py [--day-of 50000]

in an environment that has OpenDome and `tatc`. The case: 10,000 points, a Walker shell at 550 km
and 53 degrees, a day of minutes, in sight at 10 degrees or more. Positions are made before and not
timed (TAT-C makes its own within its time). Brute force is the plain test of each satellite
at each point, compiled with vector instructions and threads; it is run on part of the times and
scaled up. TAT-C gives the windows of each point, to its own tolerance, from which counts follow; it
has one thread, is run on part of the pairs, and scaled up by their number. Compiling is not
counted. Times are by the clock and, in brackets, of all threads together.
"""

import argparse
import math
import os
import platform
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import numba
import numpy as np
from tatc.analysis import collect_observations
from tatc.schemas import CircularOrbit, Instrument, Point, Satellite
from tatc.utils import compute_field_of_regard

from opendome.constants import OMEGA_EARTH_RADPS
from opendome.geometry.coverage import coverage_fold
from opendome.geometry.grid import ring_grid
from opendome.geometry.sight import elevation_view
from opendome.orbits import positions_j2, walker

N_SAT, N_POINT, N_TIME, BLOCK = 1000, 10_000, 1440, 120
N_BRUTE_TIMES, N_TATC = 24, 100
ALTITUDE_M, INCLINATION_DEG, MIN_ELEVATION_DEG = 550e3, 53.0, 10.0


def clocks():
    return np.array([time.perf_counter(), time.process_time()])


def shell(n_sat):
    n_plane = 50 if n_sat % 50 == 0 else 1
    return walker(n_plane, n_sat // n_plane, 1, ALTITUDE_M, np.radians(INCLINATION_DEG))


def blocks(n_sat, n_time):
    """Positions block by block, Earth-fixed."""
    t_s = np.arange(n_time) * 60.0
    for first in range(0, n_time, BLOCK):
        t = t_s[first : first + BLOCK]
        yield positions_j2(shell(n_sat), t, OMEGA_EARTH_RADPS * t)


def ours(n_sat, n_point, n_time, rounds=1):
    """Least times of the counts alone, and the mean number in view."""
    grid, view = ring_grid(n_point), elevation_view(n_sat, np.radians(MIN_ELEVATION_DEG))
    out = np.empty((BLOCK, len(grid.lat_rad)), dtype=np.uint16)
    spent, total = [], 0.0
    for _ in range(rounds):
        spent.append(np.zeros(2))
        for r_sat_m in blocks(n_sat, n_time):
            start = clocks()
            fold = coverage_fold(grid, r_sat_m, view, out=out[: len(r_sat_m)])
            spent[-1] += clocks() - start
            total += fold.mean() * len(fold)
    return np.min(spent, axis=0), total / n_time / rounds


@numba.njit(parallel=True, fastmath=True, error_model="numpy")
def brute(place, up, r_sat_m, sine, out):
    """The elevation test alone, on coordinates that lie side by side."""
    for k in numba.prange(r_sat_m.shape[0]):
        x, y, z = r_sat_m[k, 0], r_sat_m[k, 1], r_sat_m[k, 2]
        for i in range(place.shape[0]):
            px, py, pz = place[i, 0], place[i, 1], place[i, 2]
            ux, uy, uz = up[i, 0], up[i, 1], up[i, 2]
            n = 0.0
            for s in range(x.shape[0]):
                dx, dy, dz = x[s] - px, y[s] - py, z[s] - pz
                rise = ux * dx + uy * dy + uz * dz
                d2 = dx * dx + dy * dy + dz * dz
                n += 1.0 if (rise > 0.0) & (rise * rise >= sine * sine * d2) else 0.0
            out[k, i] = n


def brute_force():
    """Times scaled up to the day, and how many cells differ from ours."""
    grid, sine = ring_grid(N_POINT), np.sin(np.radians(MIN_ELEVATION_DEG))
    r_sat_m = next(blocks(N_SAT, N_BRUTE_TIMES))
    sides = np.ascontiguousarray(np.moveaxis(r_sat_m, -1, 1))
    out = np.empty((N_BRUTE_TIMES, len(grid.lat_rad)), dtype=np.uint16)
    brute(grid.r_itrs_m, grid.up_itrs, sides[:1], sine, out[:1])
    start = clocks()
    brute(grid.r_itrs_m, grid.up_itrs, sides, sine, out)
    spent = clocks() - start
    view = elevation_view(N_SAT, np.radians(MIN_ELEVATION_DEG))
    differ = np.count_nonzero(out != coverage_fold(grid, r_sat_m, view))
    return spent * N_TIME / N_BRUTE_TIMES, differ, out.size


def tatc():
    """Times scaled up to all pairs, and the mean number in view."""
    start_utc = datetime(2026, 8, 22, tzinfo=UTC)
    regard_deg = compute_field_of_regard(ALTITUDE_M, MIN_ELEVATION_DEG)
    orbits = shell(N_SAT).take(np.arange(0, N_SAT, N_SAT // N_TATC))
    eye = [Instrument(name="eye", field_of_regard=regard_deg)]
    satellites = [
        Satellite(
            name=str(i),
            instruments=eye,
            orbit=CircularOrbit(
                altitude=ALTITUDE_M,
                inclination=INCLINATION_DEG,
                right_ascension_ascending_node=math.degrees(node),
                true_anomaly=math.degrees(arglat) % 360.0,
                epoch=start_utc,
            ),
        )
        for i, (node, arglat) in enumerate(zip(orbits.raan_rad, orbits.arglat_rad, strict=True))
    ]
    grid = ring_grid(N_TATC)
    points = [
        Point(id=i, latitude=math.degrees(lat), longitude=math.degrees(lon))
        for i, (lat, lon) in enumerate(zip(grid.lat_rad, grid.lon_rad, strict=True))
    ]
    scale = N_SAT * N_POINT / len(satellites) / len(points)
    collect_observations(points[:2], satellites[:2], start_utc, start_utc + timedelta(hours=2))
    start = clocks()
    seen = collect_observations(points, satellites, start_utc, start_utc + timedelta(days=1))
    spent = clocks() - start
    length_s = (seen.end - seen.start).dt.total_seconds().sum()
    return spent * scale, length_s / 86_400.0 / len(points) * N_SAT / len(satellites), scale


def row(name, spent, note):
    print(f"{name:44s} {spent[0]:10.3f} s ({spent[1]:10.3f} s)   {note}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day-of", type=int, default=50_000, help="satellites of the last row")
    most = parser.parse_args().day_of
    print(f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}, "
          f"tatc {version('tatc')}; {os.cpu_count()} processors, "
          f"{numba.get_num_threads()} threads")  # fmt: skip
    start = clocks()
    ours(10, 10, 1)
    first = clocks() - start
    row("first call, compiling or from cache", first, "")
    mine, in_view = ours(N_SAT, N_POINT, N_TIME, rounds=3)
    row(f"opendome {N_SAT} x {N_POINT} x {N_TIME}", mine, f"{in_view:.3f} in view in the mean")
    theirs, differ, cells = brute_force()
    ratio = "ratio {:.0f} (CPU {:.0f})".format(*(theirs / mine))
    row(f"brute force, {N_TIME // N_BRUTE_TIMES} x part", theirs, f"{ratio}, {differ} of {cells} "
        "cells differ")  # fmt: skip
    theirs, tatc_in_view, scale = tatc()
    ratio = "ratio {:.0f} (CPU {:.0f})".format(*(theirs / mine))
    row(f"TAT-C, {scale:.0f} x part", theirs, f"{ratio}, {tatc_in_view:.3f} in view in the mean")
    for n_sat in (250, 4000):
        row(
            f"opendome {n_sat} x {N_POINT} x {N_TIME}",
            ours(n_sat, N_POINT, N_TIME)[0],
            "satellites",
        )
    for n_point in (1000, 100_000):
        row(f"opendome {N_SAT} x {n_point} x {N_TIME}", ours(N_SAT, n_point, N_TIME)[0], "points")
    for n_time in (360, 5760):
        row(f"opendome {N_SAT} x {N_POINT} x {n_time}", ours(N_SAT, N_POINT, n_time)[0], "times")
    row(f"opendome {most} x {N_POINT} x {N_TIME}", ours(most, N_POINT, N_TIME)[0], "")


if __name__ == "__main__":
    main()
