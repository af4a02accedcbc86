"""What pages of text are made of."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

__all__ = ["BAR", "WIDTH", "Bar", "add_row", "count", "heading", "inset", "plain_table"]

WIDTH = 100
"""Widest page, as longer lines are hard to read. [characters]"""
BAR = 24
"""Longest bar. [characters]"""
BLOCKS, PLAIN = ("\u2588", "\u258f"), ("#", "|")
"""What a bar is made of, and a bar too short for one; where the stream has no blocks."""


def heading(text: str, unit: str) -> Text:
    """Return the heading of a part, with the unit or the meaning of what follows."""
    return Text.assemble("\n", (text, "bold"), (f"  {unit}", "dim"))


def plain_table(*columns: str, bar: bool = False, gap: int = 2, wrap: bool = False) -> Table:
    """Return a table without rules: words to the left, numbers to the right, then a bar."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i else "left", no_wrap=i > 0 and not wrap)
    if bar:
        table.add_column()
    return table


def add_row(table: Table, *cells: RenderableType) -> None:
    """Add a row to a table; a string is shown as it stands."""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))


def inset(part: RenderableType) -> Padding:
    """Return a part moved in under its heading."""
    return Padding(part, (0, 0, 0, 2), expand=False)


def count(n: int, noun: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> count(1, "raid"), count(1200, "raid")
    ('1 raid', '1,200 raids')
    """
    return f"{n:,} {noun}{'s' * (n != 1)}"


class Bar:
    """A bar, its length a share of the longest one."""

    def __init__(self, share: float) -> None:
        self.share = share

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        full, sliver = BLOCKS if _encodes(options.encoding, "".join(BLOCKS)) else PLAIN
        length = round(min(BAR, options.max_width) * self.share)
        yield Text(full * length or (sliver if self.share else ""), "cyan")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, BAR)


def _encodes(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
