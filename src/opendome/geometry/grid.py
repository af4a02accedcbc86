"""Points that stand for equal areas: rings round the Earth, discs and polygons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from opendome.constants import F_WGS84, R_EARTH_MEAN_M, Bools, Floats, Ints
from opendome.errors import InputError
from opendome.frames import enu_basis, itrs_from_geodetic

__all__ = [
    "Grid",
    "disc_outline",
    "disc_points",
    "in_disc",
    "in_polygon",
    "point_grid",
    "polygon_points",
    "ring_grid",
]

E2 = F_WGS84 * (2.0 - F_WGS84)  # first eccentricity squared
E = np.sqrt(E2)
# Limits of the whole grid that an area is cut from, in points, and of its part that is laid out.
MAX_WHOLE = 1e13
MAX_NEAR = 2**24


@dataclass(frozen=True, slots=True)
class Grid:
    """Points in rings of one latitude each, evenly spaced all round; from south to north.

    A ring may hold one point only, so that any set of points is a grid (`point_grid`).
    """

    ring_lat_rad: Floats
    """Geodetic latitude of each ring, shape (n_ring,). [rad]"""
    ring_first: Ints
    """First point of each ring, then the number of points, shape (n_ring + 1,). [-]"""
    lat_rad: Floats
    """Geodetic latitude, shape (n_point,). [rad]"""
    lon_rad: Floats
    """Longitude, shape (n_point,). [rad]"""
    r_itrs_m: Floats
    """Position, Earth-fixed, shape (n_point, 3). [m]"""
    up_itrs: Floats
    """Unit vector of the vertical, shape (n_point, 3). [-]"""
    r_ground_m: Floats
    """Earth's radius below: that of the point less its height, shape (n_point,). [m]"""
    weight: Floats
    """Share of the area that the point stands for, shape (n_point,); the sum is 1. [-]"""


def _sin_authalic(lat_rad: Floats) -> Floats:
    """Return the part of the ellipsoid's area south of a latitude, from -1 to 1."""
    s = np.sin(lat_rad)
    pole = 1.0 / (1.0 - E2) + np.arctanh(E) / E
    return (s / (1.0 - E2 * s**2) + np.arctanh(E * s) / E) / pole


def _lat_of_sin_authalic(sine: Floats) -> Floats:
    """Return the geodetic latitude south of which this part of the area lies (Snyder, 3-16)."""
    s = np.asarray(sine, dtype=np.float64)
    pole = 1.0 / (1.0 - E2) + np.arctanh(E) / E
    for _ in range(4):  # Newton's steps on the sine: the error of 0.2 % is squared at each
        slope = 2.0 / (1.0 - E2 * s**2) ** 2 / pole
        s = np.clip(s + (sine - _sin_authalic(np.arcsin(s))) / slope, -1.0, 1.0)
    return np.arcsin(s)


def _layout(n_point: int) -> tuple[Floats, Ints]:
    """Return latitude of and points in each ring of a whole grid.

    All cells are squares nearly and equal in area exactly: the edges of the rings are moved
    to where the points south of them have their share of the ellipsoid.
    """
    n_ring = max(1, round(np.sqrt(n_point * np.pi / 4.0)))
    even = (np.arange(n_ring) + 0.5) / n_ring * np.pi - 0.5 * np.pi
    share = np.cos(even) / np.cos(even).sum()
    n_cell = np.maximum(1, np.rint(n_point * share).astype(np.int64))
    n_cell = np.where(np.arange(n_ring) < n_ring // 2, n_cell, n_cell[::-1])  # north as south
    if n_ring == 1:
        n_cell = np.array([n_point], dtype=np.int64)
    last = np.cumsum(n_cell)
    middle = (last - 0.5 * n_cell) / last[-1]
    return _lat_of_sin_authalic(2.0 * middle - 1.0), n_cell


def _grid(ring_lat: Floats, n_cell: Ints, lat: Floats, lon: Floats, height_m: float) -> Grid:
    """Put positions and weights to points that are given ring by ring."""
    r_itrs_m = itrs_from_geodetic(lat, lon, height_m)
    up = np.ascontiguousarray(enu_basis(lat, lon)[..., 2, :])
    return Grid(
        ring_lat_rad=ring_lat,
        ring_first=np.concatenate([[0], np.cumsum(n_cell)]).astype(np.int64),
        lat_rad=lat,
        lon_rad=lon,
        r_itrs_m=r_itrs_m,
        up_itrs=up,
        r_ground_m=np.sqrt(np.vecdot(r_itrs_m, r_itrs_m)) - height_m,
        weight=np.full(len(lat), 1.0 / max(len(lat), 1)),
    )


def _longitudes(n_cell: Ints) -> Floats:
    """Return the centres of the cells of each ring, ring by ring, from -pi eastward."""
    n = np.repeat(n_cell, n_cell)
    j = np.arange(len(n)) - np.repeat(np.cumsum(n_cell) - n_cell, n_cell)
    return 2.0 * np.pi * (j + 0.5) / n - np.pi


def ring_grid(n_point: int, height_m: float = 0.0) -> Grid:
    """Return points all over the Earth, each for the same area of the ellipsoid.

    Parameters
    ----------
    n_point : int
        Points wanted; the grid has within a few per cent as many. [-]
    height_m : float
        Height of the points above the ellipsoid. [m]

    Returns
    -------
    grid : Grid
        Cells are as wide as they are high, but for the rings next to the poles; the point of
        a cell halves its area in latitude and in longitude.

    Raises
    ------
    InputError
        If no point is wanted.

    References
    ----------
    .. [1] J. Snyder, Map Projections - A Working Manual, USGS PP 1395, 1987, eqs. 3-11, 3-12,
       3-16: authalic latitude.

    Examples
    --------
    >>> grid = ring_grid(10_000)
    >>> len(grid.ring_lat_rad), len(grid.lat_rad)
    (89, 9994)
    """
    if n_point < 1:
        raise InputError(f"a grid should have at least 1 point, not {n_point}")
    ring_lat, n_cell = _layout(n_point)
    lat = np.repeat(ring_lat, n_cell)
    return _grid(ring_lat, n_cell, lat, _longitudes(n_cell), height_m)


def point_grid(lat_rad: Floats, lon_rad: Floats, height_m: float = 0.0) -> Grid:
    """Return any points as a grid: each is a ring of its own, in the order given.

    Parameters
    ----------
    lat_rad, lon_rad : ndarray, shape (n_point,)
        Geodetic latitude and longitude. [rad]
    height_m : float
        Height of the points above the ellipsoid. [m]

    Returns
    -------
    grid : Grid
        With equal weights.

    Examples
    --------
    >>> point_grid(np.array([0.5, -0.5]), np.zeros(2)).weight.tolist()
    [0.5, 0.5]
    """
    lat, lon = (np.array(x, dtype=np.float64).ravel() for x in (lat_rad, lon_rad))
    return _grid(lat, np.ones(len(lat), dtype=np.int64), lat, lon, height_m)


def _unit(lat_rad: Floats, lon_rad: Floats) -> Floats:
    """Return unit vectors of latitude and longitude as on a sphere, shape (..., 3)."""
    return np.asarray(enu_basis(lat_rad, lon_rad)[..., 2, :])


def in_disc(lat_rad: Floats, lon_rad: Floats, centre_rad: Floats, radius_m: float) -> Bools:
    """Tell which points lie in a disc, on a sphere of the Earth's mean radius.

    Parameters
    ----------
    lat_rad, lon_rad : ndarray, shape (...)
        Latitude and longitude. [rad]
    centre_rad : ndarray, shape (2,)
        Latitude and longitude of the centre. [rad]
    radius_m : float
        Radius, along the ground; within 0.6 % of that on the ellipsoid. [m]

    Returns
    -------
    inside : ndarray of bool, shape (...)
        True within the disc and on its edge.

    Examples
    --------
    >>> one_degree = np.radians([1.0, -1.0])
    >>> in_disc(one_degree, one_degree, np.zeros(2), 160e3)
    array([ True,  True])
    """
    away = _unit(lat_rad, lon_rad) - _unit(centre_rad[0], centre_rad[1])
    # By the chord, which keeps its digits where the disc is small.
    half = np.sin(0.5 * np.clip(radius_m / R_EARTH_MEAN_M, 0.0, np.pi))
    return np.asarray(np.vecdot(away, away) <= 4.0 * half**2)


def _corners(polygon_rad: Floats) -> tuple[Floats, Floats]:
    """Return the corners as unit vectors (n, 3), and a direction within 90 degrees of all."""
    polygon = np.asarray(polygon_rad, dtype=np.float64)
    if polygon.ndim != 2 or polygon.shape[1:] != (2,) or len(polygon) < 3:
        text = "a polygon needs at least 3 corners, each with latitude and longitude"
        raise InputError(f"{text}, not an array of shape {polygon.shape}")
    corner = _unit(polygon[:, 0], polygon[:, 1])
    centre = corner.sum(axis=0)
    for _ in range(1000):  # perceptron: finds such a direction wherever there is one
        side = corner @ centre
        if side.min() > 1e-9 * np.sqrt(centre @ centre):
            return corner, centre / np.sqrt(centre @ centre)
        centre = centre + corner[side.argmin()]
    text = "a polygon should lie within one half of the Earth; cut a larger one in parts"
    raise InputError(text)


def in_polygon(lat_rad: Floats, lon_rad: Floats, polygon_rad: Floats) -> Bools:
    """Tell which points lie in a polygon whose edges are great circles.

    Geodetic latitude is taken as latitude on a sphere. The date line and the poles are like
    any other place. Of the two parts of the Earth the polygon's is the one that lies within
    a hemisphere; where its edges cross, the even-odd rule holds.

    Parameters
    ----------
    lat_rad, lon_rad : ndarray, shape (...)
        Latitude and longitude. [rad]
    polygon_rad : ndarray, shape (n_vertex, 2)
        Latitude and longitude of the corners, in either sense; the last joins the first.
        [rad]

    Returns
    -------
    inside : ndarray of bool, shape (...)
        True within; on an edge it may be either.

    Raises
    ------
    InputError
        If there are fewer than three corners, or no hemisphere holds them.

    Examples
    --------
    A triangle round the north pole:

    >>> cap = np.radians([[60.0, 0.0], [60.0, 120.0], [60.0, -120.0]])
    >>> in_polygon(np.radians([89.0, 29.0]), np.radians([45.0, 45.0]), cap)
    array([ True, False])
    """
    corner, centre = _corners(polygon_rad)
    point = _unit(lat_rad, lon_rad)
    # The gnomonic projection from the centre makes great circles straight lines.
    flat = np.linalg.svd(centre[None, :])[2][1:]
    front = point @ centre > 0.0
    x, y = np.moveaxis(point @ flat.T / np.where(front, point @ centre, 1.0)[..., None], -1, 0)
    corner_xy = corner @ flat.T / (corner @ centre)[:, None]
    odd = np.zeros(front.shape, dtype=np.bool_)
    for (xa, ya), (xb, yb) in zip(corner_xy, np.roll(corner_xy, -1, axis=0), strict=True):
        if ya != yb:
            odd ^= ((ya > y) != (yb > y)) & (x < xa + (xb - xa) * ((y - ya) / (yb - ya)))
    return np.asarray(front & odd)


def _polygon_share(corner: Floats, centre: Floats) -> float:
    """Return the polygon's part of the sphere's area, by triangles from the centre."""
    following = np.roll(corner, -1, axis=0)
    sine = np.cross(corner, following) @ centre
    cosine = 1.0 + corner @ centre + following @ centre + np.vecdot(corner, following)
    # Solid angle of a triangle: Van Oosterom and Strackee, IEEE Trans. BME-30 (1983) 125.
    return float(abs(2.0 * np.arctan2(sine, cosine).sum()) / (4.0 * np.pi))


def _points_in(
    inside: Callable[[Floats, Floats], Bools],
    centre_lat_rad: float,
    half_angle_rad: float,
    share: float,
    n_point: int,
) -> tuple[Floats, Floats]:
    """Return the points of a whole grid that lie in an area, the grid so fine that n do.

    Of the grid only the rings that the area's cap touches are laid out.
    """
    if n_point < 1:
        raise InputError(f"an area should have at least 1 point, not {n_point}")
    n_whole = n_point / max(share, 1e-300)
    while n_whole <= MAX_WHOLE:
        ring_lat, n_cell = _layout(round(n_whole))
        # Geodetic latitude stands for that of the sphere, as in the areas themselves.
        near = np.abs(ring_lat - centre_lat_rad) <= half_angle_rad
        if n_cell[near].sum() > MAX_NEAR:
            break
        lat, lon = np.repeat(ring_lat[near], n_cell[near]), _longitudes(n_cell[near])
        chosen = inside(lat, lon)
        if chosen.any():
            return lat[chosen], lon[chosen]
        n_whole *= 2.0  # a thin area may fall between the points
    raise InputError(f"the area is too small or too thin for {n_point} points")


def disc_points(centre_rad: Floats, radius_m: float, n_point: int) -> tuple[Floats, Floats]:
    """Return points in a disc that stand for equal areas.

    Parameters
    ----------
    centre_rad : ndarray, shape (2,)
        Latitude and longitude of the centre. [rad]
    radius_m : float
        Radius, along the ground. [m]
    n_point : int
        Points wanted; about as many are returned, and at least one. [-]

    Returns
    -------
    lat_rad, lon_rad : ndarray, shape (n,)
        Geodetic latitude and longitude. [rad]

    Raises
    ------
    InputError
        If no point is wanted or the radius is not above 0.

    Examples
    --------
    >>> lat, lon = disc_points(np.radians([40.0, 127.0]), 200e3, 100)
    >>> len(lat)
    100
    """
    if not radius_m > 0.0:
        raise InputError(f"the radius of an area should be above 0 m, not {radius_m:g}")
    half_angle = min(radius_m / R_EARTH_MEAN_M, np.pi)
    return _points_in(
        lambda lat, lon: in_disc(lat, lon, centre_rad, radius_m),
        float(centre_rad[0]),
        half_angle,
        np.sin(0.5 * half_angle) ** 2,
        n_point,
    )


def polygon_points(polygon_rad: Floats, n_point: int) -> tuple[Floats, Floats]:
    """Return points in a polygon that stand for equal areas.

    Parameters
    ----------
    polygon_rad : ndarray, shape (n_vertex, 2)
        Latitude and longitude of the corners, as in `in_polygon`. [rad]
    n_point : int
        Points wanted; about as many are returned, and at least one. [-]

    Returns
    -------
    lat_rad, lon_rad : ndarray, shape (n,)
        Geodetic latitude and longitude. [rad]

    Raises
    ------
    InputError
        If the polygon is none or no point is wanted.

    Examples
    --------
    >>> box = np.radians([[35.0, 124.0], [35.0, 131.0], [43.0, 131.0], [43.0, 124.0]])
    >>> len(polygon_points(box, 50)[0])
    50
    """
    corner, centre = _corners(polygon_rad)
    return _points_in(
        lambda lat, lon: in_polygon(lat, lon, polygon_rad),
        float(np.arcsin(np.clip(centre[2], -1.0, 1.0))),
        float(np.arccos(np.clip((corner @ centre).min(), -1.0, 1.0))),
        _polygon_share(corner, centre),
        n_point,
    )


def disc_outline(centre_rad: Floats, radius_m: float, n_vertex: int = 72) -> Floats:
    """Return the edge of a disc, on a sphere of the Earth's mean radius.

    Parameters
    ----------
    centre_rad : ndarray, shape (2,)
        Latitude and longitude of the centre. [rad]
    radius_m : float
        Radius, along the ground. [m]
    n_vertex : int
        Points on the edge. [-]

    Returns
    -------
    outline_rad : ndarray, shape (n_vertex, 2)
        Latitude and longitude, from north towards east. [rad]

    Examples
    --------
    >>> edge = disc_outline(np.zeros(2), 111.195e3, 4)
    >>> (np.degrees(edge).round(2) + 0.0).tolist()
    [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]
    """
    azimuth = 2.0 * np.pi * np.arange(n_vertex) / n_vertex
    east, north, up = enu_basis(centre_rad[0], centre_rad[1])
    angle = radius_m / R_EARTH_MEAN_M
    ahead = np.cos(azimuth)[:, None] * north + np.sin(azimuth)[:, None] * east
    x, y, z = (np.cos(angle) * up + np.sin(angle) * ahead).T
    return np.stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)], axis=-1)
