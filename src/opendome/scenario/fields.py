"""What the schema says may stand at a path of a scenario file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, TypeGuard, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from opendome.scenario.schema import Scenario

__all__ = ["fields_at", "is_model", "is_section", "kind_at", "limits_at", "unit_at"]


def kind_at(keys: Iterable[str]) -> object:
    """Return what may stand at a path: a type, or None where nothing may."""
    return _walk(keys)[0]


def fields_at(keys: Iterable[str]) -> list[str]:
    """Return the names that the schema has at a path; empty where the user names entries."""
    kind = kind_at(keys)
    if is_model(kind):
        return list(kind.model_fields)
    names = get_args(kind)[0] if get_origin(kind) is dict else str
    return list(get_args(names))


def is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    """Tell whether a type is a mapping with fields of the schema's own."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def is_section(keys: Iterable[str]) -> bool:
    """Tell whether a path leads to a mapping that a file may leave out.

    A section of the schema may be; an entry with fields of its own, as one shell, may not.
    """
    *parents, last = keys
    kind = kind_at((*parents, last))
    if get_origin(kind) is dict:
        return True
    return is_model(kind) and get_origin(kind_at(parents)) is not dict


def limits_at(keys: Iterable[str]) -> str:
    """Return the allowed range at a path in words; empty where there is none.

    Examples
    --------
    >>> limits_at(["constellations", "any", "altitude_km"])
    'above 160 and below 50000'
    """
    field = _walk(keys)[1]
    words = []
    for limit in field.metadata if field else ():
        if isinstance(limit, Gt):
            words.append(f"above {limit.gt}")
        elif isinstance(limit, Ge):
            words.append(f"at least {limit.ge}")
        elif isinstance(limit, Lt):
            words.append(f"below {limit.lt}")
        elif isinstance(limit, Le):
            words.append(f"at most {limit.le}")
    return " and ".join(words)


def unit_at(keys: Iterable[str]) -> str:
    """Return the unit of the number at a path; empty where it has none.

    Examples
    --------
    >>> unit_at(["constellations", "any", "altitude_km"])
    'km'
    """
    field = _walk(keys)[2]
    found = re.search(r"\[([^\[\]]+)\]$", (field.description or "") if field else "")
    return found.group(1) if found and found.group(1) != "-" else ""


def _walk(keys: Iterable[str]) -> tuple[object, FieldInfo | None, FieldInfo | None]:
    """Return the type at a path, the field that limits it, and the field that describes it."""
    kind: object = Scenario
    limits: FieldInfo | None = None
    named: FieldInfo | None = None
    for key in keys:
        if is_model(kind):
            named = limits = kind.model_fields.get(key)
            kind = limits.annotation if limits else None
            continue
        inner = get_args(kind)
        limits = None
        if get_origin(kind) is dict:
            kind = inner[1]
        elif get_origin(kind) is tuple:
            kind = inner[0]
        else:
            kind = None
        if get_origin(kind) is Annotated:
            kind, limits = get_args(kind)
    return kind, limits, named
