"""What the schema refuses, each problem in one line."""

from __future__ import annotations

import json

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from opendome.catalog import Catalog
from opendome.errors import nearest
from opendome.scenario.checks import Finding
from opendome.scenario.fields import fields_at, is_model, kind_at, limits_at, unit_at
from opendome.scenario.fill import fitting
from opendome.scenario.plain import Keys
from opendome.scenario.source import Source

__all__ = ["schema_findings"]

MAX_SHOWN = 60
"""Characters of a wrong value that are shown. [-]"""

_EXPECTED = {
    "bool_type": "expected true or false",
    "dict_type": "expected 'name: value' pairs",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "finite_number": "expected a finite number",
    "model_type": "expected 'field: value' pairs",
    "model_attributes_type": "expected 'field: value' pairs",
    "string_type": "expected text",
    "string_pattern_mismatch": "expected at most 64 lower-case letters, digits and hyphens",
    "tuple_type": "expected a list such as [a, b]",
}


def schema_findings(
    error: ValidationError, source: Source, catalog: Catalog
) -> tuple[Finding, ...]:
    """Say each problem with its place and what would be right, misspelt fields first."""
    # A misspelt field also makes the right one missing: the misspelling is the cause.
    problems = sorted(error.errors(include_url=False), key=lambda p: p["type"] != "extra_forbidden")
    return tuple(_finding(problem, source, catalog) for problem in problems)


def _finding(problem: ErrorDetails, source: Source, catalog: Catalog) -> Finding:
    keys = tuple(str(k) for k in problem["loc"] if k != "[key]")
    counts = problem.get("ctx", {})
    bounds = [str(counts[k]) for k in ("min_length", "max_length") if k in counts]
    if bounds and problem["type"].startswith("too_"):
        least = {"too_short": "at least", "too_long": "at most"}[problem["type"]]
        entries = "entry" if bounds[0] == "1" else "entries"
        text = f"expected {least} {bounds[0]} {entries}, not {_shown(problem['input'])}"
    else:
        text = _text(problem["type"], keys, problem["input"], problem["msg"], catalog)
    return Finding("schema", "error", keys, text, source.where(keys))


def _text(kind: str, keys: Keys, value: object, message: str, catalog: Catalog) -> str:
    *parents, last = keys
    if kind == "extra_forbidden":
        return f"unknown field; {nearest(last, fields_at(parents))}"
    if kind == "missing":
        return _missing(keys, catalog)
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "literal_error":
        return f"{_shown(value)} is none of {message.removeprefix('Input should be ')}"
    limits, unit = limits_at(keys), unit_at(keys)
    if kind in _EXPECTED:
        unit = f" in {unit}" if unit and kind == "float_type" else ""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        quotes = "; in quotes it is text" if kind == "string_type" and number else ""
        return f"{_EXPECTED[kind]}{unit}, not {_shown(value)}{quotes}"
    if limits and kind.startswith(("greater", "less")):
        return f"should be {limits}{f' {unit}' if unit else ''}, not {_shown(value)}"
    return f"{message[0].lower()}{message[1:]}, not {_shown(value)}"


def _missing(keys: Keys, catalog: Catalog) -> str:
    """Say what is missing; where the catalog could have filled it, name what it has."""
    *parents, last = keys
    kind = kind_at(parents)
    field = kind.model_fields[last] if is_model(kind) else None
    told = (field.description or "").partition(" [")[0].rstrip(".") if field else ""
    extra = field.json_schema_extra if field else None
    if not isinstance(extra, dict) or extra.get("filled_from") != "catalog":
        return f"missing ({told})"
    name, known = parents[-1], fitting(tuple(parents), catalog)
    hint = nearest(name, known)
    hint = hint if hint.startswith("did you mean") else f"write it ({told}), or give a 'type'"
    return f"missing, and the catalog has no '{name}' to fill it; {hint}"


def _shown(value: object) -> str:
    """Return a value as a file would have it, cut where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False).replace('"', "'")
    except (TypeError, ValueError):
        text = repr(value)
    text = {"NaN": ".nan", "Infinity": ".inf", "-Infinity": "-.inf"}.get(text, text)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
