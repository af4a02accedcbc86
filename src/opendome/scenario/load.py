"""Scenario files and the catalog -> one typed, frozen, complete `Scenario`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from opendome.catalog import Row, load_catalog
from opendome.errors import InputError
from opendome.scenario.checks import Finding, check_names
from opendome.scenario.fill import fill
from opendome.scenario.messages import schema_findings
from opendome.scenario.plain import parse_value
from opendome.scenario.schema import Scenario
from opendome.scenario.source import Source, apply_override, printable, read_source

__all__ = ["Loaded", "SchemaError", "load_scenario"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario, the catalog rows that filled it by dotted path, and what was found."""

    scenario: Scenario
    rows: tuple[tuple[str, Row], ...]
    findings: tuple[Finding, ...]
    label: str
    source: Source
    overrides: tuple[str, ...]

    def placed(self, finding: Finding) -> Finding:
        """Return a finding with the file and line that it is about."""
        return replace(finding, where=self.source.where(finding.path))


class SchemaError(InputError):
    """A scenario of wrong form: the first problem as text, and a finding for each."""

    def __init__(self, text: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(text)
        self.findings = findings


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
        One line: file and line, field, what is wrong, what would be right. It is a `SchemaError`
        if the form is wrong.
    """
    source, overrides = read_source(name), [*map(printable, overrides)]
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
        wrong = schema_findings(error, source, catalog)
        raise SchemaError(_first(wrong, name, overrides), wrong) from None
    found = check_names(scenario)
    loaded = Loaded(scenario, rows, (), source.label, source, tuple(overrides))
    loaded = replace(loaded, findings=tuple(loaded.placed(finding) for finding in found))
    errors = [finding for finding in loaded.findings if finding.level == "error"]
    if strict and errors:
        raise InputError(_first(errors, name, overrides))
    return loaded


def _first(errors: Sequence[Finding], name: str, overrides: Sequence[str]) -> str:
    """Say the first error, and where there are more, the command that lists them."""
    if len(errors) == 1:
        return str(errors[0])
    settings = (word for setting in overrides for word in ("--set", setting))
    command = shlex.join(["opendome", "check", name, *settings])
    return f"{errors[0]} (and {len(errors) - 1} more); {command} lists all"
