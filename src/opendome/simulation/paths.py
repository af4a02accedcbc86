"""Message delays of one raid: every node to the command node, for every version of the shield."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from opendome.constants import OMEGA_EARTH_RADPS, Bools, Floats, Ints
from opendome.frames import rotate_z
from opendome.network import attach, attach_ground, gateway_entry, shortest_latency
from opendome.orbits import Orbits, positions_j2
from opendome.simulation.plan import Battery, Case, GroundNodes, Plan

__all__ = ["Paths"]


class Paths:
    """Delays between the command node and everything else while one raid lasts.

    Geometry is computed once; what depends on a case is kept by the masks of the carrier that
    it goes through, so that losing a partner costs only what that partner has part in.
    """

    def __init__(self, plan: Plan, start_s: float) -> None:
        self._plan = plan
        self.t_s = plan.clock.network_s
        self._start_s = start_s
        self._angle_rad = plan.clock.gmst_epoch_rad + OMEGA_EARTH_RADPS * start_s
        self._r_gate = self._turned(plan.gateways.r_itrs_m)
        self._up_gate = self._turned(plan.gateways.up_itrs)
        self._r_carrier = [self.satellites(c.orbits) for c in plan.carriers]
        self._r_sensor = self.satellites(plan.sensors.orbits)
        self._kept: dict[tuple[object, ...], Floats] = {}

    def satellites(self, orbits: Orbits) -> Floats:
        """Return positions of satellites at the network epochs, shape (n_epoch, n_sat, 3)."""
        return positions_j2(orbits, self._start_s + self.t_s, self._angle_rad)

    def _turned(self, vector: Floats) -> Floats:
        """Return Earth-fixed vectors in the raid frame, shape (n_epoch, n, 3)."""
        return rotate_z(vector, (OMEGA_EARTH_RADPS * self.t_s)[:, None])

    def sensors(self, case: Case) -> Floats:
        """Return delays from the infrared sensors, shape (n_epoch, n_sensor); inf: no path."""
        part = self._plan.sensors
        delay_s = self._space("sensors", case, self._r_sensor, part.carrier_ok, part.gateway_ok)
        return np.where(case.sensor_on, delay_s, np.inf)

    def shooters(self, case: Case, battery: Battery, rows: Ints, r_eci_m: Floats) -> Floats:
        """Return delays to the space shooters of a scene, shape (n_epoch, n_row); inf: no path."""
        links = battery.carrier_ok[rows], battery.gateway_ok[rows]
        return self._space("shooters", case, r_eci_m, *links)

    def ground(self, case: Case, name: str, node: GroundNodes) -> Floats:
        """Return delays to radars or sites, shape (n_epoch, n); inf: no path."""
        rules = self._plan.network

        def via(i: int, epoch: int, rows: Ints) -> Floats:
            return attach_ground(
                r_eci_m[epoch, rows],
                up_eci[epoch, rows],
                np.full(len(rows), rules.terminal_min_elevation_rad),
                self._r_carrier[i][epoch],
                self._carrier(case, i)[epoch],
                rules.hop_s,
            )[0]

        r_eci_m, up_eci = self._turned(node.r_itrs_m), self._turned(node.up_itrs)
        delay_s = np.tile(node.fibre_s, (len(self.t_s), 1))
        return self._over_carriers(name, case, node.carrier_ok, via, delay_s)

    def _space(
        self, name: str, case: Case, r_eci_m: Floats, carrier_ok: Bools, gateway_ok: Bools
    ) -> Floats:
        """Return delays from satellites that do not relay, best over carriers and downlinks."""
        rules = self._plan.network

        def via(i: int, epoch: int, rows: Ints) -> Floats:
            return attach(
                r_eci_m[epoch, rows],
                self._r_carrier[i][epoch],
                self._carrier(case, i)[epoch],
                rules.hop_s,
                rules.grazing_height_m,
                rules.max_range_m,
            )[0]

        def straight() -> Floats:
            delay_s = np.full(r_eci_m.shape[:2], np.inf)
            for served in np.unique(gateway_ok, axis=0):
                rows = np.flatnonzero((gateway_ok == served).all(axis=1))
                for epoch in range(len(self.t_s)):
                    delay_s[epoch, rows] = self._entry(case, epoch, r_eci_m[epoch, rows], served)
            return delay_s

        gates = case.gateway_on & gateway_ok.any(axis=0)
        delay_s = self._keep((name, "straight", gates.tobytes()), straight)
        return self._over_carriers(name, case, carrier_ok, via, delay_s)

    def _over_carriers(
        self,
        name: str,
        case: Case,
        carrier_ok: Bools,
        via: Callable[[int, int, Ints], Floats],
        delay_s: Floats,
    ) -> Floats:
        """Return the least of `delay_s` and the delays by way of each carrier that fits."""
        for i in range(len(self._plan.carriers)):
            rows = np.flatnonzero(carrier_ok[:, i])
            if len(rows) and case.carrier_on[i].any():
                key = (name, *self._carrier_key(case, i))
                found_s = self._keep(key, partial(self._each_epoch, via, i, rows))
                delay_s = delay_s.copy()
                delay_s[:, rows] = np.minimum(delay_s[:, rows], found_s)
        return delay_s

    def _each_epoch(self, via: Callable[[int, int, Ints], Floats], i: int, rows: Ints) -> Floats:
        return np.stack([via(i, epoch, rows) for epoch in range(len(self.t_s))])

    def _keep(self, key: tuple[object, ...], compute: Callable[[], Floats]) -> Floats:
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

    def _entry(self, case: Case, epoch: int, r_sat_m: Floats, gate_ok: Bools) -> Floats:
        """Return delays from satellites straight down through a gateway and by fibre."""
        on = case.gateway_on & gate_ok
        gates = self._plan.gateways
        return gateway_entry(
            r_sat_m,
            self._r_gate[epoch][on],
            self._up_gate[epoch][on],
            gates.min_elevation_rad[on],
            gates.fibre_s[on],
            self._plan.network.hop_s,
        )[0]

    def _carrier_key(self, case: Case, i: int) -> tuple[object, ...]:
        gates = case.gateway_on & self._plan.carriers[i].gateway_ok
        return (i, case.carrier_on[i].tobytes(), gates.tobytes())

    def _carrier(self, case: Case, i: int) -> Floats:
        """Return delays from the satellites of a carrier, shape (n_epoch, n_sat)."""
        return self._keep(self._carrier_key(case, i), partial(self._through, case, i))

    def _through(self, case: Case, i: int) -> Floats:
        carrier, rules, alive = self._plan.carriers[i], self._plan.network, case.carrier_on[i]
        delay_s = np.empty(self._r_carrier[i].shape[:2])
        for epoch, r_sat_m in enumerate(self._r_carrier[i]):
            entry_s = self._entry(case, epoch, r_sat_m, carrier.gateway_ok)
            delay_s[epoch], _, _ = shortest_latency(
                carrier.neighbours,
                alive,
                r_sat_m,
                np.where(alive, entry_s, np.inf),
                rules.hop_s,
                rules.grazing_height_m,
                rules.max_range_m,
            )
        return delay_s
