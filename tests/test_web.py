"""All networks as one: who links to whom, what is left of it, and what falls apart."""

from dataclasses import replace

import numpy as np
import pytest

from opendome.api import load
from opendome.elements import Catalogue
from opendome.errors import InputError
from opendome.frames import parse_epoch
from opendome.network import link_list, links_at
from opendome.orbits import positions
from opendome.scenario.checks import check_names
from opendome.simulation.setup.assets import shell_orbits
from opendome.simulation.setup.web import build_web, webs_of
from opendome.simulation.web import On, all_on, islands, left_by

AT_S = 4321.0


def web_of(scenario, **given):
    return build_web(scenario, parse_epoch(scenario.epoch_utc), {}, **given)


@pytest.fixture(scope="module")
def web(golden):
    return web_of(golden)


@pytest.fixture(scope="module")
def here(web):
    return web.here(web.positions(np.array([AT_S]))[0])


@pytest.fixture(scope="module")
def kuiper():
    return load("kuiper-630").scenario


def test_satellites_stand_in_the_order_of_the_carriers(golden, web):
    carriers = [golden.constellations[name] for name in golden.network.carriers]
    assert web.networks == golden.network.carriers
    assert np.bincount(web.space.network).tolist() == [c.satellites for c in carriers]
    last = golden.constellations["starlink"]
    assert web.name[-1] == f"starlink/{last.planes - 1}-{last.per_plane - 1}"
    assert len(set(web.name)) == web.n_sat == len(web.part.element)
    r_m = web.positions(np.array([0.0, AT_S]))
    first = positions(web.orbits[0], np.array([AT_S]), web._turn(np.array([AT_S])))[0]
    np.testing.assert_array_equal(r_m[1, : len(first)], first)


def test_ground_has_the_terminals_that_the_file_gives(golden, web):
    ends = web.ends
    assert ends.name[0] == "command-node"
    assert not ends.serves[0].any()
    assert ends.fibre_s[0] == 0.0
    row = ends.name.index("sbx")
    served = {name for name, ok in zip(web.networks, ends.serves[row], strict=True) if ok}
    radio = golden.ground.radars["sbx"].terminals
    assert served == {n for n in web.networks if golden.constellations[n].downlink in radio}
    assert np.isinf(ends.fibre_s[row])  # at sea
    assert [ends.name[i] for i in web.gateways] == list(golden.ground.gateways)


def test_networks_link_where_standards_fit_and_terminals_are_free(golden, web, here):
    talk = {frozenset(web.networks[k] for k in pair) for pair in web.mates}
    sda = ("transport-t1", "transport-t2-beta", "transport-t2-alpha")
    assert talk == {
        frozenset(p) for p in ((sda[0], sda[1]), (sda[0], sda[2]), (sda[1], sda[2]))
    } | {frozenset(("sdn-backbone", "starlink"))}
    table = here.space.neighbours
    network = web.space.network
    assert ((table >= 0).sum(axis=1) <= web.n_terminal).all()
    i, k = np.nonzero(table >= 0)
    j = table[i, k]
    assert (table[j] == i[:, None]).any(axis=1).all()  # both know of it
    across = network[i] != network[j]
    assert across.any()
    found = {
        frozenset(web.networks[n] for n in pair)
        for pair in zip(network[i[across]], network[j[across]], strict=True)
    }
    assert found <= talk
    # The grids of the deltas need all four, so only seams of stars have one left.
    assert not np.isin([web.networks[n] for n in network[i[across]]], ["starlink"]).any()


def test_no_terminals_are_no_crosslinks(golden):
    none = golden.model_copy(
        update={
            "constellations": {
                name: c.model_copy(update={"optical_terminals": 0})
                for name, c in golden.constellations.items()
            }
        }
    )
    web = web_of(none)
    here = web.here(web.positions(np.array([0.0]))[0])
    assert (here.space.neighbours == -1).all()
    assert np.isinf(here.links.cross_m).all()


def test_what_is_left_is_what_links_would_be_without_it(web, here):
    on = left_by(web, "spacex") & left_by(web, "york")
    rng = np.random.default_rng(4)
    on = on & On(rng.random(web.n_sat) < 0.8, rng.random(len(web.ends.name)) < 0.8, on.leaf)
    found = web.links(on, here)
    alone = links_at(
        replace(here.space, alive=on.sat),
        here.r_sat_m,
        replace(here.sites, alive=on.end),
        web.rules,
    )
    for ours, theirs in zip(link_list(found), link_list(alone), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(found.first, alone.first)
    assert web.links(all_on(web), here) is here.links


def test_a_partner_takes_what_it_runs_and_what_it_builds(golden, web):
    on = left_by(web, "york")
    gone = {web.part.element[i] for i in np.flatnonzero(~on.sat)}
    assert gone == {"transport-t1", "transport-t2-alpha"}
    left = left_by(web, "spacex")
    assert not left.end[web.ends.name.index("gate-spacex-texas")]
    assert left.end[0]
    shared = [k for k, leaf in enumerate(web.leaves) if leaf.part.element[0] == "sbi"]
    assert (~left.leaf[shared[0]]).sum() == 5 * golden.constellations["sbi"].per_plane


def test_islands_are_networks_that_can_talk(golden, web):
    parts = islands(web)
    assert [part.networks for part in parts] == [
        ("transport-t1", "transport-t2-beta", "transport-t2-alpha"),
        ("sdn-backbone", "starlink"),
    ]
    assert sum(part.n_sat for part in parts) == web.n_sat
    here = web.here(web.positions(np.array([AT_S]))[0])
    for part in parts:
        rows = np.isin(web.part.element, part.networks)
        alone = part.here(part.positions(np.array([AT_S]))[0])
        np.testing.assert_allclose(
            np.sort(alone.links.cross_m.ravel()),
            np.sort(here.links.cross_m[rows].ravel())[: alone.links.cross_m.size],
        )
        assert tuple(np.array(web.name)[rows]) == part.name
    relaying = replace(web, rules=replace(web.rules, ground_relays=True))
    assert len(islands(relaying)) == 1


def test_a_raid_s_webs_have_no_leaves_and_no_stations(kuiper):
    (web,) = webs_of(kuiper)
    assert web.leaves == ()
    assert "station" not in web.ends.role
    relaying = kuiper.network.model_copy(update={"ground_relays": True})
    (web,) = webs_of(kuiper.model_copy(update={"network": relaying}))
    assert web.ends.role.count("station") == 100


def test_a_shell_by_sgp4_is_hypatia_s(kuiper):
    shell = kuiper.constellations["kuiper-630"]
    orbits = shell_orbits(shell, parse_epoch(kuiper.epoch_utc))
    e = orbits.elements
    assert np.allclose(e.mean_motion_radps, 14.80 * 2 * np.pi / 86_400)
    assert (e.ecc == 1e-7).all()
    plane, slot = np.divmod(np.arange(34 * 34), 34)
    assert np.allclose(np.rad2deg(e.raan_rad), 360 * plane / 34)
    assert np.allclose(np.rad2deg(e.mean_anomaly_rad), 360 * (slot + 0.5 * (plane % 2)) / 34)
    (web,) = webs_of(kuiper)
    assert (web.space.neighbours >= 0).sum() == 2 * 2312


def test_a_mean_motion_that_is_left_out_is_that_of_the_altitude(kuiper):
    shell = kuiper.constellations["kuiper-630"].model_copy(update={"mean_motion_rev_per_day": None})
    orbits = shell_orbits(shell, parse_epoch(kuiper.epoch_utc))
    np.testing.assert_allclose(orbits.elements.altitude_m, 630e3, atol=1e-3)


def test_alternate_slots_move_every_other_plane(golden):
    shell = golden.constellations["transport-t1"]
    plain = shell_orbits(shell, (0.0, 0.0))
    moved = shell_orbits(shell.model_copy(update={"alternate_slots": 0.5}), (0.0, 0.0))
    ahead = (moved.arglat_rad - plain.arglat_rad).reshape(shell.planes, shell.per_plane)
    half = np.pi / shell.per_plane
    np.testing.assert_allclose(ahead, np.tile([[0.0], [half]], (shell.planes // 2, 1)) + 0 * ahead)


def test_real_satellites_fly_in_place_of_their_shell(kuiper):
    shell = kuiper.constellations["kuiper-630"]
    laid = shell_orbits(shell, parse_epoch(kuiper.epoch_utc)).elements
    some = laid.take(np.arange(34 * 10))
    named = replace(some, name=tuple(f"KUIPER-{i:05}" for i in range(len(some))))
    flying = shell.model_copy(update={"catalogue_names": "^KUIPER", "propagator": "j2"})
    flying = flying.model_copy(update={"mean_motion_rev_per_day": None})
    scenario = kuiper.model_copy(
        update={"constellations": {**kuiper.constellations, "kuiper-630": flying}}
    )
    assert check_names(scenario) == []
    web = web_of(scenario, catalogue=Catalogue(named, (), "tle"))
    assert web.name == named.name
    assert set(web.part.operator) == {"amazon"}
    links = web.here(web.positions(np.array([0.0]))[0]).links
    n_link = np.isfinite(links.cross_m).sum(axis=1)
    assert n_link.max() <= 4
    assert n_link.mean() > 3.5  # ten whole planes side by side
    other = Catalogue(replace(named, name=("X",) * len(named)), (), "tle")
    with pytest.raises(InputError, match="--catalogue: kuiper-630"):
        web_of(scenario, catalogue=other)


def test_longest_dwell_needs_and_gets_velocities_against_the_ground(kuiper):
    rules = kuiper.network.model_copy(update={"attach_rule": "longest-dwell"})
    web = web_of(kuiper.model_copy(update={"network": rules}))
    assert web.needs_velocities
    t_s = np.array([0.0, 0.5, 1.0])
    r_m, v_mps = web.positions(t_s), web.velocities(t_s)
    np.testing.assert_allclose((r_m[2] - r_m[0]) / 1.0, v_mps[1], atol=0.1)
    here = web.here(r_m[0], v_sat_mps=v_mps[0])
    assert (np.diff(here.links.first) <= 1).all()


def test_a_satellite_without_a_state_has_no_link(web):
    r_m = web.positions(np.array([0.0]))[0]
    r_m[7] = np.nan
    links = web.here(r_m).links
    assert np.isinf(links.cross_m[7]).all()
    assert 7 not in links.sat
    assert not np.isnan(links.cross_m).any()
