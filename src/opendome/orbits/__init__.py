"""Where satellites are: Walker shells and J2 mean orbits, SGP4 for real catalogues."""

from __future__ import annotations

from opendome.orbits.ephemeris import (
    PROPAGATORS,
    AnyOrbits,
    blocks,
    concatenate,
    positions,
    states,
)
from opendome.orbits.j2 import positions_j2, states_j2
from opendome.orbits.sgp4 import SGP4_ERRORS, Sgp4Orbits, sgp4_errors, sgp4_orbits
from opendome.orbits.walker import ECC_MAX, Orbits, j2_rates, perigee_rate, walker

__all__ = [
    "ECC_MAX",
    "PROPAGATORS",
    "SGP4_ERRORS",
    "AnyOrbits",
    "Orbits",
    "Sgp4Orbits",
    "blocks",
    "concatenate",
    "j2_rates",
    "perigee_rate",
    "positions",
    "positions_j2",
    "sgp4_errors",
    "sgp4_orbits",
    "states",
    "states_j2",
    "walker",
]
