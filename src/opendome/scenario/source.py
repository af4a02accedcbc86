"""A scenario file with all it extends, as plain data that knows where each entry was written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opendome.catalog import scenario_names, scenario_text
from opendome.errors import InputError, nearest
from opendome.scenario.fields import fields_at, is_section
from opendome.scenario.plain import Keys, Plain, parse_file

__all__ = ["Source", "apply_override", "printable", "read_source"]

MAX_BYTES = 1_000_000
"""Longest file that is read; the longest packaged one has 15 kB. [-]"""


@dataclass
class Source:
    """Merged plain data and where each entry was written."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Keys, str] = field(default_factory=dict)
    label: str = ""

    def where(self, keys: Iterable[str]) -> str:
        """Return "file:line" of the entry, or of the nearest one that holds it."""
        path = tuple(keys)
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return self.label

    def put(self, keys: Keys, node: dict[str, Any], value: Plain) -> None:
        """Replace one entry of `node`; None removes it. Lines below it are forgotten."""
        if isinstance(node.get(keys[-1]), dict | list):
            n = len(keys)
            self.lines = {k: v for k, v in self.lines.items() if k[:n] != keys}
        if value is None and keys[-1] in node:
            del node[keys[-1]]
        else:
            node[keys[-1]] = value


def read_source(name: str, seen: tuple[str, ...] = ()) -> Source:
    """Read a scenario file or packaged scenario with all it extends.

    Parameters
    ----------
    name : str
        Path of a YAML file, or name of a packaged scenario.
    seen : tuple of str
        What is being read already, to refuse a file that extends itself.

    Returns
    -------
    source : Source
        The merged data, overrides of the files applied.

    Raises
    ------
    InputError
        If a file is missing, empty, not YAML, not a mapping, or extends itself.
    """
    identity, text, folder = _open(name)
    label = printable(name)
    own = Source(*parse_file(text, label), label=label)
    base = own.data.pop("extends", None)
    overrides = own.data.pop("overrides", None) or {}
    merged = Source(label=label)
    if base is not None:
        chain = (*seen, identity)
        parent = _base(base, own.where(("extends",)), folder, chain)
        merged = Source(parent.data, parent.lines, label)
    _merge(merged, merged.data, own.data, ())
    merged.lines.update(own.lines)
    if not isinstance(overrides, dict):
        where = own.where(("overrides",))
        raise InputError(f"{where}: overrides: expected 'dotted.path: value' pairs")
    for path, value in overrides.items():
        written = ("overrides", path)
        apply_override(merged, path, value, own.where(written))
        nested = {k[2:]: line for k, line in own.lines.items() if k[:2] == written}
        merged.lines |= {(*path.split("."), *keys): line for keys, line in nested.items()}
    return merged


def apply_override(source: Source, path: str, value: Plain, where: str) -> None:
    """Set one entry by dotted path in place; null removes it.

    Raises
    ------
    InputError
        If the path leads through an entry that does not exist.
    """
    keys = tuple(path.split("."))
    node = source.data
    for depth, key in enumerate(keys[:-1]):
        trail = keys[: depth + 1]
        if node.get(key) is None and (key in node or is_section(trail)):
            node[key] = {}
        child = node.get(key)
        if isinstance(child, list):
            text = f"'{'.'.join(trail)}' is a list; set it whole, as [a, b]"
            raise InputError(f"{where}: {text}")
        if not isinstance(child, dict):
            known = {*node, *fields_at(trail[:-1])}
            raise InputError(f"{where}: no entry '{'.'.join(trail)}'; {nearest(key, known)}")
        node = child
    if value is None and keys[-1] not in node and not is_section(keys):
        raise InputError(f"{where}: no entry '{path}' to remove; {nearest(keys[-1], node)}")
    source.put(keys, node, value)
    source.lines[keys] = where


def printable(text: str) -> str:
    """Return a word of the command line as text that any file can hold.

    Python keeps bytes of a word that are not UTF-8 as lone surrogates, which no encoding has.
    """
    return os.fsencode(text).decode("utf-8", "replace")


def _base(base: object, where: str, folder: Path, chain: tuple[str, ...]) -> Source:
    """Read what a file extends: a file beside it, or else a packaged scenario."""
    if not isinstance(base, str) or not base:
        raise InputError(f"{where}: extends: expected one name or file")
    beside = folder / base
    if beside.is_file():
        name, identity = str(beside), str(beside.resolve())
    elif base in scenario_names():
        name = identity = base
    else:
        hint = nearest(base, scenario_names())
        raise InputError(f"{where}: extends: no file and no packaged scenario '{base}'; {hint}")
    if identity in chain:
        names = " -> ".join(Path(link).name for link in (*chain, identity))
        raise InputError(f"{where}: extends: a scenario may not extend itself ({names})")
    return read_source(name, chain)


def _open(name: str) -> tuple[str, str, Path]:
    """Return what identifies a file, its text, and the folder that it stands in."""
    path = Path(name)
    try:
        if path.is_file():
            size = path.stat().st_size
            if size > MAX_BYTES:
                text = f"{size / 1e6:,.0f} MB is no scenario; at most {MAX_BYTES / 1e6:g} MB"
                raise InputError(f"{name}: {text}")
            return str(path.resolve()), path.read_text(encoding="utf-8-sig"), path.parent
        there = path.exists()
    except UnicodeDecodeError:
        raise InputError(f"{name}: not UTF-8 text") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    if there:
        raise InputError(f"{name or 'an empty name'}: not a file")
    if path.suffix in {".yaml", ".yml"} or len(path.parts) > 1:
        raise InputError(f"{name}: no such file")
    return name, scenario_text(name), Path()


def _merge(base: Source, node: dict[str, Any], top: dict[str, Any], keys: Keys) -> None:
    """Lay `top` over `node` in place: mappings merge, the rest replaces, null removes."""
    for key, value in top.items():
        if isinstance(value, dict) and isinstance(node.get(key), dict):
            _merge(base, node[key], value, (*keys, key))
        else:
            base.put((*keys, key), node, value)
