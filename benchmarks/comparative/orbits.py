"""Positions and velocities beside sgp4's `SatrecArray` and NumPy, in one run.

    python benchmarks/comparative/orbits.py [CATALOGUE] [--satellites N] [--minutes N]

SGP4 takes the near-Earth satellites of a TLE or OMM file, repeated up to N, or made-up ones; J2
takes Walker circles. Both sides are timed in turn on the same inputs, each writing positions (for
SGP4 velocities too) of all satellites at all minutes, and the best of the rounds counts. NumPy
and ours write into memory that is there already; `SatrecArray` makes its arrays anew, which it
cannot do otherwise, and has one thread. Compile times are those of a first call with no machine
code on disk if the cache was emptied before.
"""

import argparse
import os
import platform
from importlib.metadata import version
from time import perf_counter

import numpy as np
from sgp4.api import WGS72, Satrec, SatrecArray, accelerated

from opendome.elements import Elements, read_catalogue
from opendome.orbits import positions, sgp4_orbits, states, walker

EPOCH = (2_461_274.5, 0.25)
ROUNDS = 5
EARTH_RADPS = 7.292115e-5


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("catalogue", nargs="?", help="TLE or OMM file")
    parser.add_argument("--satellites", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=1_440)
    return parser.parse_args()


def timed(call):
    """Return the seconds of one call and what it gave."""
    start = perf_counter()
    result = call()
    return perf_counter() - start, result


def best_of(calls):
    """Return the least seconds of each call, the calls taking turns."""
    best = dict.fromkeys(calls, np.inf)
    for _ in range(ROUNDS):
        for name, call in calls.items():
            best[name] = min(best[name], timed(call)[0])
    return best


def made_up(n):
    rng = np.random.default_rng(1)
    turn = rng.uniform(0.0, 2.0 * np.pi, (3, n))
    one, none = np.ones(n), ("",) * n
    return Elements(
        name=none,
        object_id=none,
        catalog_number=np.arange(n),
        epoch_jd1=EPOCH[0] * one,
        epoch_jd2=rng.uniform(0.0, 0.25, n),
        mean_motion_radps=rng.uniform(0.9e-3, 1.11e-3, n),
        ecc=rng.uniform(1e-5, 3e-3, n),
        inc_rad=rng.uniform(0.5, 1.8, n),
        raan_rad=turn[0],
        argp_rad=turn[1],
        mean_anomaly_rad=turn[2],
        bstar_per_re=rng.uniform(0.0, 1e-3, n),
        line=np.arange(n),
    )


def near_earth(path, n):
    if path is None:
        return made_up(n)
    elements = read_catalogue(path).elements
    near = np.flatnonzero(np.isfinite(sgp4_orbits(elements, *EPOCH).terms).all(axis=1))
    return elements.take(near[np.arange(n) % len(near)])


def library_records(e):
    records = []
    for i in range(len(e)):
        record = Satrec()
        numbers = (e.bstar_per_re, 0.0 * e.ecc, 0.0 * e.ecc, e.ecc, e.argp_rad, e.inc_rad)
        numbers += (e.mean_anomaly_rad, e.mean_motion_radps * 60.0, e.raan_rad)
        epoch_d = e.epoch_jd1[i] + e.epoch_jd2[i] - 2_433_281.5
        record.sgp4init(WGS72, "i", 0, epoch_d, *(column[i] for column in numbers))
        record.jdsatepoch, record.jdsatepochF = e.epoch_jd1[i], e.epoch_jd2[i]
        records.append(record)
    return SatrecArray(records)


def numpy_circles(orbits, t_s, angle_rad, out):
    """The same circles with NumPy's sines."""
    t = t_s[:, None]
    u = orbits.arglat_rad + orbits.arglat_rate_radps * t
    node = orbits.raan_rad + orbits.node_rate_radps * t - angle_rad[:, None]
    sin_u, cos_u, sin_n, cos_n = np.sin(u), np.cos(u), np.sin(node), np.cos(node)
    across = sin_u * np.cos(orbits.inc_rad)
    out[..., 0] = orbits.a_m * (cos_n * cos_u - sin_n * across)
    out[..., 1] = orbits.a_m * (sin_n * cos_u + cos_n * across)
    out[..., 2] = orbits.a_m * (sin_u * np.sin(orbits.inc_rad))


def row(name, seconds, n_state, peer_s, agreement=""):
    ratio = peer_s / seconds
    print(f"| {name} | {seconds:.3f} | {n_state / seconds / 1e6:.1f} | {ratio:.1f} | {agreement} |")


def header(title):
    print(f"\n{title}\n\n| code | s | M states/s | ratio | greatest difference |")
    print("|---|---|---|---|---|")


def compare_sgp4(elements, t_s):
    start_s, orbits = timed(lambda: sgp4_orbits(elements, *EPOCH))
    library = library_records(elements)
    jd, fraction = np.full(t_s.size, EPOCH[0]), EPOCH[1] + t_s / 86_400.0
    out = np.zeros((t_s.size, len(elements), 3)), np.zeros((t_s.size, len(elements), 3))
    first_s = {}
    for name, bulk in (("one thread", False), ("all threads", True)):
        first_s[name], _ = timed(lambda bulk=bulk: states(orbits.take([0]), t_s, 0.0, bulk=bulk))
    best = best_of(
        {
            "sgp4 SatrecArray": lambda: library.sgp4(jd, fraction),
            "ours, one thread": lambda: states(orbits, t_s, 0.0, out=out),
            "ours, all threads": lambda: states(orbits, t_s, 0.0, out=out, bulk=True),
            "ours, positions only": lambda: positions(orbits, t_s, 0.0, out=out[0], bulk=True),
        }
    )
    code, r_km, v_kmps = library.sgp4(jd, fraction)
    good = code.T == 0
    r_m = np.abs(out[0] - r_km.swapaxes(0, 1) * 1e3)[good].max()
    v_mps = np.abs(out[1] - v_kmps.swapaxes(0, 1) * 1e3)[good].max()
    n_state = t_s.size * len(elements)
    header(f"SGP4, {len(elements):,} satellites near the Earth x {t_s.size:,} minutes")
    peer_s = best["sgp4 SatrecArray"]
    for name, seconds in best.items():
        agreement = f"{r_m:.1e} m, {v_mps:.1e} m/s" if name.startswith("ours") else ""
        row(name, seconds, n_state, peer_s, agreement)
    print(
        f"\nFailing states: {np.count_nonzero(~good)} there, {np.isnan(out[0][..., 0]).sum()} here."
    )
    print(f"Start of {len(elements):,} satellites: {start_s:.3f} s. First calls: {shown(first_s)}.")


def compare_j2(n_sat, t_s):
    orbits, angle = walker(n_sat // 100, 100, 1, 550e3, 0.9), EARTH_RADPS * t_s
    theirs, ours = np.zeros((2, t_s.size, orbits.n_sat, 3))
    velocities = np.zeros_like(ours)
    first_s = {}
    one = orbits.take([0])
    for name, bulk in (("one thread", False), ("all threads", True)):
        first_s[name], _ = timed(lambda bulk=bulk: positions(one, t_s, 0.0, bulk=bulk))
        first_s[f"states, {name}"], _ = timed(lambda bulk=bulk: states(one, t_s, 0.0, bulk=bulk))
    pair = (ours, velocities)
    best = best_of(
        {
            "NumPy": lambda: numpy_circles(orbits, t_s, angle, theirs),
            "ours, one thread": lambda: positions(orbits, t_s, angle, out=ours),
            "ours, all threads": lambda: positions(orbits, t_s, angle, out=ours, bulk=True),
            "ours, velocities too": lambda: states(orbits, t_s, angle, out=pair, bulk=True),
        }
    )
    header(f"J2 circles, {orbits.n_sat:,} satellites x {t_s.size:,} minutes, Earth-fixed positions")
    agreement = f"{np.abs(ours - theirs).max():.1e} m"
    for name, seconds in best.items():
        shown_here = agreement if name.startswith("ours") else ""
        row(name, seconds, t_s.size * orbits.n_sat, best["NumPy"], shown_here)
    print(f"\nFirst calls: {shown(first_s)}.")


def shown(first_s):
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in first_s.items())


def main():
    asked = arguments()
    names = ("opendome", "sgp4", "numba", "numpy")
    print(f"Python {platform.python_version()}, {', '.join(f'{n} {version_of(n)}' for n in names)}")
    print(f"sgp4 compiled: {accelerated}; processors: {len(os.sched_getaffinity(0))}")
    t_s = np.arange(asked.minutes) * 60.0
    compare_sgp4(near_earth(asked.catalogue, asked.satellites), t_s)
    compare_j2(asked.satellites, t_s)


def version_of(name):
    if name == "opendome":
        from opendome._version import __version__

        return __version__
    return version(name)


if __name__ == "__main__":
    main()
