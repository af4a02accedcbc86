"""Launch areas, by name or as polygons, turned into points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from opendome.constants import Floats
from opendome.errors import InputError, nearest
from opendome.frames import enu_basis
from opendome.geometry import disc_outline, disc_points, point_grid, polygon_points
from opendome.scenario.schema import LaunchArea
from opendome.simulation.setup.units import DEG, KM
from opendome.simulation.watch import AreaPoints

__all__ = ["areas_of"]

POINTS_PER_EDGE = 32
SHAPE = "a polygon is written lat,lon;lat,lon;lat,lon in degrees"


def areas_of(
    asked: Sequence[str], known: Mapping[str, LaunchArea], n_point: int, height_m: float
) -> tuple[AreaPoints, ...]:
    """Return points over the areas asked for, or over all that are known.

    Parameters
    ----------
    asked : sequence of str
        Names or polygons; empty for all names.
    known : mapping
        Discs by name.
    n_point : int
        Points wanted in each area. [-]
    height_m : float
        Height of the points above the ellipsoid. [m]

    Returns
    -------
    areas : tuple of AreaPoints
        In the order asked for.

    Raises
    ------
    InputError
        If a name is unknown or a polygon is none.
    """
    areas = []
    for text in asked or known:
        if "," in text:
            corner_rad = _corners(text)
            _refuse_crossing(corner_rad, text)
            lat, lon = polygon_points(corner_rad, n_point)
            outline = _edges(corner_rad)
        elif text in known:
            area = known[text]
            centre_rad = np.array([area.lat_deg, area.lon_deg]) * DEG
            lat, lon = disc_points(centre_rad, area.radius_km * KM, n_point)
            outline = disc_outline(centre_rad, area.radius_km * KM)
        else:
            raise InputError(f"--area: no area is called '{text}'; {nearest(text, known)}; {SHAPE}")
        areas.append(AreaPoints(text, outline, point_grid(lat, lon, height_m)))
    return tuple(areas)


def _corners(text: str) -> Floats:
    """Return the corners of a polygon, shape (n, 2), in radians."""
    rows = []
    for corner in text.strip(";").split(";"):
        try:
            lat, lon = (float(number) for number in corner.split(","))
        except ValueError:
            raise InputError(f"--area: '{corner.strip()}' is no corner; {SHAPE}") from None
        if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 360.0):
            raise InputError(f"--area: corner {lat:g},{lon:g} should be within -90..90, -180..360")
        rows.append((lat, lon))
    if len(rows) < 3:
        raise InputError(f"--area: a polygon needs at least 3 corners, not {len(rows)}; {SHAPE}")
    return np.array(rows) * DEG


def _units(lat_lon_rad: Floats) -> Floats:
    return np.ascontiguousarray(enu_basis(lat_lon_rad[:, 0], lat_lon_rad[:, 1])[:, 2])


def _edges(corner_rad: Floats) -> Floats:
    """Return points along the great circles that join the corners, shape (n, 2)."""
    start = _units(corner_rad)
    step = np.linspace(0.0, 1.0, POINTS_PER_EDGE, endpoint=False)[:, None]
    pairs = zip(start, np.roll(start, -1, axis=0), strict=True)
    x, y, z = np.concatenate([(1.0 - step) * a + step * b for a, b in pairs]).T
    return np.stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)], axis=-1)


def _refuse_crossing(corner_rad: Floats, text: str) -> None:
    """Complain about a polygon two of whose edges cross: it has no inside."""
    a = _units(corner_rad)
    b = np.roll(a, -1, axis=0)
    n = np.cross(a, b)
    for i in range(len(a)):
        for j in range(i + 2, len(a) - (i == 0)):
            at = np.cross(n[i], n[j])
            sides = (n[i] @ a[j]) * (n[i] @ b[j]) < 0.0 and (n[j] @ a[i]) * (n[j] @ b[i]) < 0.0
            # The circles meet twice: the edges do where both lie around the same meeting.
            if sides and (at @ (a[i] + b[i])) * (at @ (a[j] + b[j])) > 0.0:
                raise InputError(f"--area {text}: edges {i + 1} and {j + 1} cross")
