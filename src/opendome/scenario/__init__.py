"""Scenario files: schema, loading, and checks of names and form."""

from opendome.scenario.checks import Finding, check_names
from opendome.scenario.json_schema import scenario_schema
from opendome.scenario.load import Loaded, SchemaError, load_scenario
from opendome.scenario.schema import Scenario

__all__ = [
    "Finding",
    "Loaded",
    "Scenario",
    "SchemaError",
    "check_names",
    "load_scenario",
    "scenario_schema",
]
