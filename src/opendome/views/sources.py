"""Catalog rows as a page of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from opendome.catalog import GRADES

__all__ = ["print_sources"]

JUSTIFY: tuple[Literal["left", "right"], ...] = ("left", "right", "left", "left", "left", "left")
WIDTH = 100
"""Widest page. [characters]"""


def print_sources(rows: Sequence[Mapping[str, Any]], console: Console | None = None) -> None:
    """Print catalog rows by name, or by the entry of a scenario that they fill, then sources.

    Parameters
    ----------
    rows : sequence of mapping
        As `opendome sources --json` documents.
    console : Console, optional
        Where to; standard output if left out.
    """
    console = console or Console(highlight=False)
    width = min(console.width, WIDTH)
    longest = max((len(row["attribute"]) for row in rows), default=0)
    for heading, group in groupby(rows, _heading):
        console.print(Text(heading, "bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
        for justify, least in zip(JUSTIFY, (longest, 7, 4, 12, 1, 0), strict=True):
            table.add_column(justify=justify, min_width=least)
        for row in group:
            table.add_row(*map(Text, _cells(row)))
        console.print(Padding(table, (0, 0, 0, 2)), width=width)
    for source, title, url in sorted({(r["source"], r["title"], r["url"]) for r in rows}):
        console.print(Text.assemble("\n", (source, "bold"), f"  {title}"), width=width)
        console.print(Text(url), soft_wrap=True, end="\n" if url else "")
    grades = ", ".join(f"{letter} {word}" for letter, word in GRADES.items())
    console.print(Text(f"\n{len(rows)} rows. Grades: {grades}."))


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    around = f"{row['low']:g} to {row['high']:g}" if row["low"] < row["high"] else ""
    unit = "" if row["unit"] == "-" else row["unit"]
    return row["attribute"], f"{row['value']:g}", unit, around, row["grade"], row["source"]


def _heading(row: Mapping[str, Any]) -> str:
    path: str = row.get("path", "")
    return path.removesuffix(f".{row['attribute']}") or row["name"]
