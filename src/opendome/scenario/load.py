"""Scenario files and the catalog -> one typed, frozen, complete `Scenario`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from opendome.catalog import Row, load_catalog
from opendome.errors import InputError
from opendome.scenario.checks import Finding, check_names
from opendome.scenario.fill import fill
from opendome.scenario.messages import one_line
from opendome.scenario.plain import parse_value
from opendome.scenario.schema import Scenario
from opendome.scenario.source import Source, apply_override, read_source

__all__ = ["Loaded", "load_scenario"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario, the catalog rows that filled it by dotted path, and what was found."""

    scenario: Scenario
    rows: tuple[tuple[str, Row], ...]
    findings: tuple[Finding, ...]
    label: str
    source: Source

    def placed(self, finding: Finding) -> Finding:
        """Return a finding with the file and line that it is about."""
        return replace(finding, where=self.source.where(finding.path))


def load_scenario(name: str, overrides: Sequence[str] = (), *, strict: bool = True) -> Loaded:
    """Read, complete and check the form and the names of a scenario.

    Parameters
    ----------
    name : str
        Path of a YAML file or name of a packaged scenario.
    overrides : sequence of str
        "dotted.path=value" settings, applied last, in order.
    strict : bool
        Whether an error found by a named check is raised or only listed.

    Returns
    -------
    loaded : Loaded
        The scenario, the catalog rows used, and the findings of the named checks.

    Raises
    ------
    InputError
        One line: file and line, field, what is wrong, what would be right.
    """
    source = read_source(name)
    for setting in overrides:
        path, equals, text = setting.partition("=")
        where = f"--set {setting}"
        if not equals or not path.strip() or not text.strip():
            raise InputError(f"{where}: expected dotted.path=value; the value null removes")
        apply_override(source, path.strip(), parse_value(text, where), where)
    catalog = load_catalog()
    rows = tuple(fill(source, catalog))
    try:
        scenario = Scenario.model_validate(source.data)
    except ValidationError as error:
        raise InputError(one_line(error, source, catalog)) from None
    found = check_names(scenario)
    loaded = Loaded(scenario, rows, (), name, source)
    loaded = replace(loaded, findings=tuple(loaded.placed(finding) for finding in found))
    if strict and found and found[0].level == "error":
        n = sum(finding.level == "error" for finding in found) - 1
        raise InputError(f"{loaded.findings[0]}{f' (and {n} more)' if n else ''}")
    return loaded
