"""The question of coverage, in the units people write, turned into arrays."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from opendome.catalog import load_catalog
from opendome.catalog.earth_orientation import EarthOrientation, load_earth_orientation
from opendome.catalog.operators import OTHER, operators_of
from opendome.constants import DAY_S
from opendome.elements import Catalogue, Elements, catalogue_warnings
from opendome.errors import InputError, nearest
from opendome.frames import format_epoch, parse_epoch
from opendome.geometry import View, elevation_view, ring_grid
from opendome.orbits import AnyOrbits, sgp4_orbits
from opendome.scenario.schema import Constellation, Coverage, Infrared, LaunchArea, Scenario
from opendome.simulation.plan import FleetPart
from opendome.simulation.setup.areas import areas_of
from opendome.simulation.setup.assets import looks_of, part_of_shells, shell_orbits, shells_with
from opendome.simulation.setup.flown import dealt, flown_by, stateless, taken
from opendome.simulation.setup.units import DEG, HOUR, KM
from opendome.simulation.watch import Watch

__all__ = ["TARGETS", "Question", "watch_catalogue", "watch_scenario"]

TARGETS = ("booster", "body", "ground")
"""A burning missile, a cold body seen against space, a place that satellites serve."""
SENSOR = "ir-leo"
"""Class of the catalog that satellites of a catalogue file have against a missile."""
LEAST_FOLDS = 3
MOST_FOLDS = 20
FURTHEST_D = 3653.0
MOST_OPERATORS = 8
STATE_SAMPLES = 25
"""Times of the span at which satellites are asked whether SGP4 still finds them."""
HIGHEST_KM = 50_000.0
LONGEST_H = 24.0 * 366.0

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of coverage; None is what the scenario or the catalog says."""

    target: str | None = None
    """One of `TARGETS`; None: a booster for a scenario, the ground for a catalogue file."""
    target_height_km: float | None = None
    """Height of the target. [km]"""
    min_elevation_deg: float | None = None
    """Least elevation of satellites over the ground. [deg]"""
    areas: tuple[str, ...] = ()
    """Names of launch areas, or polygons `lat,lon;lat,lon;lat,lon`; empty: all that are named."""
    grid_points: int | None = None
    """Points of the world map; 0: no map. [-]"""
    fold: int = 1
    """Satellites that must see at once. [-]"""
    duration_h: float | None = None
    """Span. [h]"""
    step_s: float | None = None
    """Time step of the world map. [s]"""
    epoch_utc: str | None = None
    """Start; None: the scenario's, or the median epoch of a catalogue."""
    without: tuple[str, ...] = ()
    """Partners that are left out."""
    earth_orientation: bool = False
    """Whether measured UT1 and pole are used."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Satellites of one kind."""

    orbits: AnyOrbits
    part: FleetPart
    view: View


def watch_scenario(
    scenario: Scenario, label: str, question: Question, catalogue: Catalogue | None = None
) -> Watch:
    """Turn a scenario and a question into arrays.

    Parameters
    ----------
    scenario : Scenario
        Its sensors see a missile; its carriers serve the ground.
    label : str
        What the answer calls it.
    question : Question
        What is asked.
    catalogue : Catalogue, optional
        Real satellites, for the shells that name theirs.

    Returns
    -------
    watch : Watch
        Arrays, in SI and radians.

    Raises
    ------
    InputError
        If a name is unknown, a number out of range, or nothing is left that looks.
    """
    question = replace(
        question,
        epoch_utc=question.epoch_utc or scenario.epoch_utc,
        duration_h=scenario.duration_h if question.duration_h is None else question.duration_h,
        target=question.target or "booster",
    )
    rules = _asked(scenario.coverage, question)
    shells = _looking(scenario, label, question)
    real = {} if catalogue is None else flown_by(shells, catalogue.elements)
    if catalogue is not None and not real:
        raise InputError(f"--catalogue: no shell of {label} that looks has `catalogue_names`")
    layout_jd = parse_epoch(scenario.epoch_utc)
    groups = []
    for name, shell in shells.items():
        one = {name: shell}
        part = part_of_shells(one)
        orbits = shell_orbits(shell, layout_jd)
        if name in real:
            orbits, part = sgp4_orbits(real[name], *layout_jd), dealt(part, len(real[name]))
        kind = scenario.infrared_sensors[str(shell.sensor)] if "sense" in shell.roles else None
        groups.append(_Group(orbits, part, _view(question, rules, kind, len(part.element))))
    partners = [name for name, partner in scenario.partners.items() if not partner.government]
    used = None if catalogue is None else replace(catalogue, elements=_all(real.values()), bad=())
    known = _Known(scenario.launch_areas, partners, scenario.partners, layout_jd, used)
    return _watch(label, question, rules, groups, known)


def watch_catalogue(catalogue: Catalogue, label: str, question: Question) -> Watch:
    """Turn a catalogue of satellites and a question into arrays.

    Against a missile each satellite is given the sensor of the catalog's class `ir-leo`; the
    areas are those of the catalog.

    Parameters
    ----------
    catalogue : Catalogue
        Satellites, perhaps selected.
    label : str
        What the answer calls them.
    question : Question
        What is asked.

    Returns
    -------
    watch : Watch
        Arrays, in SI and radians.

    Raises
    ------
    InputError
        If a name is unknown, a number out of range, or nothing is left that looks.
    """
    elements = catalogue.elements
    question = replace(
        question,
        epoch_utc=question.epoch_utc or _median_epoch(elements),
        duration_h=24.0 if question.duration_h is None else question.duration_h,
        target=question.target or "ground",
    )
    rules = _asked(_from_rows(Coverage, "coverage"), question)
    operator = operators_of(elements.name)
    part = FleetPart(elements.name, operator, operator)
    kind = None if question.target == "ground" else _from_rows(Infrared, SENSOR)
    view = _view(question, rules, kind, len(elements))
    layout_jd = parse_epoch(_median_epoch(elements))
    group = _Group(sgp4_orbits(elements, *layout_jd), part, view)
    areas, largest = _packaged_areas(), _largest(operator)
    known = _Known(areas, largest, set(operator), layout_jd, catalogue)
    return _watch(label, question, rules, [group], known)


def _looking(scenario: Scenario, label: str, question: Question) -> Mapping[str, Constellation]:
    """Return the shells that look at a missile, or that serve the ground."""
    if question.target == "ground":
        carriers = scenario.network.carriers
        shells = {name: scenario.constellations[name] for name in carriers}
        what = "no constellation carries its messages"
    else:
        shells, what = dict(shells_with(scenario, "sense")), "no constellation has the role sense"
    if not shells:
        raise InputError(f"{label}: {what}, so that nothing looks at the target")
    return shells


def _view(question: Question, rules: Coverage, kind: Infrared | None, n_sat: int) -> View:
    """Return what limits the sight of satellites with one kind of sensor, or with none."""
    if question.target == "ground" or kind is None:
        return elevation_view(n_sat, rules.min_elevation_deg * DEG)
    return looks_of([kind], np.array([n_sat]), boosting=question.target == "booster")


@dataclass(frozen=True, slots=True)
class _Known:
    """What a source knows by name, and when its satellites are laid out."""

    areas: Mapping[str, LaunchArea]
    told: Iterable[str]  # partners whose part is told
    partners: Collection[str]
    epoch_jd: tuple[float, float]
    catalogue: Catalogue | None


def _watch(
    label: str, question: Question, rules: Coverage, groups: list[_Group], known: _Known
) -> Watch:
    """Put the parts together, without the partners that are left out."""
    kept = _all_kept(groups, question.without, known.partners)
    height_m, span_s = _height_m(question, rules), _span(question, known.epoch_jd)
    part = _joined([group.part for group in kept])
    present = {*part.operator, *part.supplier}
    return Watch(
        label=label,
        kind=str(question.target),
        rule=_rule(question, rules),
        fold=question.fold,
        n_fold=max(LEAST_FOLDS, question.fold),
        epoch_jd=known.epoch_jd,
        span_s=span_s,
        n_step=max(1, math.ceil((span_s[1] - span_s[0]) / rules.step_s - 1e-9)),
        orbits=tuple(group.orbits for group in kept),
        part=part,
        view=_stacked([group.view for group in kept]),
        height_m=height_m,
        areas=areas_of(question.areas, known.areas, rules.area_points, height_m),
        grid=ring_grid(rules.grid_points, height_m) if rules.grid_points else None,
        partners=tuple(name for name in known.told if name in present),
        earth=_earth(question),
        warnings=_warnings(known, kept, height_m, span_s),
    )


def _warnings(
    known: _Known, groups: list[_Group], height_m: float, span_s: tuple[float, float]
) -> tuple[tuple[str, str], ...]:
    """Return what named checks find: a target that hides, and satellites of a catalogue."""
    clear_km = min(float(group.view.clear_m.min()) for group in groups) / KM
    hidden = f"at {height_m / KM:g} km it is below the {clear_km:g} km that lines must clear"
    low = (("target hidden", hidden),) if height_m < clear_km * KM else ()
    orbits = [group.orbits for group in groups]
    if known.catalogue is None:
        return low
    jd1, jd2 = known.epoch_jd
    odd = catalogue_warnings(known.catalogue, jd1, jd2 + span_s[0] / DAY_S)
    return (*low, *odd, *stateless(orbits, np.linspace(*span_s, STATE_SAMPLES), "see nothing"))


def _largest(operator: tuple[str, ...]) -> list[str]:
    """Return the operators of most satellites, the nameless rest left out."""
    counted = Counter(name for name in operator if name != OTHER)
    return [name for name, _ in counted.most_common(MOST_OPERATORS)]


def _all_kept(
    groups: Iterable[_Group], without: tuple[str, ...], known: Collection[str]
) -> list[_Group]:
    """Return what is left without some partners."""
    for name in without:
        if name not in known:
            raise InputError(
                f"--without: no partner is called '{name}'; {nearest(name, set(known))}"
            )
    kept = [group for group in (_kept(group, without) for group in groups) if group]
    if not kept:
        raise InputError(f"--without: nothing looks at the target without {', '.join(without)}")
    return kept


def _kept(group: _Group, without: tuple[str, ...]) -> _Group | None:
    """Return a group without the satellites that some partners operate or build."""
    pairs = zip(group.part.operator, group.part.supplier, strict=True)
    on = np.array([not set(pair) & set(without) for pair in pairs], dtype=np.bool_)
    if on.all():
        return group
    rows = np.flatnonzero(on)
    if len(rows) == 0:
        return None
    return _Group(group.orbits.take(rows), taken(group.part, rows), group.view.take(rows))


def _joined(parts: Sequence[FleetPart]) -> FleetPart:
    columns = ((p.element, p.operator, p.supplier) for p in parts)
    return FleetPart(*(tuple(chain.from_iterable(column)) for column in zip(*columns, strict=True)))


def _stacked(views: list[View]) -> View:
    return View(*(np.concatenate([getattr(v, f.name) for v in views]) for f in fields(View)))


def _asked(rules: Coverage, question: Question) -> Coverage:
    """Return the rules with what the question says otherwise."""
    if question.target not in TARGETS:
        raise InputError(f"target: {nearest(str(question.target), TARGETS)}")
    if question.min_elevation_deg is not None and question.target != "ground":
        raise InputError(f"min_elevation_deg: is for the ground, not for a {question.target}")
    if not 1 <= question.fold <= MOST_FOLDS:
        raise InputError(f"fold: should be from 1 to {MOST_FOLDS}, not {question.fold}")
    names = ("min_elevation_deg", "grid_points", "step_s")
    given = {name: getattr(question, name) for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    try:
        return Coverage.model_validate(rules.model_dump() | given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(key) for key in first["loc"])
        text = f"{field}: {first['msg'].lower()}, not {first['input']!r}"
        raise InputError(text) from None


def _from_rows(model: type[M], name: str) -> M:
    """Return a model that the catalog fills altogether."""
    rows = load_catalog().of(name)
    values = {a: int(r.value) if r.value.is_integer() else r.value for a, r in rows.items()}
    return model.model_validate(values)


def _packaged_areas() -> dict[str, LaunchArea]:
    catalog = load_catalog()
    names = [name for name in catalog.names() if "radius_km" in catalog.of(name)]
    return {name: _from_rows(LaunchArea, name) for name in names}


def _rule(question: Question, rules: Coverage) -> str:
    """Say what counts as seen."""
    if question.target == "ground":
        return f"a satellite {rules.min_elevation_deg:g} degrees or more above the horizon"
    if question.target == "body":
        return "in range of a sensor, the line of sight going on into space clear of the limb"
    return "in range of a sensor, the line of sight clear of cloud"


def _earth(question: Question) -> EarthOrientation | None:
    if not question.earth_orientation:
        return None
    table = load_earth_orientation()
    if table is None:
        raise InputError("earth orientation: pip install 'opendome[eop]' brings the data it needs")
    return table


def _height_m(question: Question, rules: Coverage) -> float:
    """Return the height of the target."""
    if question.target_height_km is not None:
        if not 0.0 <= question.target_height_km <= HIGHEST_KM:
            text = f"should be from 0 to {HIGHEST_KM:g}, not {question.target_height_km:g}"
            raise InputError(f"target_height_km: {text}")
        return question.target_height_km * KM
    heights = {"booster": rules.booster_height_km, "body": rules.body_height_km, "ground": 0.0}
    return heights[str(question.target)] * KM


def _epoch(question: Question) -> tuple[float, float]:
    try:
        return parse_epoch(str(question.epoch_utc))
    except ValueError as error:
        raise InputError(f"epoch_utc: {error}") from None


def _span(question: Question, epoch_jd: tuple[float, float]) -> tuple[float, float]:
    """Return start and end, counted from the epoch at which satellites are laid out."""
    hours = question.duration_h
    if hours is None or not 0.0 < hours <= LONGEST_H:
        raise InputError(f"duration_h: should be above 0 and at most {LONGEST_H:g}, not {hours}")
    jd1, jd2 = _epoch(question)
    if abs(jd1 - epoch_jd[0]) > FURTHEST_D:
        days = jd1 - epoch_jd[0]
        text = "should be within 10 years of the orbits' epoch"
        raise InputError(f"epoch_utc: {text}, not {days:+,.0f} days from it")
    start_s = ((jd1 - epoch_jd[0]) + (jd2 - epoch_jd[1])) * DAY_S
    return start_s, start_s + hours * HOUR


def _median_epoch(elements: Elements) -> str:
    """Return the middle epoch of a catalogue, where most of it is fresh."""
    order = np.lexsort((elements.epoch_jd2, elements.epoch_jd1))
    i = order[len(order) // 2]
    return format_epoch(elements.epoch_jd1[i], elements.epoch_jd2[i])


def _all(parts: Iterable[Elements]) -> Elements:
    """Return the satellites of several shells together."""
    parts = list(parts)

    def joined(name: str) -> Any:  # noqa: ANN401 a tuple or an array
        columns = [getattr(part, name) for part in parts]
        return tuple(chain(*columns)) if isinstance(columns[0], tuple) else np.concatenate(columns)

    return Elements(*(joined(f.name) for f in fields(Elements)))
