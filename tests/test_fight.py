"""One layer of one raid: shots, looks, kills and the reasons of leakers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from opendome.simulation.draws import Quantity, uniform
from opendome.simulation.fight import fight
from opendome.simulation.layer import Fought, Luck
from opendome.simulation.reasons import REASONS, leak_reasons
from tests._fights import (
    FLIGHT_S,
    fight_often,
    fight_once,
    make_layer,
    make_rules,
    make_targets,
    with_reach,
)

ROUNDING = 1e-12
FOUR_SIGMA = 4.0
N_RUN = 40_000


def same(a: Fought, b: Fought) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


# Twin -------------------------------------------------------------------------------------


def fight_plainly(layer, targets, rules, seed, run):
    """Fight one class of rounds that all meet every object alike, in plain Python."""

    def draw(quantity, entity, nth, number=rules.number):
        return uniform(seed, int(quantity), run, entity, (number << 14) + nth)

    fault = draw(Quantity.COMMON_DISCRIMINATION, 0, 0, 0) < rules.p_discrimination_fault
    seen = rules.fault_factor if fault else 1.0
    spoil = 1.0
    for quantity, entity, p in (
        (Quantity.COMMON_DESIGN, int(layer.weapon_key[0]), rules.p_design_fault),
        (Quantity.COMMON_SOFTWARE, 0, rules.p_software_fault),
    ):
        spoil *= rules.fault_factor if draw(quantity, entity, 0, 0) < p else 1.0
    left = int(layer.magazine.sum())
    objects = []
    for i, entity in enumerate(targets.entity):
        p = rules.p_warhead * seen if targets.warhead[i] else rules.p_decoy
        threat = draw(Quantity.DISCRIMINATION, entity, 0) < p
        objects.append(
            {"i": i, "want": rules.shots_per_target * threat, "shots": 0, "salvos": 0}
            | {"look": np.inf, "killed": np.inf, "entity": entity}
        )
    for t in layer.release_s:
        for o in objects:
            if o["look"] <= t:
                u = draw(Quantity.ASSESS, o["entity"], o["salvos"])
                dead = o["killed"] <= o["look"]
                again = u < rules.p_call_miss_given_kill if dead else (
                    u >= rules.p_call_kill_given_miss
                )  # fmt: skip
                o["salvos"], o["look"] = o["salvos"] + 1, np.inf
                o["want"] = rules.shots_per_target * (again and o["salvos"] < rules.max_salvos)
        # Worth the most first; each further shot at an object is worth less by its miss.
        slots = [
            (-targets.value[o["i"]] * (p := layer.p_kill[o["i"], 0]) * (1 - p) ** nth, o["i"])
            for o in objects
            if layer.ready_s[o["i"], 0] <= t
            for nth in range(o["want"])
        ]
        served = sorted(i for _, i in sorted(slots)[:left])
        left -= len(served)
        for i in served:
            o = objects[i]
            u = draw(Quantity.KILL, o["entity"], o["shots"])
            o["shots"], o["want"] = o["shots"] + 1, o["want"] - 1
            if u < layer.p_kill[i, 0] * spoil:
                o["killed"] = min(o["killed"], t + FLIGHT_S)
            o["look"] = t + FLIGHT_S + rules.assessment_delay_s
    return [o["killed"] for o in objects], [o["shots"] for o in objects]


odds = st.floats(0.05, 0.95)


@given(
    n=st.integers(1, 6),
    magazine=st.lists(st.integers(0, 5), min_size=1, max_size=3),
    p_kill=st.lists(odds, min_size=6, max_size=6),
    value=st.lists(st.floats(0.5, 2.0), min_size=6, max_size=6),
    ready=st.lists(st.integers(0, 4), min_size=6, max_size=6),
    doctrine=st.tuples(st.integers(1, 3), st.integers(1, 3), st.sampled_from([0.25, 1.75])),
    p=st.tuples(odds, odds, odds, odds, odds, odds, odds),
    factor=st.floats(0.0, 0.9),
    run=st.integers(0, 1000),
)
def test_equals_a_plain_version(n, magazine, p_kill, value, ready, doctrine, p, factor, run):
    layer = make_layer(n, magazine, p_kill[:n], ready_s=ready[:n], n_release=9)
    targets = make_targets(n)._replace(
        value=np.array(value[:n]), warhead=np.arange(n) % 3 < 2
    )  # fmt: skip
    rules = make_rules(
        number=2, shots_per_target=doctrine[0], max_salvos=doctrine[1],
        assessment_delay_s=doctrine[2], p_call_miss_given_kill=p[0], p_call_kill_given_miss=p[1],
        p_warhead=p[2], p_decoy=p[3], p_discrimination_fault=p[4], p_design_fault=p[5],
        p_software_fault=p[6], fault_factor=factor,
    )  # fmt: skip
    done = fight_once(layer, targets, rules, run=run)
    killed_s, n_shot = fight_plainly(layer, targets, rules, 7, run)
    assert done.n_shot.tolist() == n_shot
    assert done.killed_s.tolist() == killed_s


# What the shots table says ----------------------------------------------------------------


def test_a_shot_is_recorded_as_it_was_fired():
    layer = make_layer(2, [3, 2], 0.5, ready_s=[1.0, 2.5], n_release=6)
    layer = layer._replace(
        commit_s=np.array([[0.2, 0.3], [1.1, 1.2]]), epoch_s=2.0, clock_s=np.array([0.0, 1.4])
    )
    done = fight_once(layer, make_targets(2), make_rules(shots_per_target=2))
    order, delay, intercept, p_kill = done.shot.T
    i, shooter, hit = done.shot_i.T
    assert i.tolist() == [0, 0, 1, 1]
    # Orders go out at the first epoch after readiness, over the paths of their time.
    assert order.tolist() == [1.0, 1.0, 3.0, 3.0]
    assert delay.tolist() == [
        layer.commit_s[int(t // 2), j] for t, j in zip(order, shooter, strict=True)
    ]
    # Between the releases of the table it is read as a line.
    assert intercept == pytest.approx(order + delay + FLIGHT_S)
    assert done.first_order_s.tolist() == [1.0, 3.0]
    assert p_kill.tolist() == [0.5] * 4
    first_hit = [intercept[(i == k) & (hit == 1)].min(initial=np.inf) for k in range(2)]
    assert done.killed_s.tolist() == first_hit


def test_odds_are_those_of_the_track_when_homing_starts():
    layer = make_layer(1, [1], 0.8, flight_s=5.5)._replace(
        homing_s=np.array([2.0]),
        step_s=np.array([0.0, 2.0, 4.0]),
        on_target=np.array([[[0.1], [0.5], [0.9]]]),
    )
    # Intercept at 5.5 s, homing from 3.5 s: the step at 2 s holds.
    assert fight_once(layer, make_targets(1), make_rules()).shot[0, 3] == pytest.approx(0.8 * 0.5)


def test_no_shot_that_homes_before_the_first_look():
    layer = make_layer(1, [1], 0.8, flight_s=5.5)._replace(
        homing_s=np.array([5.0]), step_s=np.array([0.0, 2.0]), on_target=np.array([[[0.0], [0.9]]])
    )
    targets, rules = make_targets(1), make_rules()
    done = fight_once(layer, targets, rules)
    assert done.n_shot.tolist() == [0]
    assert reason(layer, targets, done, rules) == "message late"


def test_better_class_shoots_first_and_the_other_takes_the_rest():
    layer = make_layer(3, [1, 5], [0.9, 0.9, 0.9])._replace(
        weapon=np.array([0, 1]),
        p_kill=np.array([[0.9, 0.5]] * 3),
        homing_s=np.zeros(2),
        ready_s=np.zeros((3, 2)),
        on_target=np.ones((3, 1, 2)),
    )
    done = fight_once(layer, make_targets(3), make_rules())
    assert sorted(done.shot[:, 3]) == [0.5, 0.5, 0.9]
    assert done.n_shot.tolist() == [1, 1, 1]


def test_a_class_shoots_only_what_it_was_shown_against():
    layer = make_layer(2, [4], [0.9, 0.0])
    assert fight_once(layer, make_targets(2), make_rules()).n_shot.tolist() == [1, 0]


def test_the_dead_and_what_is_no_threat_are_not_shot_at():
    layer = make_layer(3, [9], 0.9)
    targets = make_targets(3)._replace(warhead=np.array([True, True, False]))
    alive = np.array([True, False, True])
    done = fight_once(layer, targets, make_rules(), alive=alive)
    assert done.n_shot.tolist() == [1, 0, 0]
    decoys = fight_once(layer, targets, make_rules(p_decoy=1.0), alive=alive)
    assert decoys.n_shot.tolist() == [1, 0, 1]
    assert decoys.threat.tolist() == [True, True, True]


def test_what_another_layer_kills_is_shot_at_until_that_is_known_and_in_vain():
    layer, targets, luck = make_layer(1, [99], 1.0, n_release=30, flight_s=4.0), make_targets(1), 3
    rules = make_rules(max_salvos=30)
    dead_s, known_s = np.array([10.0]), np.array([12.0])
    # Ordered at 0, it comes in time; the same shooter from 7 s on finds nothing there.
    done = fight(layer, targets, dead_s, known_s, rules, Luck(luck, 0, 0))
    assert done.killed_s.tolist() == [4.0]
    late = layer._replace(ready_s=np.array([[7.0]]))
    done = fight(late, targets, dead_s, known_s, rules, Luck(luck, 0, 0))
    assert done.killed_s.tolist() == [np.inf]
    assert done.n_shot.tolist() == [1]
    assert not done.spoilt.any()
    unknown = fight(late, targets, dead_s, np.array([np.inf]), rules, Luck(luck, 0, 0))
    assert unknown.n_shot.tolist() == [1]  # rightly judged dead by this layer's own look
    never = late._replace(ready_s=np.array([[12.0]]))
    assert fight(never, targets, dead_s, known_s, rules, Luck(luck, 0, 0)).n_shot.tolist() == [0]


def test_no_path_no_shots():
    layer = make_layer(3, [9, 9], 0.9, n_release=5)
    cut = layer._replace(commit_s=np.array([[np.inf, 0.0]]))
    assert set(fight_once(cut, make_targets(3), make_rules()).shot_i[:, 1]) == {1}
    cut = layer._replace(commit_s=np.full((1, 2), np.inf))
    assert fight_once(cut, make_targets(3), make_rules()).n_shot.sum() == 0


def test_nobody_to_shoot_at_and_nobody_to_shoot():
    none = make_layer(2, [], 0.9)._replace(
        p_kill=np.empty((2, 0)),
        homing_s=np.empty(0),
        ready_s=np.empty((2, 0)),
        weapon_key=np.empty(0, dtype=np.int64),
    )
    assert fight_once(none, make_targets(2), make_rules()).n_shot.tolist() == [0, 0]
    dead = np.zeros(2, dtype=np.bool_)
    done = fight_once(make_layer(2, [3], 0.9), make_targets(2), make_rules(), alive=dead)
    assert done.n_shot.tolist() == [0, 0]
    assert done.shot.shape == (0, 4)


# Looking ----------------------------------------------------------------------------------


def looked(p, miss_called_kill, kill_called_miss, m, alive=True):
    """Return kill odds and expected shots of up to m single shots with looks that err."""
    if m == 0:
        return 0.0, 0.0
    if not alive:
        return 0.0, 1.0 + kill_called_miss * looked(
            p, miss_called_kill, kill_called_miss, m - 1, False
        )[1]
    after = looked(p, miss_called_kill, kill_called_miss, m - 1)
    dead = looked(p, miss_called_kill, kill_called_miss, m - 1, False)
    go_on = (1.0 - p) * (1.0 - miss_called_kill)
    return p + go_on * after[0], 1.0 + go_on * after[1] + p * kill_called_miss * dead[1]


@pytest.mark.parametrize(
    ("p", "miss_called_kill", "kill_called_miss", "m"),
    [(0.7, 0, 0, 3), (0.5, 0.3, 0, 4), (0.5, 0, 0.4, 4), (0.6, 0.2, 0.3, 3), (0.6, 1, 1, 2)],
)  # fmt: skip
def test_wrong_looks_cost_shots_and_leakers_as_the_formula_says(
    p, miss_called_kill, kill_called_miss, m
):
    rules = make_rules(
        max_salvos=m,
        p_call_miss_given_kill=kill_called_miss,
        p_call_kill_given_miss=miss_called_kill,
    )
    layer = make_layer(1, [m], p, n_release=m)
    leakers, shots = fight_often(layer, make_targets(1), rules, N_RUN)
    p_kill, n_shots = looked(p, miss_called_kill, kill_called_miss, m)
    assert abs(1 - leakers.mean() - p_kill) <= FOUR_SIGMA * leakers.std() / np.sqrt(N_RUN)
    assert abs(shots.mean() - n_shots) <= FOUR_SIGMA * shots.std() / np.sqrt(N_RUN)


@pytest.mark.parametrize(("delay", "n_shot"), [(0.25, 4), (0.5, 4), (0.75, 2), (9.0, 1)])
def test_the_next_salvo_waits_for_the_result(delay, n_shot):
    """Intercept half a second after the order, orders each second from 0 to 3 s."""
    layer = make_layer(1, [9], 1e-12, n_release=4)
    rules = make_rules(max_salvos=9, assessment_delay_s=delay)
    done = fight_once(layer, make_targets(1), rules)
    assert done.n_shot.tolist() == [n_shot]
    gap = np.diff(done.shot[:, 0])
    assert (gap >= FLIGHT_S + delay).all()


def test_a_salvo_is_judged_when_its_last_round_has_arrived():
    layer = make_layer(1, [1, 1, 9], 1e-12, n_release=6)
    layer.intercept_s[0, :, 0] = [2.5, 0.5, np.nan]  # slow and fast one, the rest later
    rules = make_rules(shots_per_target=2, max_salvos=2)
    done = fight_once(layer, make_targets(1), rules)
    assert done.shot[:, 0].tolist() == [0.0, 0.0, 3.0, 3.0]


# Faults -----------------------------------------------------------------------------------


def test_faults_multiply_and_are_drawn_once_for_a_raid():
    layer, targets = make_layer(50, [50], 0.8), make_targets(50)
    both = make_rules(p_design_fault=1.0, p_software_fault=1.0, fault_factor=0.5)
    leakers, _ = fight_often(layer, targets, both, 2000)
    assert abs(leakers.mean() - 50 * 0.8) <= FOUR_SIGMA * leakers.std() / np.sqrt(2000)
    half = make_rules(p_design_fault=0.5)
    leakers, _ = fight_often(layer, targets, half, 2000)
    assert abs((leakers == 50).mean() - 0.5) <= FOUR_SIGMA * 0.5 / np.sqrt(2000)
    assert leakers[leakers < 50].mean() < 15


def test_software_and_discrimination_faults_are_shared_by_layers_and_design_by_a_class_only():
    layer, targets = make_layer(20, [20], 0.95), make_targets(20)

    def hit_by(number, layer=layer, **fault):
        rules = make_rules(number=number, **fault)
        return [fight_once(layer, targets, rules, run=r).shot_i[:, 2].sum() == 0 for r in range(64)]

    other = layer._replace(weapon_key=np.array([5]))

    assert hit_by(0, p_software_fault=0.5) == hit_by(2, p_software_fault=0.5)
    assert hit_by(1, p_discrimination_fault=0.5) == hit_by(2, p_discrimination_fault=0.5)
    assert hit_by(1, p_design_fault=0.5) == hit_by(2, p_design_fault=0.5)
    assert hit_by(1, p_design_fault=0.5) != hit_by(1, other, p_design_fault=0.5)
    assert hit_by(1, p_software_fault=0.5) == hit_by(1, other, p_software_fault=0.5)
    assert hit_by(1, p_design_fault=0.5) != hit_by(1, p_software_fault=0.5)


# Turning a knob ---------------------------------------------------------------------------


def expected_leakers(done, n):
    through = np.ones(n)
    np.multiply.at(through, done.shot_i[:, 0], 1.0 - done.shot[:, 3])
    return through.sum()


@given(
    can=hnp.arrays(bool, st.tuples(st.integers(1, 5), st.integers(1, 4))),
    p_kill=st.lists(odds, min_size=5, max_size=5),
    magazine=st.lists(st.integers(0, 3), min_size=4, max_size=4),
    more=st.lists(st.integers(0, 2), min_size=4, max_size=4),
    salvo=st.integers(1, 3),
)
def test_more_rounds_on_the_same_shooters_never_let_more_through(
    can, p_kill, magazine, more, salvo
):
    """One epoch and one class, where the assignment is exact for the leakers expected."""
    n, n_shooter = can.shape
    few, many = np.array(magazine[:n_shooter]), np.add(magazine, more)[:n_shooter]
    rules = make_rules(shots_per_target=salvo)
    results = [
        fight_once(make_layer(n, rounds, p_kill[:n], can=can), make_targets(n), rules)
        for rounds in (few, many)
    ]
    before, after = (expected_leakers(done, n) for done in results)
    assert after <= before + ROUNDING
    for done, rounds in zip(results, (few, many), strict=True):
        used = np.bincount(done.shot_i[:, 1], minlength=n_shooter)
        assert (used <= rounds).all()
        assert can[done.shot_i[:, 0], done.shot_i[:, 1]].all()


@given(
    last=hnp.arrays(np.int64, (4, 3), elements=st.integers(-1, 9)),
    ready=st.lists(st.floats(0.0, 9.0), min_size=4, max_size=4),
    wait=st.floats(0.0, 6.0),
    run=st.integers(0, 99),
)
def test_a_longer_decision_delay_only_shrinks_what_is_shot(last, ready, wait, run):
    """Rounds for everyone; each shooter meets each object if released by a time of its own."""
    layer = make_layer(4, [9, 9, 9], 0.3, n_release=10)
    closed = np.arange(10) > last[:, :, None]
    layer = with_reach(layer, np.where(closed, np.nan, layer.intercept_s))
    rules = make_rules(shots_per_target=2)
    early, late = (
        fight_once(
            layer._replace(ready_s=np.array(ready)[:, None] + d), make_targets(4), rules, run=run
        )
        for d in (0.0, wait)
    )
    assert (late.n_shot <= early.n_shot).all()
    assert set(early.n_shot) <= {0, 2}
    assert (late.first_order_s >= early.first_order_s).all()
    assert (late.killed_s >= early.killed_s).all()


def test_an_object_not_touched_by_a_loss_keeps_its_fate():
    """Shooters 0 and 1 serve objects 0 to 2, shooter 2 the others; shooter 1 is taken away."""
    can = np.array([[1, 1, 0]] * 3 + [[0, 0, 1]] * 3) > 0
    rules = make_rules(shots_per_target=2, max_salvos=2)
    changed = 0
    for run in range(50):
        whole, without = (
            fight_once(
                make_layer(6, rounds, 0.5, can=can, n_release=3), make_targets(6), rules, run=run
            )
            for rounds in ([3, 3, 9], [3, 0, 9])
        )
        assert (whole.killed_s[3:] == without.killed_s[3:]).all()
        changed += (whole.killed_s[:3] != without.killed_s[:3]).any()
    assert changed > 0


def test_luck_depends_on_seed_run_replay_and_object_only():
    layer, targets, rules = make_layer(30, [30], 0.5), make_targets(30), make_rules()
    never = np.full(30, np.inf)
    base = fight(layer, targets, never, never, rules, Luck(7, 3, 0))
    assert same(base, fight(layer, targets, never, never, rules, Luck(7, 3, 0)))
    for other in (Luck(8, 3, 0), Luck(7, 4, 0), Luck(7, 3, 1)):
        assert not same(base, fight(layer, targets, never, never, rules, other))
    assert not same(
        base, fight(layer, targets, never, never, rules._replace(number=2), Luck(7, 3, 0))
    )
    # Half of the objects alone meet the same luck.
    half = fight(
        make_layer(15, [15], 0.5), make_targets(15), never[:15], never[:15], rules, Luck(7, 3, 0)
    )
    assert (half.killed_s == base.killed_s[:15]).all()


# Reasons ----------------------------------------------------------------------------------


def reason(layer, targets, done, rules, *, seen=True, delivered=True, track_s=0.0, deliver_s=0.0):
    every = np.ones(len(layer.p_kill), dtype=np.bool_)
    args = every & seen, every & delivered, np.full(len(every), track_s), every * deliver_s
    (why,) = leak_reasons(layer, targets, done, rules, *args)
    return REASONS[why]


def unlucky(p, run=0):
    """Return a run in which a shot at these odds misses."""
    while uniform(7, int(Quantity.KILL), run, 1, 1 << 14) < p:
        run += 1
    return run


OPEN = make_layer(1, [1], 0.5, n_release=3)
CUT = OPEN._replace(commit_s=np.array([[np.inf]]))
LATER = np.inf
NEVER = OPEN._replace(ready_s=np.array([[LATER]]))
REASON_CASES = {
    "no capability shown": (OPEN._replace(p_kill=np.zeros((1, 1))), {}, {}),
    "not seen": (NEVER, {}, {"seen": False, "delivered": False, "track_s": LATER}),
    "no path": (NEVER, {}, {"delivered": False, "track_s": LATER}),
    "no track in time": (OPEN._replace(ready_s=np.array([[3.5]])), {}, {"track_s": 2.5}),
    "nothing in reach": (with_reach(OPEN, np.full((1, 1, 3), np.nan)), {}, {}),
    "decided too late": (OPEN._replace(ready_s=np.array([[3.5]])), {}, {"track_s": 1.5}),
    "message late": (
        OPEN._replace(ready_s=np.array([[3.5]])),
        {},
        {"track_s": 1.5, "deliver_s": 2.0},
    ),
    "magazine empty": (OPEN._replace(magazine=np.zeros(1, dtype=np.int64)), {}, {}),
    "not discriminated": (OPEN, {"p_warhead": 0.0}, {}),
    "missed": (OPEN._replace(p_kill=np.full((1, 1), 1e-12)), {}, {}),
    "common-mode": (OPEN._replace(p_kill=np.ones((1, 1))), {"p_design_fault": 1.0}, {}),
}


def test_every_reason_has_a_case():
    assert tuple(REASON_CASES) == REASONS


@pytest.mark.parametrize("name", REASONS)
def test_each_reason_by_the_smallest_case(name):
    layer, changed, known = REASON_CASES[name]
    targets, rules = make_targets(1), make_rules(**changed)
    done = fight_once(layer, targets, rules)
    assert np.isinf(done.killed_s[0])
    assert reason(layer, targets, done, rules, **known) == name


@pytest.mark.parametrize(
    ("layer", "changed", "known", "name"),
    [
        # Nothing reaches it whatever the path, or something would if there were a path.
        (with_reach(CUT, np.full((1, 1, 3), np.nan)), {}, {}, "nothing in reach"),
        (CUT, {}, {}, "no path"),
        # The order needs half a second more than is left.
        (OPEN._replace(commit_s=np.array([[2.5]])), {}, {}, "message late"),
        # The rounds in reach are spent, but others in reach were never told.
        (
            make_layer(1, [0, 1], 0.5, n_release=3)._replace(commit_s=np.array([[0.0, np.inf]])),
            {}, {}, "no path",
        ),
        # No shooter was left to a layer that has classes.
        (OPEN._replace(candidate=np.array([[-1]])), {}, {}, "nothing in reach"),
        (OPEN, {"p_discrimination_fault": 1.0}, {}, "common-mode"),
        (OPEN._replace(p_kill=np.ones((1, 1))), {"p_software_fault": 1.0}, {}, "common-mode"),
    ],
)  # fmt: skip
def test_reasons_at_the_borders(layer, changed, known, name):
    targets, rules = make_targets(1), make_rules(**changed)
    done = fight_once(layer, targets, rules)
    assert reason(layer, targets, done, rules, **known) == name


def test_a_miss_that_no_fault_made_is_a_miss():
    run = unlucky(0.5)
    rules, targets = make_rules(p_design_fault=1.0, fault_factor=0.5), make_targets(1)
    done = fight_once(OPEN, targets, rules, run=run)
    assert done.n_shot.tolist() == [1]
    assert reason(OPEN, targets, done, rules) == "missed"
