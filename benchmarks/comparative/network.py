"""Forwarding from all nodes to 100 sites beside SciPy and Hypatia's satgenpy, in one run.

    python benchmarks/comparative/network.py [--stations FILE] [--catalogue FILE]
        [--hypatia PYTHON SATGENPY]

A step is positions, lengths of all links, and next hops and delays from every satellite and site
to every site, at one time. Kuiper-630 is Hypatia's: 34 x 34 satellites, SGP4, +Grid without
shift, ground links within 1,260 km, no relay on the ground. SciPy's version is the straight one:
lengths with NumPy, `csgraph.dijkstra` from all sites at once over a graph in which no link leads
into a site, and the best satellite of each site with NumPy; it has one thread. Hypatia is run by
the interpreter PYTHON (with numpy, astropy, ephem, geopy, networkx, exputil) from the folder
SATGENPY of its repository: `generate_dynamic_state_at`, `algorithm_free_one_only_over_isls`, files
left in a temporary folder. It also writes its tables as text, which ours does not. Peer and ours
take turns on the same times, and the best of the rounds counts; compile times are left out.

The stations are those of a CSV with latitude_deg and longitude_deg, else 100 made-up ones;
CATALOGUE is a TLE or OMM file of which the satellites called STARLINK are taken.
"""

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from opendome._version import __version__
from opendome.elements import Elements, read_catalogue, select
from opendome.frames import gmst82
from opendome.network import (
    LANDS,
    Rules,
    Sites,
    Space,
    catalogue_neighbours,
    forward,
    grid_neighbours,
    links_at,
)
from opendome.orbits import positions, sgp4_orbits, states, walker
from opendome.orbits.shells import find_shells

LIGHT_MPS = 299_792_458.0
EPOCH = (2_451_544.5, 0.0)
N_PLANE = N_SLOT = 34
MAX_ISL_M, MAX_GSL_M = 5_442_958.203, 1_260_000.0
KUIPER_RULES = Rules(-6_378_137.0, MAX_ISL_M, 0.0, ground_limit="range")
LEO_RULES = Rules(80e3, 5_016e3, 0.0)
CURVE = ((25, 40), (50, 50), (100, 50), (100, 100), (250, 100), (250, 200))
STATED_HYPATIA_S = 5.3  # CPU seconds a step, measured elsewhere

HYPATIA = """
import csv, json, os, sys, types
from time import perf_counter, process_time
root, folder, stations = sys.argv[1:4]
satgen = types.ModuleType("satgen")  # its own start loads plotting libraries
satgen.__path__ = [os.path.join(root, "satgen")]
sys.modules["satgen"] = satgen
from astropy import units as u
import satgen.dynamic_state
from satgen.ground_stations import extend_ground_stations, read_ground_stations_extended
from satgen.isls import generate_plus_grid_isls
from satgen.tles import generate_tles_from_scratch_manual, read_tles
place = lambda name: os.path.join(folder, name)
generate_tles_from_scratch_manual(
    place("tles.txt"), "Kuiper-630", 34, 34, True, 51.9, 0.0000001, 0.0, 14.80
)
isls = generate_plus_grid_isls(place("isls.txt"), 34, 34, 0)
with open(stations) as rows, open(place("basic.txt"), "w") as basic:
    for gid, row in enumerate(csv.DictReader(rows)):
        basic.write("%d,s%d,%s,%s,0\\n" % (gid, gid, row["latitude_deg"], row["longitude_deg"]))
extend_ground_stations(place("basic.txt"), place("stations.txt"))
ground = read_ground_stations_extended(place("stations.txt"))
tles = read_tles(place("tles.txt"))
interfaces = [{"number_of_interfaces": 1, "aggregate_max_bandwidth": 1.0}] * (34 * 34 + len(ground))
module = sys.modules["satgen.dynamic_state.generate_dynamic_state"]
times = []
for step in range(2):
    wall, cpu = perf_counter(), process_time()
    module.generate_dynamic_state_at(
        folder, tles["epoch"], step * 10**9, tles["satellites"], ground, isls, interfaces,
        1260000.0, 5442958.203, "algorithm_free_one_only_over_isls", None, False
    )
    times.append((perf_counter() - wall, process_time() - cpu))
import networkx, numpy, ephem
versions = {m.__name__: m.__version__ for m in (networkx, numpy, ephem)}
print(json.dumps({"times": times, "versions": versions}))
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stations", help="CSV with latitude_deg and longitude_deg")
    parser.add_argument("--catalogue", help="TLE or OMM file")
    parser.add_argument("--hypatia", nargs=2, metavar=("PYTHON", "SATGENPY"))
    parser.add_argument("--rounds", type=int, default=20)
    return parser.parse_args()


def best_of(calls, rounds):
    """Return the least wall and CPU seconds of each call, the calls taking turns."""
    best = {name: [np.inf, np.inf] for name in calls}
    for call in calls.values():
        call(0)  # compiles, and touches the memory
    for k in range(rounds):
        for name, call in calls.items():
            wall, cpu = perf_counter(), process_time()
            call(k)
            best[name][0] = min(best[name][0], perf_counter() - wall)
            best[name][1] = min(best[name][1], process_time() - cpu)
    return best


def stations(path):
    if path is None:
        rng = np.random.default_rng(0)
        lat_deg = np.degrees(np.arcsin(rng.uniform(-0.6, 0.75, 100)))
        return np.stack([lat_deg, rng.uniform(-180.0, 180.0, 100)], axis=-1).round(4)
    with Path(path).open(encoding="utf-8") as rows:
        return np.array(
            [
                [float(row[k]) for k in ("latitude_deg", "longitude_deg")]
                for row in csv.DictReader(rows)
            ]
        )


def on_ellipsoid(lat_lon_deg, **limits):
    """Return sites on the WGS-72 ellipsoid, as Hypatia has them."""
    (lat, lon), a_m, f = np.radians(lat_lon_deg).T, 6_378_135.0, 1 / 298.26
    e2 = f * (2 - f)
    normal_m = (a_m / np.sqrt(1 - e2 * np.sin(lat) ** 2))[:, None]
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    return Sites.plain(normal_m * up * [1, 1, 1 - e2], up, **limits)


def kuiper():
    n = N_PLANE * N_SLOT
    plane, slot = np.divmod(np.arange(n), N_SLOT)
    one, none = np.ones(n), ("",) * n
    elements = Elements(
        name=none,
        object_id=none,
        catalog_number=np.arange(n),
        epoch_jd1=EPOCH[0] * one,
        epoch_jd2=EPOCH[1] * one,
        mean_motion_radps=14.80 * 2 * np.pi / 86_400 * one,
        ecc=1e-7 * one,
        inc_rad=np.radians(51.9) * one,
        raan_rad=np.radians(np.round(360 * plane / N_PLANE, 4)),
        argp_rad=0.0 * one,
        mean_anomaly_rad=np.radians(np.round(360 * (slot + 0.5 * (plane % 2)) / N_SLOT, 4)),
        bstar_per_re=0.0 * one,
        line=np.arange(n),
    )
    return sgp4_orbits(elements, *EPOCH)


class Ours:
    """Our step, whose result stays in `ways`."""

    def __init__(self, orbits, space, sites, rules, epoch, *, bulk):
        self.orbits, self.space, self.sites, self.rules, self.bulk = (
            orbits, space, sites, rules, bulk,
        )  # fmt: skip
        self.epoch, self.ways = epoch, None
        self.r_m = np.empty((1, orbits.n_sat, 3))

    def __call__(self, t_s):
        t = np.array([float(t_s)])
        angle = gmst82(self.epoch[0], self.epoch[1] + t / 86_400.0)
        r_m = positions(self.orbits, t, angle, out=self.r_m, bulk=self.bulk)[0]
        links = links_at(self.space, r_m, self.sites, self.rules)
        to = np.arange(len(self.sites.r_m))
        self.ways = forward(links, to, bulk=self.bulk, out=self.ways)


class ByScipy:
    """The straight version of the same step."""

    def __init__(self, orbits, space, sites):
        self.orbits, self.sites = orbits, sites
        tail, k = np.nonzero(space.neighbours >= 0)
        self.tail, self.head = tail, space.neighbours[tail, k]

    def __call__(self, t_s):
        t, n_sat, n_site = np.array([float(t_s)]), self.orbits.n_sat, len(self.sites.r_m)
        r_m = positions(self.orbits, t, gmst82(EPOCH[0], EPOCH[1] + t / 86_400.0))[0]
        length_m = np.linalg.norm(r_m[self.tail] - r_m[self.head], axis=-1)
        range_m = np.linalg.norm(r_m - self.sites.r_m[:, None], axis=-1)
        site, sat = np.nonzero(range_m <= MAX_GSL_M)
        good = length_m <= MAX_ISL_M
        rows = np.concatenate([self.tail[good], n_sat + site])
        columns = np.concatenate([self.head[good], sat])
        weights = np.concatenate([length_m[good], range_m[site, sat]])
        n = n_sat + n_site
        graph = csr_array((weights, (rows, columns)), shape=(n, n))
        to = n_sat + np.arange(n_site)
        found, before = dijkstra(graph, indices=to, return_predecessors=True)
        self.latency_s, self.next_hop = np.full((n_site, n), np.inf), np.full((n_site, n), -1)
        self.latency_s[:, :n_sat] = found[:, :n_sat] / LIGHT_MPS
        self.next_hop[:, :n_sat] = np.maximum(before[:, :n_sat], -1)
        for s in range(n_site):
            seen = sat[site == s]
            if seen.size:
                over_m = found[:, seen] + range_m[s, seen]
                best = np.argmin(over_m, axis=1)
                self.latency_s[:, n_sat + s] = over_m[np.arange(n_site), best] / LIGHT_MPS
                self.next_hop[:, n_sat + s] = seen[best]
        own = np.arange(n_site)
        self.latency_s[own, to], self.next_hop[own, to] = 0.0, LANDS


def run_hypatia(asked, lat_lon_deg):
    """Return its seconds a step, its versions, and its next hops at the start."""
    python, satgenpy = asked.hypatia
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "listed.csv"
        rows = "\n".join(f"{lat:.6f},{lon:.6f}" for lat, lon in lat_lon_deg.tolist())
        listed.write_text(f"latitude_deg,longitude_deg\n{rows}\n", encoding="utf-8")
        command = [python, "-c", HYPATIA, satgenpy, folder, str(listed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"Hypatia failed: {done.stderr.strip().splitlines()[-1]}")
        told = json.loads(done.stdout.splitlines()[-1])
        table = np.loadtxt(Path(folder) / "fstate_0.txt", delimiter=",", dtype=np.int64)
    n_site = len(lat_lon_deg)
    hops = np.full((n_site, N_PLANE * N_SLOT + n_site), LANDS)
    hops[table[:, 1] - N_PLANE * N_SLOT, table[:, 0]] = table[:, 2]
    return told, hops


def compare_kuiper(asked):
    orbits, lat_lon_deg = kuiper(), stations(asked.stations)
    space = Space.plain(grid_neighbours(N_PLANE, N_SLOT, seam=False))
    sites = on_ellipsoid(lat_lon_deg, max_range_m=MAX_GSL_M)
    theirs = ByScipy(orbits, space, sites)
    one, every = (
        Ours(orbits, space, sites, KUIPER_RULES, EPOCH, bulk=bulk) for bulk in (False, True)
    )
    calls = {"SciPy csgraph": theirs, "ours, one thread": one, "ours, all threads": every}
    best = best_of(calls, asked.rounds)
    rows = [(name, *seconds) for name, seconds in best.items()]
    note = f"Hypatia not run here; {STATED_HYPATIA_S} CPU s a step was measured elsewhere."
    if asked.hypatia:
        told, hops = run_hypatia(asked, lat_lon_deg)
        rows.insert(0, ("Hypatia satgenpy", *np.min(told["times"], axis=0).tolist()))
        every(0)
        differ = int((hops != every.ways.next_hop).sum())
        note = f"Hypatia with {told['versions']}; {differ} next hops differ from ours."
    for call in calls.values():
        call(7)
    apart_s = np.abs(theirs.latency_s - every.ways.latency_s)[np.isfinite(theirs.latency_s)].max()
    print(f"\nKuiper-630, {orbits.n_sat:,} satellites, {len(sites.r_m)} sites, a step\n")
    print("| code | wall ms | CPU ms | wall, ratio to all threads | CPU, ratio to one thread |")
    print("|---|---|---|---|---|")
    ours_s, ours_cpu_s = best["ours, all threads"][0], best["ours, one thread"][1]
    for name, wall_s, cpu_s in rows:
        ratios = f"{wall_s / ours_s:,.1f} | {cpu_s / ours_cpu_s:,.1f}"
        print(f"| {name} | {wall_s * 1e3:.2f} | {cpu_s * 1e3:.2f} | {ratios} |")
    same = np.mean(theirs.next_hop == every.ways.next_hop)
    print(f"\n{note} SciPy: delays within {apart_s:.1e} s, {same:.4%} of next hops the same.")
    np.testing.assert_array_equal(one.ways.next_hop, every.ways.next_hop)


def compare_catalogue(asked):
    elements = select(read_catalogue(asked.catalogue).elements, names="^STARLINK")
    shells = find_shells(elements.altitude_m, elements.inc_rad, np.zeros(len(elements), np.int64))
    jd = float(np.median(elements.epoch_jd1 + elements.epoch_jd2))
    epoch = np.floor(jd - 0.5) + 0.5, jd - np.floor(jd - 0.5) - 0.5
    orbits = sgp4_orbits(elements, *epoch)
    r_m, v_mps = (x[0] for x in states(orbits, np.zeros(1), 0.0))
    start = perf_counter()
    space = Space.plain(catalogue_neighbours(r_m, v_mps, shells.member, LEO_RULES))
    table_s = perf_counter() - start
    sites = on_ellipsoid(stations(asked.stations), min_elevation_rad=np.radians(25.0))
    one, every = (Ours(orbits, space, sites, LEO_RULES, epoch, bulk=bulk) for bulk in (False, True))
    best = best_of({"one thread": one, "all threads": every}, asked.rounds)
    carries = np.isfinite(links_at(space, r_m, sites, LEO_RULES).cross_m).sum(axis=1)
    print(f"\n{orbits.n_sat:,} Starlink of the catalogue, {len(sites.r_m)} sites, a step\n")
    for name, (wall_s, cpu_s) in best.items():
        print(f"- {name}: {wall_s * 1e3:.1f} ms, {cpu_s * 1e3:.1f} ms of CPU")
    print(
        f"- table of neighbours, once: {table_s:.2f} s; {np.mean(carries == 4):.1%} of all and "
        f"{np.mean(carries[shells.member >= 0] == 4):.1%} of those in shells carry four links"
    )


def curve(asked):
    print("\nWalker shells at 550 km and 53 degrees, 100 sites, all threads\n")
    print("| satellites | ms a step | us a satellite and step | 10 steps, ms | peak memory, MB |")
    print("|---|---|---|---|---|")
    sites = on_ellipsoid(stations(asked.stations), min_elevation_rad=np.radians(25.0))
    for n_plane, n_slot in CURVE:
        orbits = walker(n_plane, n_slot, 1, 550e3, np.radians(53.0))
        space = Space.plain(grid_neighbours(n_plane, n_slot, seam=False, phasing=1))
        step = Ours(orbits, space, sites, LEO_RULES, EPOCH, bulk=True)
        n = orbits.n_sat
        rounds = min(asked.rounds, 5)
        ten = best_of({"ten": lambda k, step=step: [step(k + j) for j in range(10)]}, 2)["ten"][0]
        wall_s = best_of({"step": step}, rounds)["step"][0]
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {n:,} | {wall_s * 1e3:.1f} | {wall_s / n * 1e6:.2f} | {ten * 1e3:.0f} "
            f"| {peak_mb:,.0f} |"
        )


def main():
    asked = arguments()
    names = ("numba", "numpy", "scipy", "sgp4")
    print(
        f"Python {platform.python_version()}, opendome {__version__}, "
        f"{', '.join(f'{n} {version(n)}' for n in names)}; "
        f"processors: {len(os.sched_getaffinity(0))}, load {os.getloadavg()[0]:.1f}"
    )
    compare_kuiper(asked)
    if asked.catalogue:
        compare_catalogue(asked)
    curve(asked)


if __name__ == "__main__":
    main()
