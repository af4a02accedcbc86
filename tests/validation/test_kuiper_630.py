"""Forwarding for all nodes of Hypatia's Kuiper-630 with our SGP4, and its limits and bounds."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from opendome.constants import R_EARTH_MEAN_M, R_EARTH_WGS84_M
from opendome.elements import Elements
from opendome.frames import gmst82
from opendome.network import (
    LANDS,
    Rules,
    Sites,
    Space,
    chord_latency,
    forward,
    forwarding,
    grid_neighbours,
    ideal_latency,
    links_at,
    slant_latency,
    trace_path,
)
from opendome.orbits import positions, sgp4_orbits
from tests.validation._cases import load_cases

HUNDREDTH_MS = 0.01
TENTH_MS = 0.1
HALF_MS = 0.5
ONE_KM = 1.0
TWO_STEPS = 2  # a satellite at the limit of range moves by 500 m in a step

RTT_CASES = load_cases("network.csv")
PATH_CASES = load_cases("network_path.csv")
SPAN_CASES = load_cases("kuiper_630_span.csv")
RELAY_CASES = load_cases("kuiper_630_relays.csv")
IDEAL_CASES = load_cases("kuiper_630_ideal.csv")
CROSSLINK_CASES = load_cases("longest_crosslink.csv")

EPOCH = (2_451_544.5, 0.0)  # 2000-01-01 00:00
N_PLANE = N_SLOT = 34
N_SAT = N_PLANE * N_SLOT
A_WGS72_M, F_WGS72 = 6_378_135.0, 1 / 298.26
NO_LIMIT_M = -R_EARTH_WGS84_M  # Hypatia limits links by range alone
RULES = Rules(NO_LIMIT_M, 5_442_958.203, 0.0, ground_limit="range")
RELAYING = Rules(NO_LIMIT_M, 5_442_958.203, 0.0, ground_limit="range", ground_relays=True)
SPACE = Space.plain(grid_neighbours(N_PLANE, N_SLOT, seam=False))
DATA = os.environ.get("OPENDOME_TEST_DATA")
needs_data = pytest.mark.skipif(
    DATA is None, reason="OPENDOME_TEST_DATA is not set: no ground stations and next hops"
)


@cache
def satellites():
    plane, slot = np.divmod(np.arange(N_SAT), N_SLOT)
    one, none = np.ones(N_SAT), ("",) * N_SAT
    return sgp4_orbits(
        Elements(
            name=none,
            object_id=none,
            catalog_number=np.arange(N_SAT),
            epoch_jd1=EPOCH[0] * one,
            epoch_jd2=EPOCH[1] * one,
            mean_motion_radps=14.80 * 2 * np.pi / 86_400 * one,
            ecc=1e-7 * one,
            inc_rad=np.deg2rad(51.9) * one,
            # As written in two-line elements.
            raan_rad=np.deg2rad(np.round(360 * plane / N_PLANE, 4)),
            argp_rad=0.0 * one,
            mean_anomaly_rad=np.deg2rad(np.round(360 * (slot + 0.5 * (plane % 2)) / N_SLOT, 4)),
            bstar_per_re=0.0 * one,
            line=np.arange(N_SAT),
        ),
        *EPOCH,
    )


def earth_fixed_m(t_s):
    """Return the satellites at times, in the axes of the ground."""
    t_s = np.atleast_1d(np.asarray(t_s, dtype=float))
    return positions(satellites(), t_s, gmst82(EPOCH[0], EPOCH[1] + t_s / 86_400))


def places(lat_deg, lon_deg):
    """Return sites on the WGS-72 ellipsoid."""
    lat, lon = np.deg2rad(lat_deg), np.deg2rad(lon_deg)
    e2 = F_WGS72 * (2 - F_WGS72)
    normal_m = A_WGS72_M / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    return Sites.plain(normal_m[:, None] * up * [1, 1, 1 - e2], up, max_range_m=1.26e6)


@cache
def cities():
    text = (Path(DATA) / "kuiper-630" / "ground_stations.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    columns = ("latitude_deg", "longitude_deg")
    return places(*(np.array([float(row[c]) for row in rows]) for c in columns))


def ends(c):
    return places(np.array([c.a_lat_deg, c.b_lat_deg]), np.array([c.a_lon_deg, c.b_lon_deg]))


def round_trips_ms(r_sat_m, sites, rules=RULES):
    """Return round trips between all sites, shape (n_site, n_site)."""
    ways = forwarding(SPACE, r_sat_m, sites, rules, np.arange(len(sites.r_m)))
    return 2e3 * ways.latency_s[:, N_SAT:]


@pytest.mark.parametrize("c", RTT_CASES, ids=lambda c: c.case)
def test_round_trip(c, agree):
    rtt_ms = round_trips_ms(earth_fixed_m(c.t_s)[0], ends(c))
    agree(c, "round trip, forwarding with SGP4", c.rtt_ms, rtt_ms[1, 0], HUNDREDTH_MS, "ms")


@pytest.mark.parametrize("c", PATH_CASES, ids=lambda c: f"{c.t_s} s")
def test_path(c, agree):
    manila_dalian = ends(next(k for k in RTT_CASES if k.case == "manila-dalian-0"))
    ways = forwarding(SPACE, earth_fixed_m(c.t_s)[0], manila_dalian, RULES, np.array([1]))
    path = trace_path(ways, 0, N_SAT).tolist()
    theirs = [int(node) for node in c.path.split("-")]
    agree.exactly(c, "satellites, forwarding with SGP4", theirs[1:-1], path[1:-1])


@needs_data
def test_every_next_hop(agree):
    path = Path(DATA) / "kuiper-630" / "next_hop_t0.npz"
    theirs = np.load(path)["next_hop"].astype(np.int64)
    ways = forwarding(SPACE, earth_fixed_m(0.0)[0], cities(), RULES, np.arange(100))
    ours = ways.next_hop.T
    at_home = ours == LANDS  # a place has no hop to itself
    agree.exactly(("network", "kuiper-630-0"), "nodes at home", 100, int(at_home.sum()))
    agree.exactly(
        ("network", "kuiper-630-0"),
        "next hops, forwarding with SGP4",
        theirs,
        np.where(at_home, theirs, ours),
    )


@needs_data
@pytest.mark.parametrize("c", SPAN_CASES, ids=lambda c: c.case)
def test_least_and_greatest_round_trip(c, agree):
    sites, a, b = cities(), int(c.a_gid), int(c.b_gid)
    pair = Sites.plain(sites.r_m[[a, b]], sites.up[[a, b]], max_range_m=1.26e6)
    rtt_ms = []
    for some_s in np.array_split(np.arange(round(c.span_s / c.step_s)) * c.step_s, 20):
        for r_sat_m in earth_fixed_m(some_s):
            links = links_at(SPACE, r_sat_m, pair, RULES)
            ways = forward(links, np.array([1]), bulk=False)
            rtt_ms.append(2e3 * ways.latency_s[0, N_SAT])
    rtt_ms = np.array(rtt_ms)
    reached = np.isfinite(rtt_ms)
    agree(c, "times with a path", c.n_reached, reached.sum(), TWO_STEPS)
    agree(c, "least round trip", c.min_rtt_ms, rtt_ms[reached].min(), c.tolerance_ms, "ms")
    agree(c, "greatest round trip", c.max_rtt_ms, rtt_ms[reached].max(), c.tolerance_ms, "ms")


@needs_data
@pytest.mark.parametrize("c", RELAY_CASES, ids=lambda c: c.case)
def test_ground_relays(c, agree):
    r_sat_m, at = earth_fixed_m(0.0)[0], (int(c.b_gid), int(c.a_gid))
    off_ms, on_ms = (round_trips_ms(r_sat_m, cities(), rules)[at] for rules in (RULES, RELAYING))
    agree(c, "round trip without relays", c.rtt_off_ms, off_ms, HUNDREDTH_MS, "ms")
    agree(c, "round trip with relays", c.rtt_on_ms, on_ms, HALF_MS, "ms")


@needs_data
@pytest.mark.parametrize("t_s", [0.0, 100.0, 2_000.0, 40_000.0])
def test_no_round_trip_beats_its_bounds(t_s, agree):
    sites, r_sat_m = cities(), earth_fixed_m(t_s)[0]
    apart = ~np.eye(100, dtype=bool)
    chord_s = chord_latency(sites.r_m[:, None], sites.r_m)
    slant_s = slant_latency(links_at(SPACE, r_sat_m, sites, RULES))
    either_s = np.maximum(slant_s[:, None], slant_s)
    for rules, label in ((RULES, "no relays"), (RELAYING, "relays")):
        rtt_s = round_trips_ms(r_sat_m, sites, rules) / 1e3
        reached = apart & np.isfinite(rtt_s)
        over_chord = rtt_s[reached] / (2 * chord_s[reached])
        over_slant = rtt_s[reached] / (2 * either_s[reached])
        case = ("network", f"kuiper-630, {t_s:.0f} s, {label}")
        agree.within(case, "all round trips over twice the chord", over_chord, low=1.0)
        agree.within(case, "all round trips over twice the slant", over_slant, low=1.0)


@needs_data
@pytest.mark.parametrize("c", IDEAL_CASES, ids=lambda c: c.case)
def test_ideal_at_30_degrees(c, agree):
    sites, a, b = cities(), int(c.a_gid), int(c.b_gid)
    # On a sphere with the latitudes of the list.
    arc_m = R_EARTH_MEAN_M * np.arccos(sites.up[a] @ sites.up[b])
    ideal_s = ideal_latency(arc_m, 630e3, np.deg2rad(30.0))
    agree(c, "ideal round trip", c.rtt_ms, 2e3 * ideal_s, TENTH_MS, "ms")


@pytest.mark.parametrize("c", CROSSLINK_CASES, ids=lambda c: c.case)
def test_longest_crosslink(c, agree):
    none, pair = Sites.plain(np.empty((0, 3)), np.empty((0, 3))), Space.plain(np.array([[1], [0]]))
    grazing_m = R_EARTH_MEAN_M + 80e3 - R_EARTH_WGS84_M
    radius_m = R_EARTH_MEAN_M + c.altitude_km * 1e3
    carries_m, breaks_m = 0.0, radius_m
    while breaks_m - carries_m > 1.0:
        length_m = 0.5 * (carries_m + breaks_m)
        x_m, y_m = np.sqrt(radius_m**2 - length_m**2 / 4), length_m / 2
        r_m = np.array([[x_m, y_m, 0.0], [x_m, -y_m, 0.0]])
        links = links_at(pair, r_m, none, Rules(grazing_m, 1e9, 0.0))
        if np.isfinite(links.cross_m).all():
            carries_m = length_m
        else:
            breaks_m = length_m
    agree(c, "longest link", c.length_km, carries_m / 1e3, ONE_KM, "km")
