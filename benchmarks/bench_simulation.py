"""Time of the simulation's steps on golden-dome: setup, one raid, one fight."""

import pytest

from opendome.api import load
from opendome.simulation.chain import fight_raid, layers_of
from opendome.simulation.monte_carlo import simulate
from opendome.simulation.scene import look_around
from opendome.simulation.setup import build_plan
from opendome.simulation.sight import sight_of


@pytest.fixture(scope="module")
def scenario():
    return load("golden-dome").scenario


@pytest.fixture(scope="module")
def plan(scenario):
    return build_plan(scenario)


def test_build_plan(benchmark, scenario):
    plan = benchmark(build_plan, scenario)
    assert len(plan.missiles.name) == 12


def test_one_raid(benchmark, plan):
    outcome = benchmark(simulate, plan, 1, 0)
    assert outcome.leakers.shape == (1, 1)


def test_look_around(benchmark, plan):
    scene = benchmark(look_around, plan, 0)
    assert scene.run == 0


def test_one_fight(benchmark, plan):
    scene = look_around(plan, 0)
    case = plan.cases[0]
    layers = layers_of(plan, scene, case, sight_of(plan, scene, case, {}))
    result = benchmark(fight_raid, plan, 0, layers)
    assert len(result.fought) == 3
