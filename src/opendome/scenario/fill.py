"""The catalog fills what a file leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from opendome.catalog import Catalog, Row
from opendome.errors import InputError, nearest
from opendome.scenario.fields import fields_at
from opendome.scenario.plain import Keys
from opendome.scenario.source import Source

__all__ = ["FILLED", "fill", "fitting"]

# Where the catalog may fill fields. "*" is any entry, filled by its own name unless it has a
# `type`; the others are filled by the name on the right.
FILLED = {
    "partners.*": None,
    "constellations.*": None,
    "ground.command_node": "command-node",
    "ground.gateways.*": None,
    "ground.radars.*": None,
    "ground.sites.*": None,
    "ground.stations.*": None,
    "infrared_sensors.*": None,
    "radar_types.*": None,
    "space_interceptors.*": None,
    "midcourse_interceptors.*": None,
    "terminal_interceptors.*": None,
    "threats.*": None,
    "launch_areas.*": None,
    "aim_points.*": None,
    "doctrine": "doctrine",
    "doctrine.boost": "doctrine/boost",
    "doctrine.midcourse": "doctrine/midcourse",
    "doctrine.terminal": "doctrine/terminal",
    "doctrine.common_mode": "doctrine/common-mode",
    "drag": "drag",
    "tracking": "tracking",
    "network": "network",
    "vehicles.*": None,
    "cost": "cost",
    "cost.fixed.*": None,
    "monte_carlo": "monte-carlo",
    "coverage": "coverage",
}
INTERCEPTORS = ("space_interceptors", "midcourse_interceptors", "terminal_interceptors")


def fill(source: Source, catalog: Catalog) -> Iterator[tuple[str, Row]]:
    """Fill a scenario's entries in place; yield each row used with its dotted path.

    Raises
    ------
    InputError
        If a `type` names nothing that fits its entry.
    """
    for pattern, default in FILLED.items():
        for path, entry in _entries(source.data, pattern.split(".")):
            name, known = entry.get("type"), fitting(path, catalog)
            if name and name not in known:
                where = source.where((*path, "type"))
                text = f"the catalog has no '{name}' that fits here; {nearest(str(name), known)}"
                raise InputError(f"{where}: {'.'.join(path)}.type: {text}")
            name = name or default or path[-1]
            if name in known:
                yield from _fill_entry(source, entry, path, catalog.of(name))
    yield from _fill_capability(source, catalog)


def fitting(path: Keys, catalog: Catalog) -> list[str]:
    """Return the catalog names whose rows are all fields of the entry at a path."""
    fields = set(fields_at(path))
    return [n for n in catalog.names() if {a.split(".")[0] for a in catalog.of(n)} <= fields]


def _entries(data: object, keys: list[str]) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """Yield every mapping that a pattern names; make missing single ones."""
    if not isinstance(data, dict):
        return
    key, *rest = keys
    if key != "*" and not rest:
        data.setdefault(key, {})
    for name in list(data) if key == "*" else [key] * (key in data):
        if data[name] is None:
            data[name] = {}
        if rest:
            yield from (((name, *path), entry) for path, entry in _entries(data[name], rest))
        elif isinstance(data[name], dict):
            yield (name,), data[name]


def _fill_entry(
    source: Source, entry: dict[str, Any], path: Keys, rows: dict[str, Row]
) -> Iterator[tuple[str, Row]]:
    for attribute, row in rows.items():
        *parents, leaf = attribute.split(".")
        node: dict[str, Any] | None = entry
        for parent in parents:
            node = node.setdefault(parent, {}) if isinstance(node, dict) else None
        if isinstance(node, dict) and leaf not in node:
            node[leaf] = int(row.value) if row.value.is_integer() else row.value
            keys = (*path, *parents, leaf)
            source.lines[keys] = f"{source.where(path)} (catalog {row.name})"
            yield ".".join(keys), row


def _fill_capability(source: Source, catalog: Catalog) -> Iterator[tuple[str, Row]]:
    """Fill the pairs of interceptor and threat; one that a file sets to null stays empty."""
    matrix = source.data.setdefault("capability", {})
    sections = [source.data[s] for s in INTERCEPTORS if isinstance(source.data.get(s), dict)]
    threats = source.data.get("threats")
    if not isinstance(matrix, dict) or not isinstance(threats, dict):
        return
    for interceptor, body in (item for s in sections for item in s.items()):
        for threat, other in threats.items():
            types = [_type(body) or interceptor, _type(other) or threat]
            rows = catalog.of("/".join(("capability", *types)))
            row = matrix.setdefault(interceptor, {}) if rows else None
            cell = row.setdefault(threat, {}) if isinstance(row, dict) else None
            if isinstance(cell, dict):
                yield from _fill_entry(source, cell, ("capability", interceptor, threat), rows)
    for interceptor, row in list(matrix.items()):
        if row is None:
            del matrix[interceptor]
        elif isinstance(row, dict):
            matrix[interceptor] = {threat: cell for threat, cell in row.items() if cell is not None}


def _type(entry: object) -> str:
    return str(entry.get("type", "")) if isinstance(entry, dict) else ""
