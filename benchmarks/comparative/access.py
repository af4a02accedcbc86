"""Windows of access beside lox-space and Skyfield: time, number of windows, what each misses.

Run as `python benchmarks/comparative/access.py CATALOGUE` with a file of two- or three-line
elements, in an environment that has OpenDome, lox-space and Skyfield. One thousand low satellites
over ten sites for a day at 10 degrees or more; for Skyfield twenty satellites, scaled up.
All times include the propagation by SGP4; compiling is not counted, reading the file neither.
Earth-fixed axes are those of GMST-82 in all three (lox: its frame PEF), so that edges compare; lox
is timed in its fastest frame, IAU_EARTH, whose edges are seconds apart from these.
"""

import itertools
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

import lox_space as lox
import numba
import numpy as np
from skyfield.api import EarthSatellite, load, wgs84

from opendome.constants import DAY_S
from opendome.elements import read_catalogue
from opendome.frames import enu_basis, gmst82, itrs_from_geodetic, parse_epoch
from opendome.geometry.access import access_windows
from opendome.geometry.sight import elevation_view
from opendome.orbits import sgp4_orbits, states

N_SAT, N_SITE, N_SKYFIELD, MIN_ELEVATION_DEG, SEED = 1000, 10, 20, 10.0, 7
EPOCH = "2026-08-22T00:00:00Z"


def chosen(path):
    """Lines of the elements of a thousand satellites of more than 13 turns a day."""
    lines = [line.rstrip() for line in Path(path).read_text().splitlines()]
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if a[:2] == "1 " and b[:2] == "2 "]
    low = [p for p in pairs if 13.0 < float(p[1][52:63]) < 15.8]
    return [low[i] for i in np.random.default_rng(SEED).choice(len(low), N_SAT, replace=False)]


def best_of(n, function):
    """The shortest of n timings, by the clock and of all threads, and the last result."""
    times = []
    for _ in range(n):
        start = time.perf_counter(), time.process_time()
        result = function()
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return np.min(times, axis=0), result


def ours(pairs, lat, lon, tmp):
    """Windows as rows of satellite, site, start, end, with and without the propagation's time."""
    tmp.write_text("".join(f"{a}\n{b}\n" for a, b in pairs))
    jd = parse_epoch(EPOCH)
    elements = read_catalogue(tmp).elements
    t_s = np.arange(0.0, DAY_S + 1.0, 60.0)
    place = itrs_from_geodetic(lat, lon, 0.0)
    sites = (place, enu_basis(lat, lon)[:, 2], np.linalg.norm(place, axis=-1))
    view = elevation_view(len(elements), np.radians(MIN_ELEVATION_DEG))
    angle = gmst82(jd[0], jd[1] + t_s / DAY_S)

    def whole():
        r, v = states(sgp4_orbits(elements, *jd), t_s, angle, bulk=True)
        return access_windows(t_s, r, v, *sites, view)

    whole()
    total_s, w = best_of(5, whole)
    r, v = states(sgp4_orbits(elements, *jd), t_s, angle, bulk=True)
    search_s, _ = best_of(5, lambda: access_windows(t_s, r, v, *sites, view))
    return total_s, search_s, np.column_stack([w.sat, w.site, w.start_s, w.end_s])


def lox_windows(pairs, lat, lon, frame, n):
    """Time and windows with the Earth-fixed axes of a frame; IAU_EARTH is by far the fastest."""
    start = lox.UTC.from_iso(EPOCH.removesuffix("Z")).to_scale("TAI")
    end = start + lox.TimeDelta(DAY_S)
    ground = [
        lox.GroundStation(
            f"g{i}",
            lox.EllipsoidLocation(
                frame, float(np.degrees(b)) * lox.deg, float(np.degrees(a)) * lox.deg,
                0.0 * lox.km,
            ),
            min_elevation=MIN_ELEVATION_DEG * lox.deg,
        )
        for i, (a, b) in enumerate(zip(lat, lon, strict=True))
    ]  # fmt: skip

    def whole():
        craft = [lox.Spacecraft(f"s{i}", lox.SGP4("\n".join(p))) for i, p in enumerate(pairs)]
        return lox.VisibilityAnalysis(lox.Scenario(start, end, craft, ground)).compute()

    total_s, found = best_of(n, whole)
    rows = [
        (s, g, (w.start() - start).to_decimal_seconds(), (w.end() - start).to_decimal_seconds())
        for s in range(len(pairs))
        for g in range(len(lat))
        for w in found.intervals(f"g{g}", f"s{s}")
    ]
    return total_s, np.array(rows)


def skyfield_windows(pairs, lat, lon):
    ts = load.timescale(builtin=True)
    day = [ts.utc(2026, 8, 22), ts.utc(2026, 8, 23)]
    sites = [wgs84.latlon(*np.degrees(p)) for p in zip(lat, lon, strict=True)]

    def whole():
        for a, b in pairs[:N_SKYFIELD]:
            craft = EarthSatellite(a, b, ts=ts)
            for site in sites:
                yield craft.find_events(site, *day, altitude_degrees=MIN_ELEVATION_DEG)

    total_s, found = best_of(1, lambda: list(whole()))
    return total_s, sum(np.count_nonzero(np.equal(events, 1)) for _, events in found)


def edges_apart(mine, theirs):
    """Greatest difference of the edges of windows that overlap one of theirs. [s]"""
    order = [np.lexsort(rows[:, 2::-1].T) for rows in (mine, theirs)]
    a, b = (rows[i] for rows, i in zip((mine, theirs), order, strict=True))
    a, b = (x[~np.isin(key(x), key(y))] for x, y in ((a, missed(a, b)), (b, missed(b, a))))
    return np.abs(a[:, 2:] - b[:, 2:]).max()


def key(rows):
    """A number of its own for each window."""
    return (rows[:, 0] * N_SITE + rows[:, 1]) * 1e6 + rows[:, 2]


def missed(mine, theirs):
    """Rows of mine that overlap none of theirs."""
    lost = []
    for pair in np.unique(mine[:, :2], axis=0):
        a = mine[(mine[:, :2] == pair).all(axis=1)]
        b = theirs[(theirs[:, :2] == pair).all(axis=1)]
        overlap = (a[:, 2, None] < b[:, 3]) & (a[:, 3, None] > b[:, 2])
        lost.append(a[~overlap.any(axis=1)])
    return np.concatenate(lost)


def described(rows):
    length = rows[:, 3] - rows[:, 2]
    text = f"{len(rows)} missed"
    return text + (f", up to {length.max():.1f} s long" if len(rows) else "")


def main(path):
    pairs = chosen(path)
    rng = np.random.default_rng(SEED)
    lat, lon = np.arcsin(rng.uniform(-0.85, 0.85, N_SITE)), rng.uniform(-np.pi, np.pi, N_SITE)
    tmp = Path(os.environ.get("TMPDIR", "/tmp")) / f"access_{os.getpid()}.tle"
    try:
        total_s, search_s, mine = ours(pairs, lat, lon, tmp)
    finally:
        tmp.unlink(missing_ok=True)
    lox_s, _ = lox_windows(pairs, lat, lon, "IAU_EARTH", 3)
    pef_s, theirs = lox_windows(pairs, lat, lon, "PEF", 1)
    sky_s, n_sky = skyfield_windows(pairs, lat, lon)
    print(f"{N_SAT} satellites x {N_SITE} sites x 1 day, {os.cpu_count()} cores")
    print(f"opendome, {numba.get_num_threads()} threads, numba {numba.__version__}: "
          f"{spent(total_s)}; without SGP4 {spent(search_s)}; {len(mine)} windows, "
          f"{described(missed(theirs, mine))}")  # fmt: skip
    print(f"lox-space {version('lox-space')}: {spent(lox_s)}; in PEF {spent(pef_s)}, "
          f"{len(theirs)} windows, "
          f"{described(missed(mine, theirs))}; {ratio(lox_s, total_s)}")  # fmt: skip
    print(f"edges of the windows both found differ by {edges_apart(mine, theirs):.6f} s at most")
    scaled = sky_s * N_SAT / N_SKYFIELD
    print(f"skyfield {version('skyfield')}, 1 thread: {N_SKYFIELD} satellites {spent(sky_s)}; "
          f"{n_sky} culminations; scaled up to all {ratio(scaled, total_s)}")  # fmt: skip


def spent(seconds):
    return f"{seconds[0]:.3f} s (CPU {seconds[1]:.3f} s)"


def ratio(theirs_s, ours_s):
    by_clock, by_cpu = theirs_s / ours_s
    return f"ratio {by_clock:.0f} (CPU {by_cpu:.0f})"


if __name__ == "__main__":
    main(sys.argv[1])
