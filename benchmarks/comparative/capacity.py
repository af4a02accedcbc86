"""Most of all demands at once over Kuiper-630, and beside the whole linear programme.

    OPENDOME_TEST_DATA=.../data python benchmarks/comparative/capacity.py [--whole 8]

Kuiper-630 is 1,156 satellites on circles with +Grid crosslinks, seen within 1,260 km of slant
range from the 100 cities of `kuiper-630/ground_stations.csv`: 4,950 demands of equal size, one for
each pair. Every link sends 20 Gbit/s each way, or ground links more, as told. A path may take a
stretch times the pair's least delay. The bound comes from exact pricing, so the gap is proved.

The peer is the programme written whole, flow of each source on each link, solved by HiGHS through
SciPy: it knows no delay and is run on few cities. Compiling is not counted. Times are by the
clock and, in brackets, of all threads together.
"""

import argparse
import csv
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

import numba
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_diag, coo_array, csr_array, eye_array, hstack

from opendome.constants import DAY_S
from opendome.frames import enu_basis, itrs_from_geodetic
from opendome.network import Rules, Sites, Space, grid_neighbours, links_at
from opendome.network.capacity import least_delay, max_concurrent_flow
from opendome.network.edges import edges_of

N_PLANE, RATE_BPS, ASKED_BPS = 34, 20e9, 1e6
A_M = (3.986004418e14 * (DAY_S / 14.8 / (2 * np.pi)) ** 2) ** (1 / 3)


def clocks():
    return np.array([time.perf_counter(), time.process_time()])


def network(n_site, ground_bps):
    plane, slot = np.divmod(np.arange(N_PLANE**2), N_PLANE)
    node = 2 * np.pi * plane / N_PLANE - np.radians(99.97)  # Earth-fixed at Hypatia's epoch
    u, inc = 2 * np.pi * (slot + plane % 2 / 2) / N_PLANE, np.radians(51.9)
    x = np.cos(node) * np.cos(u) - np.sin(node) * np.sin(u) * np.cos(inc)
    y = np.sin(node) * np.cos(u) + np.cos(node) * np.sin(u) * np.cos(inc)
    r_sat_m = A_M * np.stack([x, y, np.sin(u) * np.sin(inc)], axis=-1)
    table = Path(os.environ["OPENDOME_TEST_DATA"]) / "kuiper-630" / "ground_stations.csv"
    with table.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1 : 1 + n_site]
    lat, lon = np.radians([[float(x) for x in row[2:4]] for row in rows]).T
    up = enu_basis(lat, lon)[:, 2]
    sites = Sites.plain(itrs_from_geodetic(lat, lon, 0.0), up, max_range_m=1_260_000.0)
    n_sat = N_PLANE**2
    space = Space(
        grid_neighbours(N_PLANE, N_PLANE, seam=False, plane_shift=0),
        np.ones(n_sat, bool),
        np.zeros(n_sat, np.int64),
    )
    rules = Rules(8e4, 5_442_958.203, 0.0, ground_limit="range")
    edges = edges_of(links_at(space, r_sat_m, sites, rules), RATE_BPS, ground_bps)
    a, b = np.triu_indices(n_site, 1)
    return edges, n_sat + a, n_sat + b


def ours(n_site, ground_bps, stretch, gap=0.01):
    edges, a, b = network(n_site, ground_bps)
    start = clocks()
    limit_s = stretch * least_delay(edges, a, b)
    flow = max_concurrent_flow(edges, a, b, np.full(a.size, ASKED_BPS), limit_s, gap=gap)
    return clocks() - start, flow


def whole(n_site, ground_bps):
    """Flow of each source on each link; conservation at each node; capacity of each link."""
    edges, a, b = network(n_site, ground_bps)
    sources = np.unique(a)
    balance, wanted = [], []
    for s in sources:
        own = np.flatnonzero(edges.relays[edges.tail] | (edges.tail == s))
        one = np.ones(own.size)
        to = coo_array((one, (edges.head[own], own)), (edges.n_node, len(edges)))
        balance.append(to - coo_array((one, (edges.tail[own], own)), to.shape))
        need = np.zeros(edges.n_node)
        need[b[a == s]], need[s] = 1.0, -np.count_nonzero(a == s)
        wanted.append(-need)
    column = csr_array(np.concatenate(wanted)[:, None])
    equal = hstack([block_diag(balance), column]).tocsc()
    load = [eye_array(len(edges))] * sources.size
    room = hstack([*load, csr_array((len(edges), 1))]).tocsc()
    cost = np.zeros(equal.shape[1])
    cost[-1] = -1.0
    start = clocks()
    done = linprog(cost, room, edges.capacity_bps / RATE_BPS, equal, np.zeros(equal.shape[0]))
    assert done.status == 0, done.message
    return clocks() - start, -done.fun * RATE_BPS / ASKED_BPS, equal.shape


def row(name, spent, note):
    print(f"{name:44s} {spent[0]:8.2f} s ({spent[1]:8.2f} s)   {note}", flush=True)


def told(flow):
    return (
        f"scale {flow.scale:.2f}, bound {flow.scale_bound:.2f}, gap {100 * flow.gap:.3f} %, "
        f"{flow.n_column} columns, {flow.n_round} rounds"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--whole", type=int, default=8, help="cities of the whole programme")
    few = parser.parse_args().whole
    print(f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}, "
          f"scipy {version('scipy')}, highspy {version('highspy')}; {os.cpu_count()} processors, "
          "one thread")  # fmt: skip
    start = clocks()
    ours(10, RATE_BPS, 1.5)
    row("first call, compiling or from cache", clocks() - start, "")
    for times in (1, 4, 20):
        for stretch in (1.2, 1.5, 2.0):
            spent, flow = ours(100, times * RATE_BPS, stretch)
            name = f"4,950 demands, ground x {times}, stretch {stretch}"
            row(name, spent, told(flow))
    for n_site in (25, 50, 100):
        spent, flow = ours(n_site, 4 * RATE_BPS, 1.5)
        row(f"{n_site * (n_site - 1) // 2} demands, ground x 4, stretch 1.5", spent, told(flow))
    spent, flow = ours(few, 4 * RATE_BPS, np.inf, gap=1e-6)
    row(f"{few} cities, any delay", spent, told(flow))
    theirs, scale, shape = whole(few, 4 * RATE_BPS)
    note = f"scale {scale:.2f}, {shape[1]} columns, ratio {theirs[0] / spent[0]:.0f}"
    row(f"{few} cities, any delay, whole programme", theirs, note)


if __name__ == "__main__":
    main()
