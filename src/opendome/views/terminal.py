"""The answer to a run as a page of text."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from opendome.views.numbers import decimals, dollars, estimate, percent, rounded, seconds
from opendome.views.parts import WIDTH, Bar, add_row, count, heading, inset, plain_table

__all__ = ["print_answer"]

Answer = Mapping[str, Any]
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


def _headline(answer: Answer) -> Iterator[RenderableType]:
    raid, runs = answer["raid"], answer["runs"]
    n, worst = raid["warheads"], answer["worst_start"]
    yield Text(answer["title"])
    yield Text(
        f"{answer['scenario']}: {count(runs, 'raid')} of {count(raid['missiles'], 'missile')} "
        f"with {count(n, 'warhead')}, seed {answer['seed']}",
        "dim",
    )
    if answer["overrides"]:
        yield Text(f"Changed: {', '.join(answer['overrides'])}")
    leakers = estimate(answer["leakers"], low=0, high=n)
    none = percent(answer["p_no_leak"])
    none = none if runs > 1 else none.partition(" [")[0]
    yield Text(
        f"\nOf {count(n, 'warhead')}, {leakers} get through.\n"
        f"No leak in {none} of {count(runs, 'raid')}.",
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
    yield from _precision(answer)
    yield from _caveats(runs)


def _price(cost: Answer) -> Text:
    share = rounded(100 * cost["acquisition_musd"] / cost["budget_musd"], 3)
    return Text(
        f"Over {cost['period_y']:g} years it costs {dollars(cost['acquisition_musd'])} to buy "
        f"and {dollars(cost['operations_musd'])} to run; buying is {share} % of the budget of "
        f"{dollars(cost['budget_musd'])}."
    )


def _precision(answer: Answer) -> Iterator[Text]:
    ci = answer["ci"]
    if ci is None:
        return
    known = f"the share that gets through is known to ±{rounded(100 * ci['half_width'], 2)} %"
    asked = f"±{rounded(100 * ci['asked'], 2)} % asked for"
    if ci["reached"]:
        yield Text(f"Enough raids: {known}, {asked}.")
    else:
        yield Text(f"Stopped at the most raids allowed: {known}, {asked}.", "yellow")


def _caveats(runs: int) -> Iterator[Text]:
    if runs > 1:
        yield Text("In brackets: 95 % confidence interval over raids.", "dim")
    if runs < MANY_RAIDS:
        narrow = ", and intervals are too narrow" if runs > 1 else ""
        yield Text(f"Few raids: a rare failure of a whole layer may be missing{narrow}.", "yellow")


def _largest_loss(answer: Answer) -> Iterator[Text]:
    lost = [row for row in answer["partners"] if row["leakers_delta"]]
    if lost and lost[0]["leakers_delta"]["mean"] > 0.0:
        change = estimate(lost[0]["leakers_delta"], high=answer["raid"]["warheads"])
        yield Text(f"The largest loss of one partner, {lost[0]['partner']}: {change} more.")


def _layers(answer: Answer) -> Iterator[RenderableType]:
    n = answer["raid"]["warheads"]
    most = {"engaged": n, "shots": math.inf, "kills": n}
    table = plain_table("layer", "warheads engaged", "shots", "warheads killed", wrap=True)
    for layer in answer["layers"]:
        cells = (
            estimate({"mean": layer[name], "ci95": layer[f"{name}_ci95"]}, low=0, high=high)
            for name, high in most.items()
        )
        add_row(table, layer["layer"], *(cells if layer["capable"] else "---"))
    yield heading("Layers", "mean per raid")
    yield inset(table)
    for layer in answer["layers"]:
        if not layer["capable"]:
            yield inset(Text(f"{layer['layer']}: no interceptor shown against this raid", "dim"))
    if answer["layers"][0]["kills"]:
        yield inset(Text("A booster killed counts all its warheads.", "dim"))
    reach = estimate(answer["space_interceptors_in_reach"], low=0)
    yield inset(Text(f"Space interceptors in reach of a raid: {reach}", "dim"))


def _reasons(answer: Answer) -> Iterator[RenderableType]:
    reasons = answer["leak_reasons"]
    if not reasons:
        return
    table = plain_table("", "warheads", "share", bar=True)
    total = sum(reasons.values())
    for reason, mean in reasons.items():
        share = mean / total
        add_row(table, reason, rounded(mean), f"{100 * share:.0f} %", Bar(share))
    yield heading("Why they got through", "mean per raid")
    yield inset(table)


def _kill_chain(answer: Answer) -> Iterator[RenderableType]:
    chains = answer["kill_chain_by_layer_s"]
    fired = {layer: chain for layer, chain in chains.items() if chain["commit"] is not None}
    yield heading("Kill chain", "first shot at each missile, mean time after launch")
    if not fired:
        yield inset(Text("No shot was fired."))
        return
    table = plain_table("", *fired)
    sums = dict.fromkeys(fired, 0.0)
    for link, what in LINKS.items():
        for layer, chain in fired.items():
            sums[layer] += chain[link]
        add_row(table, what, *(seconds(total) for total in sums.values()))
    way = (f"{chain['deliver'] + chain['commit']:.2f} s" for chain in fired.values())
    add_row(table, "of which messages", *way)
    yield inset(table)


def _cost(cost: Answer) -> Iterator[RenderableType]:
    by_element = sorted(cost["by_element_musd"].items(), key=lambda item: -item[1])
    shown, others = by_element[:SHOWN_ELEMENTS], by_element[SHOWN_ELEMENTS:]
    if others:
        shown = [*shown, (f"{len(others)} others", sum(musd for _, musd in others))]
    table = plain_table("", "", "share", bar=True)
    for name, musd in shown:
        share = musd / cost["total_musd"] if cost["total_musd"] else 0.0
        add_row(table, name, dollars(musd), f"{100 * share:.0f} %", Bar(share))
    add_row(table, "total", dollars(cost["total_musd"]), "", "")
    add_row(table, "budget", dollars(cost["budget_musd"]), "", "")
    years = f"{cost['base_year']} dollars, {cost['period_y']:g} years with operations"
    yield heading("Cost", years)
    yield inset(table)


def _partners(answer: Answer, width: int) -> Iterator[RenderableType]:
    if not answer["partners"]:
        return
    notes: dict[str, str] = {}
    rows = [_partner(row, answer, notes) for row in answer["partners"]]
    yield heading("Without a partner", "what it operates and builds is off; same draws of luck")
    yield inset(_fitting(rows, width - 2))
    if any(_unmoved(row["leakers_delta"]) for row in answer["partners"]):
        yield inset(Text(f"0  none of {count(answer['runs'], 'raid')} ended otherwise", "dim"))
    for note, mark in notes.items():
        yield inset(Text(f"{mark}  {note}", "dim"))


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
    table = plain_table(*widths, gap=1)
    for row in rows:
        add_row(table, *(row[name] for name in widths))
    return table


def _unmoved(delta: Answer | None) -> bool:
    return delta is not None and not delta["mean"] and delta["ci95"] == [0.0, 0.0]


def _footing(answer: Answer) -> Iterator[RenderableType]:
    sources = answer["sources"]
    grades = ", ".join(f"{n} {grade}" for grade, n in sources.items())
    yield heading("Sources", f"of {sum(sources.values())} numbers: {grades}")
    out = shlex.quote(answer["out"])
    yield inset(Text(f"The notional ones: opendome sources {out} --grade N"))
    for warning in answer["warnings"]:
        yield inset(Text(f"Warning: {warning}", "yellow"))
    yield Text(f"\nKept in {answer['out']}. Again: opendome show {out}")
