"""Message delays of one raid: every node to the command node, for every version of the shield."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from opendome.constants import OMEGA_EARTH_RADPS, Bools, Floats, Ints
from opendome.frames import rotate_z
from opendome.network import attach, forward_to_sets, gateway_entry
from opendome.orbits import AnyOrbits, positions, states
from opendome.simulation.moments import command_beyond, held_by
from opendome.simulation.plan import Battery, Case, GroundNodes, Plan
from opendome.simulation.web import Here, On, Web

__all__ = ["Paths"]


class Paths:
    """Delays between the command node and everything else while one raid lasts.

    Geometry is computed once; what depends on a case is kept by the masks of the networks that
    it goes through, so that losing a partner costs only what that partner has part in.
    """

    def __init__(self, plan: Plan, start_s: float) -> None:
        self._plan = plan
        self.t_s = plan.clock.network_s
        self._start_s = start_s
        self._angle_rad = plan.clock.gmst_epoch_rad + OMEGA_EARTH_RADPS * start_s
        self._turn_rad = OMEGA_EARTH_RADPS * self.t_s
        self._r_gate = self._turned(plan.gateways.r_itrs_m)
        self._up_gate = self._turned(plan.gateways.up_itrs)
        carriers = [carrier.name for carrier in plan.carriers]
        self._columns = [[carriers.index(name) for name in web.networks] for web in plan.webs]
        self._here = [self._times_of(web) for web in plan.webs]
        self._r_sensor = self.satellites(plan.sensors.orbits)
        self._kept: dict[tuple[object, ...], Floats] = {}

    def satellites(self, orbits: AnyOrbits) -> Floats:
        """Return positions of satellites at the network epochs, shape (n_epoch, n_sat, 3)."""
        return positions(orbits, self._start_s + self.t_s, self._angle_rad)

    def _turned(self, vector: Floats) -> Floats:
        """Return Earth-fixed vectors in the raid frame, shape (n_epoch, n, 3)."""
        return rotate_z(vector, self._turn_rad[:, None])

    def _times_of(self, web: Web) -> list[Here]:
        """Return what carries at each epoch while everything works."""
        r_m = np.concatenate([self.satellites(orbits) for orbits in web.orbits], axis=1)
        v_mps: list[Floats | None] = [None] * len(self.t_s)
        if web.needs_velocities:
            t_s, angle_rad = self._start_s + self.t_s, self._angle_rad
            parts = [states(orbits, t_s, angle_rad)[1] for orbits in web.orbits]
            v_mps = list(web.against_ground(r_m, np.concatenate(parts, axis=1)))
        places = zip(r_m, self._turn_rad, v_mps, strict=True)
        return [web.here(r, turn_rad=float(turn), v_sat_mps=v) for r, turn, v in places]

    def sensors(self, case: Case) -> Floats:
        """Return delays from the infrared sensors, shape (n_epoch, n_sensor); inf: no path."""
        part = self._plan.sensors
        delay_s = self._space("sensors", case, self._r_sensor, part.carrier_ok, part.gateway_ok)
        return np.where(case.sensor_on, delay_s, np.inf)

    def shooters(self, case: Case, battery: Battery, rows: Ints, r_eci_m: Floats) -> Floats:
        """Return delays to the space shooters of a scene, shape (n_epoch, n_row); inf: no path."""
        links = battery.carrier_ok[rows], battery.gateway_ok[rows]
        return self._space("shooters", case, r_eci_m, *links)

    def ground(self, case: Case, node: GroundNodes) -> Floats:
        """Return delays to radars or sites, shape (n_epoch, n); inf: no path."""
        delay_s = np.tile(node.fibre_s, (len(self.t_s), 1))
        for i, web in enumerate(self._plan.webs):
            rows = web.n_sat + np.array([web.ends.name.index(name) for name in node.part.element])
            if len(rows) and self._on(case, i).sat.any():
                up_s = self._plan.network.hop_s + self._delays(case, i)[:, rows]
                delay_s = np.minimum(delay_s, up_s)
        return delay_s

    def _space(
        self, name: str, case: Case, r_eci_m: Floats, carrier_ok: Bools, gateway_ok: Bools
    ) -> Floats:
        """Return delays from satellites that do not relay, best over networks and downlinks."""
        gates = case.gateway_on & gateway_ok.any(axis=0)
        key = (name, "straight", gates.tobytes())
        best_s = self._keep(key, partial(self._straight, case, r_eci_m, gateway_ok))
        for i in range(len(self._plan.webs)):
            fits = carrier_ok[:, self._columns[i]]
            if not self._on(case, i).sat.any():
                continue
            for wanted in np.unique(fits[fits.any(axis=1)], axis=0):
                rows = np.flatnonzero((fits == wanted).all(axis=1))
                key = (name, wanted.tobytes(), *self._key(case, i))
                over_s = self._keep(key, partial(self._over, case, i, r_eci_m[:, rows], wanted))
                best_s = best_s.copy()
                best_s[:, rows] = np.minimum(best_s[:, rows], over_s)
        return best_s

    def _straight(self, case: Case, r_eci_m: Floats, gateway_ok: Bools) -> Floats:
        """Return delays straight down to a gateway and by fibre."""
        delay_s = np.full(r_eci_m.shape[:2], np.inf)
        gates, hop_s = self._plan.gateways, self._plan.network.hop_s
        for served in np.unique(gateway_ok, axis=0):
            rows = np.flatnonzero((gateway_ok == served).all(axis=1))
            on = case.gateway_on & served
            for epoch in range(len(self.t_s)):
                delay_s[epoch, rows], _ = gateway_entry(
                    r_eci_m[epoch, rows],
                    self._r_gate[epoch][on],
                    self._up_gate[epoch][on],
                    gates.min_elevation_rad[on],
                    gates.fibre_s[on],
                    hop_s,
                )
        return delay_s

    def _over(self, case: Case, i: int, r_eci_m: Floats, wanted: Bools) -> Floats:
        """Return delays over the satellites of some networks in sight, shape (n_epoch, n_row)."""
        web, rules = self._plan.webs[i], self._plan.network
        fits = wanted[web.space.network]
        delays_s = np.where(fits, self._delays(case, i)[:, : web.n_sat], np.inf)
        return np.stack(
            [
                attach(
                    r_eci_m[epoch],
                    here.r_sat_m,
                    delays_s[epoch],
                    rules.hop_s,
                    rules.grazing_height_m,
                    rules.max_range_m,
                )[0]
                for epoch, here in enumerate(self._here[i])
            ]
        )

    def _keep(self, key: tuple[object, ...], compute: Callable[[], Floats]) -> Floats:
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

    def _on(self, case: Case, i: int) -> On:
        """Return what of the carriers and the gateways works in a case."""
        web, carriers = self._plan.webs[i], self._plan.carriers
        sat = [
            on for on, c in zip(case.carrier_on, carriers, strict=True) if c.name in web.networks
        ]
        end = np.ones(len(web.ends.name), dtype=np.bool_)
        end[web.gateways] = case.gateway_on
        return On(np.concatenate(sat), end, ())

    def _key(self, case: Case, i: int) -> tuple[object, ...]:
        web, on = self._plan.webs[i], self._on(case, i)
        # A gateway for others is no matter.
        gates = on.end & web.ends.serves.any(axis=1)
        return (i, on.sat.tobytes(), gates.tobytes())

    def _delays(self, case: Case, i: int) -> Floats:
        """Return delays from satellites and ends of a web, shape (n_epoch, n_node)."""
        return self._keep(self._key(case, i), partial(self._through, case, i))

    def _through(self, case: Case, i: int) -> Floats:
        web, on = self._plan.webs[i], self._on(case, i)
        beyond_s = command_beyond(web, on)
        delay_s, held = [], None
        for here in self._here[i]:
            links = web.links(on, here, held)
            held = held_by(links) if web.needs_velocities else None
            delay_s.append(forward_to_sets(links, beyond_s, bulk=False).latency_s[0])
        return np.stack(delay_s)
