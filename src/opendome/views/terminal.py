"""The answer to a run as a page of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import ascii_lowercase
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from opendome.views.numbers import dollars, estimate, percent, rounded, seconds

__all__ = ["print_answer"]

Answer = Mapping[str, Any]
WIDTH = 100
"""Widest page, as longer lines are hard to read. [characters]"""
BAR = 24
"""Longest bar. [characters]"""
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
    console.print(Group(*_page(answer)), width=min(console.width, WIDTH))


def _page(answer: Answer) -> Iterator[RenderableType]:
    yield from _headline(answer)
    yield from _layers(answer)
    yield from _reasons(answer)
    yield from _kill_chain(answer)
    yield from _cost(answer["cost"])
    yield from _partners(answer)
    yield from _footing(answer)


def _heading(text: str, unit: str) -> Text:
    return Text.assemble("\n", (text, "bold"), (f"  {unit}", "dim"))


def _table(*columns: str, bar: bool = False, gap: int = 2) -> Table:
    """Return a table without rules: words to the left, numbers to the right, then a bar."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i else "left", no_wrap=i > 0)
    if bar:
        table.add_column(no_wrap=True)
    return table


def _inset(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2), expand=False)


def _row(table: Table, *cells: str | Text) -> None:
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))


def _bar(share: float, start: float = 0.0) -> Text:
    """Return a bar, its start and length as shares of the longest one."""
    first, last = round(BAR * start), round(BAR * (start + share))
    mark = "\u2588" * (last - first) or ("\u258f" if share else "")
    return Text(" " * min(first, BAR - 1) + mark, "cyan")


def _headline(answer: Answer) -> Iterator[RenderableType]:
    raid, runs, cost = answer["raid"], answer["runs"], answer["cost"]
    n, worst = raid["warheads"], answer["worst_start"]
    yield Text(answer["title"])
    yield Text(
        f"{answer['scenario']}: {_count(runs, 'raid')} of {_count(raid['missiles'], 'missile')} "
        f"with {_count(n, 'warhead')}, seed {answer['seed']}",
        "dim",
    )
    leakers = estimate(answer["leakers"], low=0, high=n)
    none = percent(answer["p_no_leak"])
    yield Text(
        f"\nOf {_count(n, 'warhead')}, {leakers} get through.\n"
        f"No leak in {none} of {_count(runs, 'raid')}.",
        "bold",
    )
    if answer["leakers_p95"]:
        yield Text(f"At least one raid in 20 lets {answer['leakers_p95']:.0f} or more through.")
    yield Text(
        f"At the worst start tried, {worst['start_s'] / 3600:.1f} h after the epoch, "
        f"{estimate(worst, low=0, high=n)} get through."
    )
    yield from _largest_loss(answer)
    share = rounded(100 * cost["total_musd"] / cost["budget_musd"], 3)
    yield Text(
        f"It costs {dollars(cost['total_musd'])} over {cost['period_y']:g} years, {share} % of "
        f"the budget of {dollars(cost['budget_musd'])}."
    )
    yield Text("In brackets: 95 % confidence interval over raids.", "dim")


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


def _largest_loss(answer: Answer) -> Iterator[Text]:
    lost = [row for row in answer["partners"] if row["leakers_delta"]]
    if lost and lost[0]["leakers_delta"]["mean"] > 0.0:
        change = estimate(lost[0]["leakers_delta"], high=answer["raid"]["warheads"])
        yield Text(f"The largest loss of one partner, {lost[0]['partner']}: {change} more.")


def _layers(answer: Answer) -> Iterator[RenderableType]:
    table = _table("layer", "warheads engaged", "shots", "warheads killed")
    for layer in answer["layers"]:
        cells = (
            estimate({"mean": layer[name], "ci95": layer[f"{name}_ci95"]}, low=0)
            for name in ("engaged", "shots", "kills")
        )
        _row(table, layer["layer"], *cells)
    yield _heading("Layers", "mean per raid")
    yield _inset(table)
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
        _row(table, reason, rounded(mean), f"{100 * share:.0f} %", _bar(share))
    yield _heading("Why they got through", "mean per raid")
    yield _inset(table)


def _kill_chain(answer: Answer) -> Iterator[RenderableType]:
    chain = answer["kill_chain_s"]
    yield _heading("Kill chain", "first shot at each missile, mean time of each link")
    if chain["commit"] is None:
        yield _inset(Text("No shot was fired."))
        return
    total, start = sum(chain.values()), 0.0
    table = _table("", "after launch", "link", bar=True)
    for link, what in LINKS.items():
        bar = _bar(chain[link] / total, start / total)
        start += chain[link]
        _row(table, what, seconds(start), seconds(chain[link]), bar)
    yield _inset(table)


def _cost(cost: Answer) -> Iterator[RenderableType]:
    by_element = sorted(cost["by_element_musd"].items(), key=lambda item: -item[1])
    shown, others = by_element[:SHOWN_ELEMENTS], by_element[SHOWN_ELEMENTS:]
    if others:
        shown = [*shown, (f"{len(others)} others", sum(musd for _, musd in others))]
    table = _table("", "", "share", bar=True)
    for name, musd in shown:
        share = musd / cost["total_musd"] if cost["total_musd"] else 0.0
        _row(table, name, dollars(musd), f"{100 * share:.0f} %", _bar(share))
    _row(table, "total", dollars(cost["total_musd"]), "", "")
    _row(table, "budget", dollars(cost["budget_musd"]), "", "")
    years = f"{cost['base_year']} dollars, {cost['period_y']:g} years with operations"
    yield _heading("Cost", years)
    yield _inset(table)


def _partners(answer: Answer) -> Iterator[RenderableType]:
    if not answer["partners"]:
        return
    n = answer["raid"]["warheads"]
    table = _table("", "through", "change", "awards", "sats", "sites", "launches", gap=1)
    notes: dict[str, str] = {}
    for row in answer["partners"]:
        own = filter(None, row["note"].split("; "))
        marks = ",".join(
            sorted(notes.setdefault(note, ascii_lowercase[len(notes)]) for note in own)
        )
        name = Text.assemble(row["partner"], (f" {marks}" if marks else "", "dim"))
        without = row["leakers_without"]
        _row(
            table,
            name,
            "-" if without is None else rounded(without["mean"]),
            estimate(row["leakers_delta"], sign=True, low=-n, high=n),
            dollars(row["award_musd"]) if row["award_musd"] else "-",
            f"{row['satellites']:,}",
            f"{row['sites']:,}",
            "-" if row["launches"] is None else f"{row['launches']:,}",
        )
    yield _heading("Without a partner", "what it operates and builds is off; same draws of luck")
    yield _inset(table)
    if any(_unmoved(row["leakers_delta"]) for row in answer["partners"]):
        yield _inset(Text(f"0  none of {_count(answer['runs'], 'raid')} ended otherwise", "dim"))
    for note, mark in notes.items():
        yield _inset(Text(f"{mark}  {note}", "dim"))


def _unmoved(delta: Answer | None) -> bool:
    return delta is not None and not delta["mean"] and delta["ci95"] == [0.0, 0.0]


def _footing(answer: Answer) -> Iterator[RenderableType]:
    sources = answer["sources"]
    grades = ", ".join(f"{n} {grade}" for grade, n in sources.items())
    yield _heading("Sources", f"of {sum(sources.values())} numbers: {grades}")
    yield _inset(Text(f"The notional ones: opendome sources {answer['out']} --grade N"))
    for warning in answer["warnings"]:
        yield _inset(Text(f"Warning: {warning}", "yellow"))
    yield Text(f"\nKept in {answer['out']}. Again: opendome show {answer['out']}")
