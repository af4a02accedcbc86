"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

from typing import Any

from opendome.scenario.fill import FILLED
from opendome.scenario.schema import Scenario

__all__ = ["scenario_schema"]

_MADE = {pattern.rpartition(".")[2] for pattern in FILLED if "*" not in pattern}
"""Sections that the catalog makes where a file has none."""

_REFERENCE = "#/$defs/"


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files.

    Fields that the catalog can fill are optional. A file that extends another states only what
    it changes: there nothing is required, and null removes an entry.
    """
    whole = Scenario.model_json_schema()
    parts = whole.pop("$defs") | {"Scenario": whole}
    for part in parts.values():
        fields = part["properties"]
        filled = {k for k, v in fields.items() if v.get("filled_from") == "catalog"} | _MADE
        part["required"] = [k for k in part.get("required", []) if k not in filled]
    whole["properties"] = _extra() | whole["properties"]
    changes = {f"Change.{name}": _change(part) for name, part in parts.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OpenDome scenario",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"{_REFERENCE}Change.Scenario"},
        "else": {"$ref": f"{_REFERENCE}Scenario"},
        "$defs": {name: _entries_may_be_empty(part) for name, part in (parts | changes).items()},
    }


def _extra() -> dict[str, Any]:
    return {
        "extends": {"type": "string", "description": "Scenario that this one changes."},
        "overrides": {"type": "object", "description": "Changes by dotted path; null removes."},
    }


def _change(node: Any) -> Any:  # noqa: ANN401
    """Return a part in which nothing is required and each field and entry may be null."""
    if isinstance(node, list):
        return [_change(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {k: _change(v) for k, v in node.items() if k not in {"required", "minProperties"}}
    if isinstance(node.get("properties"), dict):
        changed["properties"] = {k: _or_null(v) for k, v in changed["properties"].items()}
    if "$ref" in changed:
        changed["$ref"] = node["$ref"].replace(_REFERENCE, f"{_REFERENCE}Change.")
    if isinstance(changed.get("additionalProperties"), dict):
        changed["additionalProperties"] = _or_null(changed["additionalProperties"])
    return changed


def _entries_may_be_empty(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part whose entries, filled by the catalog under their own names, may be null."""
    fields = {}
    for name, schema in part["properties"].items():
        entry = schema.get("additionalProperties")
        empty = isinstance(entry, dict) and "$ref" in entry
        fields[name] = schema | {"additionalProperties": _or_null(entry)} if empty else schema
    return part | {"properties": fields}


def _or_null(schema: object) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
