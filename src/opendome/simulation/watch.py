"""The question of coverage as arrays, in SI and radians: who looks, at what, over which ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome.catalog.earth_orientation import EarthOrientation
from opendome.constants import DAY_S, Bools, Floats
from opendome.frames import earth_turn, itrs_from_teme, rotate_z, sun_direction
from opendome.geometry import Grid, View
from opendome.orbits import AnyOrbits, positions, states
from opendome.simulation.plan import FleetPart

__all__ = ["AreaPoints", "Watch"]


@dataclass(frozen=True, slots=True)
class AreaPoints:
    """Points of equal weight over a launch area, at the height of the target."""

    name: str
    outline_rad: Floats  # (n_vertex, 2) latitude and longitude of the edge [rad]
    points: Grid  # of no rings


@dataclass(frozen=True, slots=True)
class Watch:
    """Satellites, what limits their sight, and the ground that is asked about."""

    label: str  # scenario or file
    kind: str  # booster, body or ground
    rule: str  # what counts as seen, in words
    fold: int  # satellites asked for at once [-]
    n_fold: int  # up to which is counted [-]
    epoch_jd: tuple[float, float]  # when orbits are laid out, split Julian date, UTC [d]
    span_s: tuple[float, float]  # start and end, since the epoch [s]
    n_step: int  # steps of the world map [-]
    orbits: tuple[AnyOrbits, ...]  # one set after the other
    part: FleetPart  # (n_sat,)
    view: View  # (n_sat,)
    height_m: float  # of the target over the ellipsoid [m]
    areas: tuple[AreaPoints, ...]
    grid: Grid | None
    partners: tuple[str, ...]  # whose part is told
    earth: EarthOrientation | None  # None: UT1 is UTC, and the pole stands still
    warnings: tuple[tuple[str, str], ...]  # named checks of a catalogue, and what they found

    @property
    def n_sat(self) -> int:
        """Return how many satellites look [-]."""
        return len(self.part.element)

    @property
    def step_s(self) -> float:
        """Return the time step of the world map [s]."""
        return (self.span_s[1] - self.span_s[0]) / self.n_step

    @property
    def t_s(self) -> Floats:
        """Return the middles of the steps, for which counts stand, shape (n_step,) [s]."""
        return np.asarray(self.span_s[0] + (np.arange(self.n_step) + 0.5) * self.step_s)

    def left(self, partner: str) -> Bools:
        """Return which satellites a partner neither operates nor builds, shape (n_sat,)."""
        pairs = zip(self.part.operator, self.part.supplier, strict=True)
        return np.array([partner not in pair for pair in pairs], dtype=np.bool_)

    def states(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Return Earth-fixed positions and inertial velocities, (n_time, n_sat, 3) [m, m/s]."""
        angle_rad, *pole = self._turn(t_s)
        parts = [states(orbits, t_s, angle_rad, bulk=True) for orbits in self.orbits]
        r, v = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
        return self._tilted(r, *pole), self._tilted(v, *pole)

    def positions(self, t_s: Floats) -> Floats:
        """Return Earth-fixed positions, shape (n_time, n_sat, 3) [m]."""
        angle_rad, *pole = self._turn(t_s)
        parts = [positions(orbits, t_s, angle_rad, bulk=True) for orbits in self.orbits]
        return self._tilted(np.concatenate(parts, axis=1), *pole)

    def _tilted(self, vector: Floats, x_pole_rad: Floats, y_pole_rad: Floats) -> Floats:
        """Return vectors (n_time, n, 3) about the pole where it is."""
        if self.earth is None:
            return vector
        return itrs_from_teme(vector, 0.0, x_pole_rad[:, None], y_pole_rad[:, None])

    def sun(self, t_s: Floats) -> Floats:
        """Return unit vectors to the Sun, Earth-fixed, shape (n_time, 3)."""
        jd1, jd2 = self.epoch_jd
        return rotate_z(sun_direction(jd1, jd2 + t_s / DAY_S), -self._turn(t_s)[0])

    def _turn(self, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the Earth's turn and the pole, shape (n_time,) each [rad]."""
        jd1, jd2 = self.epoch_jd
        none = np.zeros(t_s.shape)
        dut1, x, y = (none, none, none) if self.earth is None else self.earth.at(jd1, jd2, t_s)
        return np.asarray(earth_turn(jd1, jd2 + t_s / DAY_S, dut1)), x, y
