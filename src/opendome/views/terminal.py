"""The answer to a run as a page of text."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from opendome.views.numbers import decimals, dollars, estimate, percent, rounded, seconds

__all__ = ["print_answer"]

Answer = Mapping[str, Any]
WIDTH = 100
"""Widest page, as longer lines are hard to read. [characters]"""
BAR = 24
"""Longest bar. [characters]"""
BLOCKS, PLAIN = ("\u2588", "\u258f"), ("#", "|")
"""What a bar is made of, and a bar too short for one; where the stream has no blocks."""
MANY_RAIDS = 100
"""Raids below which a fault that all shots of a layer share may not have come up once. [-]"""
DROPPED = ("sites", "awards", "launches", "sats")
"""Columns on partners that a narrow page leaves out, the first first."""
SHOWN_ELEMENTS = 8
"""Elements of the cost that are listed. [-]"""
LINKS = {
    "detect": "first seen",
    "track": "fire-control track",
    "deliver": "track at the command node",
    "decide": "order given",
    "commit": "order at the interceptor",
}


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """Print the answer of a run.

    Parameters
    ----------
    answer : mapping
        As `opendome run --json` documents.
    console : Console, optional
        Where to; standard output if left out.
    """
    console = console or Console(highlight=False)
    width = min(console.width, WIDTH)
    console.print(Group(*_page(answer, width)), width=width)


def _page(answer: Answer, width: int) -> Iterator[RenderableType]:
    yield from _headline(answer)
    yield from _layers(answer)
    yield from _reasons(answer)
    yield from _kill_chain(answer)
    yield from _cost(answer["cost"])
    yield from _partners(answer, width)
    yield from _footing(answer)


def _heading(text: str, unit: str) -> Text:
    return Text.assemble("\n", (text, "bold"), (f"  {unit}", "dim"))


def _table(*columns: str, bar: bool = False, gap: int = 2, wrap: bool = False) -> Table:
    """Return a table without rules: words to the left, numbers to the right, then a bar."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i else "left", no_wrap=i > 0 and not wrap)
    if bar:
        table.add_column()
    return table


def _inset(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2), expand=False)


def _row(table: Table, *cells: RenderableType) -> None:
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))


class _Bar:
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


def _headline(answer: Answer) -> Iterator[RenderableType]:
    raid, runs = answer["raid"], answer["runs"]
    n, worst = raid["warheads"], answer["worst_start"]
    yield Text(answer["title"])
    yield Text(
        f"{answer['scenario']}: {_count(runs, 'raid')} of {_count(raid['missiles'], 'missile')} "
        f"with {_count(n, 'warhead')}, seed {answer['seed']}",
        "dim",
    )
    if answer["overrides"]:
        yield Text(f"Changed: {', '.join(answer['overrides'])}")
    leakers = estimate(answer["leakers"], low=0, high=n)
    none = percent(answer["p_no_leak"])
    none = none if runs > 1 else none.partition(" [")[0]
    yield Text(
        f"\nOf {_count(n, 'warhead')}, {leakers} get through.\n"
        f"No leak in {none} of {_count(runs, 'raid')}.",
        "bold",
    )
    if answer["leakers_p95"] and runs >= 20:
        yield Text(f"At least one raid in 20 lets {answer['leakers_p95']:.0f} or more through.")
    if runs > 1:
        yield Text(
            f"At the worst start found, {worst['start_s'] / 3600:.1f} h after the epoch, at least "
            f"{estimate(worst, low=0, high=n)} do."
        )
    yield from _largest_loss(answer)
    yield _price(answer["cost"])
    yield from _caveats(runs)


def _price(cost: Answer) -> Text:
    share = rounded(100 * cost["acquisition_musd"] / cost["budget_musd"], 3)
    return Text(
        f"Over {cost['period_y']:g} years it costs {dollars(cost['acquisition_musd'])} to buy "
        f"and {dollars(cost['operations_musd'])} to run; buying is {share} % of the budget of "
        f"{dollars(cost['budget_musd'])}."
    )


def _caveats(runs: int) -> Iterator[Text]:
    if runs > 1:
        yield Text("In brackets: 95 % confidence interval over raids.", "dim")
    if runs < MANY_RAIDS:
        narrow = ", and intervals are too narrow" if runs > 1 else ""
        yield Text(f"Few raids: a rare failure of a whole layer may be missing{narrow}.", "yellow")


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


def _largest_loss(answer: Answer) -> Iterator[Text]:
    lost = [row for row in answer["partners"] if row["leakers_delta"]]
    if lost and lost[0]["leakers_delta"]["mean"] > 0.0:
        change = estimate(lost[0]["leakers_delta"], high=answer["raid"]["warheads"])
        yield Text(f"The largest loss of one partner, {lost[0]['partner']}: {change} more.")


def _layers(answer: Answer) -> Iterator[RenderableType]:
    n = answer["raid"]["warheads"]
    most = {"engaged": n, "shots": math.inf, "kills": n}
    table = _table("layer", "warheads engaged", "shots", "warheads killed", wrap=True)
    for layer in answer["layers"]:
        cells = (
            estimate({"mean": layer[name], "ci95": layer[f"{name}_ci95"]}, low=0, high=high)
            for name, high in most.items()
        )
        _row(table, layer["layer"], *(cells if layer["capable"] else "---"))
    yield _heading("Layers", "mean per raid")
    yield _inset(table)
    for layer in answer["layers"]:
        if not layer["capable"]:
            yield _inset(Text(f"{layer['layer']}: no interceptor shown against this raid", "dim"))
    if answer["layers"][0]["kills"]:
        yield _inset(Text("A booster killed counts all its warheads.", "dim"))
    reach = estimate(answer["space_interceptors_in_reach"], low=0)
    yield _inset(Text(f"Space interceptors in reach of a raid: {reach}", "dim"))


def _reasons(answer: Answer) -> Iterator[RenderableType]:
    reasons = answer["leak_reasons"]
    if not reasons:
        return
    table = _table("", "warheads", "share", bar=True)
    total = sum(reasons.values())
    for reason, mean in reasons.items():
        share = mean / total
        _row(table, reason, rounded(mean), f"{100 * share:.0f} %", _Bar(share))
    yield _heading("Why they got through", "mean per raid")
    yield _inset(table)


def _kill_chain(answer: Answer) -> Iterator[RenderableType]:
    chains = answer["kill_chain_by_layer_s"]
    fired = {layer: chain for layer, chain in chains.items() if chain["commit"] is not None}
    yield _heading("Kill chain", "first shot at each missile, mean time after launch")
    if not fired:
        yield _inset(Text("No shot was fired."))
        return
    table = _table("", *fired)
    sums = dict.fromkeys(fired, 0.0)
    for link, what in LINKS.items():
        for layer, chain in fired.items():
            sums[layer] += chain[link]
        _row(table, what, *(seconds(total) for total in sums.values()))
    way = (f"{chain['deliver'] + chain['commit']:.2f} s" for chain in fired.values())
    _row(table, "of which messages", *way)
    yield _inset(table)


def _cost(cost: Answer) -> Iterator[RenderableType]:
    by_element = sorted(cost["by_element_musd"].items(), key=lambda item: -item[1])
    shown, others = by_element[:SHOWN_ELEMENTS], by_element[SHOWN_ELEMENTS:]
    if others:
        shown = [*shown, (f"{len(others)} others", sum(musd for _, musd in others))]
    table = _table("", "", "share", bar=True)
    for name, musd in shown:
        share = musd / cost["total_musd"] if cost["total_musd"] else 0.0
        _row(table, name, dollars(musd), f"{100 * share:.0f} %", _Bar(share))
    _row(table, "total", dollars(cost["total_musd"]), "", "")
    _row(table, "budget", dollars(cost["budget_musd"]), "", "")
    years = f"{cost['base_year']} dollars, {cost['period_y']:g} years with operations"
    yield _heading("Cost", years)
    yield _inset(table)


def _partners(answer: Answer, width: int) -> Iterator[RenderableType]:
    if not answer["partners"]:
        return
    notes: dict[str, str] = {}
    rows = [_partner(row, answer, notes) for row in answer["partners"]]
    yield _heading("Without a partner", "what it operates and builds is off; same draws of luck")
    yield _inset(_fitting(rows, width - 2))
    if any(_unmoved(row["leakers_delta"]) for row in answer["partners"]):
        yield _inset(Text(f"0  none of {_count(answer['runs'], 'raid')} ended otherwise", "dim"))
    for note, mark in notes.items():
        yield _inset(Text(f"{mark}  {note}", "dim"))


def _partner(row: Answer, answer: Answer, notes: dict[str, str]) -> dict[str, Text]:
    """Return the cells of a partner by column; letter the notes that are new."""
    own = filter(None, row["note"].split("; "))
    marks = ",".join(sorted(notes.setdefault(note, ascii_lowercase[len(notes)]) for note in own))
    n, without, launches = answer["raid"]["warheads"], row["leakers_without"], row["launches"]
    low, high = answer["leakers"]["ci95"]
    # Where all raids are alike, those without a partner may still differ.
    places = 2 if low is not None and low == high else decimals(answer["leakers"])
    return {
        "": Text.assemble(row["partner"], (f" {marks}" if marks else "", "dim")),
        "through": Text("-" if without is None else f"{without['mean']:.{places}f}"),
        "change": Text(estimate(row["leakers_delta"], sign=True, low=-n, high=n)),
        "awards": Text(dollars(row["award_musd"]) if row["award_musd"] else "-"),
        "sats": Text(f"{row['satellites']:,}"),
        "sites": Text(f"{row['sites']:,}"),
        "launches": Text("-" if launches is None else f"{launches:,}"),
    }


def _fitting(rows: Sequence[Mapping[str, Text]], width: int) -> Table:
    """Return a table of as many columns as the page has room for."""
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) + 1 for name in rows[0]}
    for name in DROPPED:
        if sum(widths.values()) - 1 > width:
            del widths[name]
    table = _table(*widths, gap=1)
    for row in rows:
        _row(table, *(row[name] for name in widths))
    return table


def _unmoved(delta: Answer | None) -> bool:
    return delta is not None and not delta["mean"] and delta["ci95"] == [0.0, 0.0]


def _footing(answer: Answer) -> Iterator[RenderableType]:
    sources = answer["sources"]
    grades = ", ".join(f"{n} {grade}" for grade, n in sources.items())
    yield _heading("Sources", f"of {sum(sources.values())} numbers: {grades}")
    out = shlex.quote(answer["out"])
    yield _inset(Text(f"The notional ones: opendome sources {out} --grade N"))
    for warning in answer["warnings"]:
        yield _inset(Text(f"Warning: {warning}", "yellow"))
    yield Text(f"\nKept in {answer['out']}. Again: opendome show {out}")
