"""The summary of a satellite catalogue as a page of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from opendome.views.parts import WIDTH, Bar, add_row, count, heading, inset, plain_table

__all__ = ["print_catalogue"]

Answer = Mapping[str, Any]
SHOWN_BAD = 10
"""Bad records that are listed. [-]"""
SHOWN_OPERATORS = 15
"""Operators that are listed. [-]"""
SHOWN_SHELLS = 40
"""Shells that are listed. [-]"""
LISTED = "unusable records"
"""Check whose findings are listed one by one."""
NARROW = 66
"""Width below which tables leave out bars and what each shell spans. [characters]"""


def print_catalogue(answer: Answer, console: Console | None = None) -> None:
    """Print the summary of a catalogue.

    Parameters
    ----------
    answer : mapping
        As `opendome orbits --json` documents.
    console : Console, optional
        Where to; standard output if left out.
    """
    console = console or Console(highlight=False)
    width = min(console.width, WIDTH)
    console.print(Group(*_page(answer, width)), width=width)


def _page(answer: Answer, width: int) -> Iterator[RenderableType]:
    yield from _health(answer)
    yield from _operators(answer, width)
    yield from _shells(answer, width)


def _health(answer: Answer) -> Iterator[RenderableType]:
    bad, n = answer["bad"], answer["records"]
    good = "all good" if not bad else f"{answer['good']:,} good, {len(bad):,} bad"
    file = "standard input" if answer["file"] == "-" else answer["file"]
    yield Text(f"{file}: {count(n, 'record')} ({answer['form']}), {good}", "bold")
    if answer["selected"] < answer["good"]:
        yield Text(f"Asked for: {count(answer['selected'], 'satellite')}.")
    epochs, km = answer["epochs"], answer["altitude_km"]
    yield Text(f"Epochs from {epochs['first']} to {epochs['last']}.")
    yield Text(
        f"Heights from a perigee of {km['lowest_perigee']:,.0f} km to an apogee of "
        f"{km['highest_apogee']:,.0f} km; half are below {km['median']:,.0f} km."
    )
    for warning in answer["warnings"]:
        if warning["check"] == LISTED:
            continue
        yield Text(f"Warning: {warning['text']} [{warning['check']}]", "yellow")
    if bad:
        what = "line" if answer["counted"] == "line" else "number of the record"
        yield heading("Left out", f"{what}, name and reason")
        for record in bad[:SHOWN_BAD]:
            name = f" {record['name']}" if record["name"] else ""
            yield inset(Text(f"{record['line']}{name}: {record['reason']}"))
        if len(bad) > SHOWN_BAD:
            yield inset(Text(f"and {len(bad) - SHOWN_BAD:,} more; --json lists all", "dim"))


def _operators(answer: Answer, width: int) -> Iterator[RenderableType]:
    operators = answer["operators"]
    shown, rest = operators[:SHOWN_OPERATORS], operators[SHOWN_OPERATORS:]
    rows = [(row["name"], row["satellites"]) for row in shown]
    if rest:
        rows.append((f"{len(rest)} more", sum(row["satellites"] for row in rest)))
    wide = width >= NARROW
    table = plain_table("", "satellites", "share", bar=wide)
    most, total = max(n for _, n in rows), answer["selected"]
    for name, n in rows:
        bar = (Bar(n / most),) if wide else ()
        add_row(table, name, f"{n:,}", f"{100 * n / total:.1f} %", *bar)
    yield heading("Operators", "read from names")
    yield inset(table)


def _shells(answer: Answer, width: int) -> Iterator[RenderableType]:
    shells = answer["shells"]
    yield heading("Shells", "where many of one operator share height and inclination")
    if not shells:
        yield inset(Text("None is dense enough."))
        return
    wide = width >= NARROW
    spans = ("from", "to") if wide else ()
    table = plain_table("", "km", *spans, "deg", "satellites", bar=wide)
    most = max(shell["satellites"] for shell in shells)
    before = ""
    for shell in shells[:SHOWN_SHELLS]:
        operator = shell["operator"]
        cells: list[RenderableType] = [
            operator if operator != before else "",
            f"{shell['altitude_km']:,.0f}",
            *(f"{shell[end]:,.0f}" for end in ("lowest_km", "highest_km") if wide),
            f"{shell['inclination_deg']:.1f}",
            f"{shell['satellites']:,}",
        ]
        if wide:
            cells.append(Bar(shell["satellites"] / most))
        add_row(table, *cells)
        before = operator
    yield inset(table)
    if len(shells) > SHOWN_SHELLS:
        yield inset(Text(f"and {len(shells) - SHOWN_SHELLS:,} more; --json lists all", "dim"))
    n_in = sum(shell["satellites"] for shell in shells)
    none = answer["selected"] - n_in
    yield inset(Text(f"{count(none, 'satellite')} in no shell; km: median height.", "dim"))
