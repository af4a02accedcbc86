"""`opendome check`: everything that is wrong with a scenario, before it is run."""

from __future__ import annotations

from dataclasses import asdict

import click

from opendome.cli._common import as_json, print_json, scenario, settings

__all__ = ["command"]


@click.command("check")
@scenario
@settings
@click.option("-v", "--verbose", is_flag=True, help="Name the checks that passed.")
@as_json("the findings")
@click.pass_context
def command(
    ctx: click.Context, scenario: str, settings: tuple[str, ...], verbose: bool, as_json: bool
) -> None:
    """Run all named checks of a scenario.

    The form comes first, names and sums once it is right, then physics. Exit status 2 if a check
    finds an error, else 0.

    Example: opendome check mine.yaml --set raid.groups.liquid.count=8
    """
    from opendome import api
    from opendome.scenario import SchemaError, load_scenario

    try:
        findings = api.check(load_scenario(scenario, settings, strict=False))
    except SchemaError as error:
        findings = [*error.findings]
    passed = api.passed(findings)
    n = {level: sum(f.level == level for f in findings) for level in ("error", "warning")}
    if as_json:
        rows = [{**asdict(f), "path": ".".join(f.path)} for f in findings]
        print_json({"scenario": scenario, "findings": rows, "passed": passed})
    else:
        for finding in findings:
            click.echo(f"{finding.level}: {finding} [{finding.check}]")
        found = ", ".join(f"{k} {level}{'s' * (k != 1)}" for level, k in n.items() if k)
        click.echo(f"{scenario}: {found + '; ' if found else ''}{len(passed)} checks passed")
        if n["error"]:
            click.echo("Further checks may run once the errors are mended.")
        for name in passed if verbose else ():
            click.echo(f"  {name}")
    if n["error"]:
        ctx.exit(2)
