"""Rises and sets against Skyfield's event search.

The frames agree by construction: Skyfield turns TEME into Earth-fixed axes by GMST-82 at UT1 and,
as used for the cases, moves no pole; precession and nutation, which it applies to satellite and
site alike, cancel in the elevation. So our side needs the same UT1 and nothing else: UT1-UTC, as
the authority line gives it for both ends of the day, is put into the sidereal angle.
"""

import numpy as np
import pytest

from opendome.constants import DAY_S
from opendome.elements import read_catalogue
from opendome.frames import enu_basis, gmst82, itrs_from_geodetic, parse_epoch
from opendome.geometry.access import access_over
from opendome.geometry.sight import elevation_view
from opendome.orbits import sgp4_orbits, states
from tests.validation._cases import CASES, authority_of, load_cases

FIVE_MILLISECONDS = 5e-3
TOPIC = "access_skyfield"
EPOCH = parse_epoch("2026-08-22T12:00:00Z")


def listed(text):
    """Numbers of a field that holds several, parted by blanks; one alone is read as a number."""
    return np.array([float(part) for part in str(text).split()])


def dut1_s(t_s):
    words = authority_of(TOPIC).partition("dUT1 ")[2].split()
    start, end = float(words[0]), float(words[5])
    return start + (end - start) * t_s / DAY_S


@pytest.fixture(scope="module")
def windows_by_elevation():
    """All satellites over all sites, for each least elevation of the cases."""
    elements = read_catalogue(CASES / f"{TOPIC}.tle", strict=True).elements
    orbits = sgp4_orbits(elements, *EPOCH)
    cases = load_cases(f"{TOPIC}.csv")
    lat, lon = (np.radians([getattr(c, k) for c in cases]) for k in ("lat_deg", "lon_deg"))
    ground = np.linalg.norm(itrs_from_geodetic(lat, lon, 0.0), axis=-1)
    r_site = itrs_from_geodetic(lat, lon, np.array([c.height_m for c in cases]))
    places = (r_site, enu_basis(lat, lon)[:, 2], ground)

    def states_of(t_s):
        return states(orbits, t_s, gmst82(EPOCH[0], EPOCH[1] + (t_s + dut1_s(t_s)) / DAY_S))

    t_s = np.arange(0.0, DAY_S + 1.0, 60.0)
    return {
        e: access_over(states_of, t_s, *places, elevation_view(len(elements), np.radians(e)))
        for e in {c.min_elevation_deg for c in cases}
    }


def test_rises_and_sets_are_skyfields(windows_by_elevation, agree):
    rises, sets = [], []
    for c in load_cases(f"{TOPIC}.csv"):
        windows = windows_by_elevation[c.min_elevation_deg]
        mine = windows.take((windows.sat == c.satellite) & (windows.site == int(c.case)))
        rises.append((listed(c.rise_s), mine.start_s[~mine.open_start]))
        sets.append((listed(c.set_s), mine.end_s[~mine.open_end]))
        # Skyfield reports no event for a window that is open at an end of the day, nor do we.
        assert [len(ours) for _, ours in (rises[-1], sets[-1])] == [
            len(theirs) for theirs, _ in (rises[-1], sets[-1])
        ], c.case
    for what, pairs in (("rises", rises), ("sets", sets)):
        theirs, ours = map(np.concatenate, zip(*pairs, strict=True))
        agree((TOPIC, "all"), what, theirs, ours, FIVE_MILLISECONDS, "s")


def test_the_cases_hold_many_passes_and_kinds_of_orbit():
    cases = load_cases(f"{TOPIC}.csv")
    assert len(cases) == 200
    assert sum(len(listed(c.rise_s)) for c in cases) > 500
    assert len({c.satellite for c in cases}) == 30
