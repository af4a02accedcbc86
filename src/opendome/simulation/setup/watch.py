"""The question of coverage, in the units people write, turned into arrays."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from opendome.catalog import load_catalog
from opendome.catalog.earth_orientation import EarthOrientation, load_earth_orientation
from opendome.catalog.operators import OTHER, operators_of
from opendome.constants import Floats, Ints
from opendome.elements import Catalogue, Elements, catalogue_warnings, select
from opendome.errors import InputError, nearest
from opendome.frames import format_epoch, parse_epoch
from opendome.geometry import View, elevation_view, ring_grid
from opendome.orbits import AnyOrbits, Sgp4Orbits, sgp4_errors, sgp4_orbits
from opendome.scenario.schema import Constellation, Coverage, Infrared, LaunchArea, Scenario
from opendome.simulation.plan import FleetPart
from opendome.simulation.setup.areas import areas_of
from opendome.simulation.setup.assets import looks_of, orbits_of, part_of_shells, shells_with
from opendome.simulation.setup.units import DEG, HOUR, KM
from opendome.simulation.watch import Watch

__all__ = ["TARGETS", "Question", "watch_catalogue", "watch_scenario"]

TARGETS = ("booster", "body", "ground")
"""A burning missile, a cold body seen against space, a place that satellites serve."""
SENSOR = "ir-leo"
"""Class of the catalog that satellites of a catalogue file have against a missile."""
LEAST_FOLDS = 3
MOST_FOLDS = 20
MOST_OPERATORS = 8
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
    real = {} if catalogue is None else _flown(shells, catalogue.elements)
    groups = []
    for name, shell in shells.items():
        one = {name: shell}
        part = part_of_shells(one)
        orbits: AnyOrbits = orbits_of(one)
        if name in real:
            orbits, part = sgp4_orbits(real[name], *_epoch(question)), _dealt(part, len(real[name]))
        kind = scenario.infrared_sensors[str(shell.sensor)] if "sense" in shell.roles else None
        groups.append(_Group(orbits, part, _view(question, rules, kind, len(part.element))))
    partners = [name for name, partner in scenario.partners.items() if not partner.government]
    areas = scenario.launch_areas
    return _watch(label, question, rules, groups, areas, partners, scenario.partners, catalogue)


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
    group = _Group(sgp4_orbits(elements, *_epoch(question)), part, view)
    areas, largest = _packaged_areas(), _largest(operator)
    return _watch(label, question, rules, [group], areas, largest, operator, catalogue)


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


def _flown(shells: Mapping[str, Constellation], elements: Elements) -> dict[str, Elements]:
    """Return the real satellites of the shells that name theirs.

    Of shells with the same names, a satellite is of the one whose height and inclination are
    nearest, a kilometre counted like 0.02 degrees.
    """
    flown: dict[str, Elements] = {}
    for names in dict.fromkeys(c.catalogue_names for c in shells.values()):
        if names is None:
            continue
        alike = [name for name, c in shells.items() if c.catalogue_names == names]
        try:
            found = select(elements, names=names)
        except InputError as error:
            raise InputError(f"--catalogue: {alike[0]}: {error}") from None
        at = np.stack([found.altitude_m / KM, found.inc_rad / DEG / 0.02], axis=-1)
        of = [(shells[name].altitude_km, shells[name].inclination_deg / 0.02) for name in alike]
        nearest_shell = ((at[:, None] - np.array(of)) ** 2).sum(axis=-1).argmin(axis=1)
        flown |= {name: found.take(nearest_shell == k) for k, name in enumerate(alike)}
    return flown


def _view(question: Question, rules: Coverage, kind: Infrared | None, n_sat: int) -> View:
    """Return what limits the sight of satellites with one kind of sensor, or with none."""
    if question.target == "ground" or kind is None:
        return elevation_view(n_sat, rules.min_elevation_deg * DEG)
    return looks_of([kind], np.array([n_sat]), boosting=question.target == "booster")


def _watch(
    label: str,
    question: Question,
    rules: Coverage,
    groups: list[_Group],
    known_areas: Mapping[str, LaunchArea],
    partners: Iterable[str],
    known_partners: Collection[str],
    catalogue: Catalogue | None,
) -> Watch:
    """Put the parts together, without the partners that are left out."""
    kept = _all_kept(groups, question.without, known_partners)
    height_m, t_s, epoch_jd = _height_m(question, rules), _times(question, rules), _epoch(question)
    part = _joined([group.part for group in kept])
    present = {*part.operator, *part.supplier}
    return Watch(
        label=label,
        kind=str(question.target),
        rule=_rule(question, rules),
        fold=question.fold,
        n_fold=max(LEAST_FOLDS, question.fold),
        epoch_jd=epoch_jd,
        t_s=t_s,
        orbits=tuple(group.orbits for group in kept),
        part=part,
        view=_stacked([group.view for group in kept]),
        height_m=height_m,
        areas=areas_of(question.areas, known_areas, rules.area_points, height_m),
        grid=ring_grid(rules.grid_points, height_m) if rules.grid_points else None,
        partners=tuple(name for name in partners if name in present),
        earth=_earth(question),
        warnings=(
            *(catalogue_warnings(catalogue, *epoch_jd) if catalogue else ()),
            *_stateless([group.orbits for group in kept], t_s),
        ),
    )


def _stateless(orbits: Iterable[AnyOrbits], t_s: Floats) -> Iterator[tuple[str, str]]:
    """Yield a warning if some satellites are nowhere at the start or the end."""
    real = [part for part in orbits if isinstance(part, Sgp4Orbits)]
    errors = [sgp4_errors(part, t_s[[0, -1]]) for part in real]
    n_gone = sum(int((error != 0).any(axis=0).sum()) for error in errors)
    if n_gone:
        n_sat = sum(part.n_sat for part in real)
        text = "have decayed, or SGP4 finds no orbit for them; they see nothing then"
        yield "no state", f"{n_gone:,} of {n_sat:,} satellites {text}"


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
    return _Group(group.orbits.take(rows), _taken(group.part, rows), group.view.take(rows))


def _taken(part: FleetPart, rows: Ints) -> FleetPart:
    columns = (part.element, part.operator, part.supplier)
    return FleetPart(*(tuple(column[i] for i in rows) for column in columns))


def _joined(parts: Sequence[FleetPart]) -> FleetPart:
    columns = ((p.element, p.operator, p.supplier) for p in parts)
    return FleetPart(*(tuple(chain.from_iterable(column)) for column in zip(*columns, strict=True)))


def _dealt(part: FleetPart, n_sat: int) -> FleetPart:
    """Return a shell's owners for another number of satellites, in the same shares."""
    return _taken(part, np.arange(n_sat) * len(part.element) // n_sat)


def _stacked(views: list[View]) -> View:
    return View(*(np.concatenate([getattr(v, f.name) for v in views]) for f in fields(View)))


def _asked(rules: Coverage, question: Question) -> Coverage:
    """Return the rules with what the question says otherwise."""
    if question.target not in TARGETS:
        raise InputError(f"target: {nearest(str(question.target), TARGETS)}")
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


def _times(question: Question, rules: Coverage) -> Floats:
    """Return evenly spaced times from the epoch to the end of the span."""
    hours = question.duration_h
    if hours is None or not 0.0 < hours <= LONGEST_H:
        raise InputError(f"duration_h: should be above 0 and at most {LONGEST_H:g}, not {hours}")
    n_step = max(1, math.ceil(hours * HOUR / rules.step_s - 1e-9))
    return np.linspace(0.0, hours * HOUR, n_step + 1)


def _median_epoch(elements: Elements) -> str:
    """Return the middle epoch of a catalogue, where most of it is fresh."""
    days = np.sort(elements.epoch_jd1 + elements.epoch_jd2)
    return format_epoch(np.floor(days[len(days) // 2] - 0.5) + 0.5, 0.0)
