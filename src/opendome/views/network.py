"""The answer about networks as a page of text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from opendome.views.numbers import clock, estimate, rounded, share_percent
from opendome.views.parts import WIDTH, add_row, count, heading, inset, plain_table

__all__ = ["before_loss", "network_text", "network_words", "print_network"]

Document = Mapping[str, Any]
LEVELS = ("min", "p50", "p95", "max")
"""Quantiles of the round trip, in the order of the table."""
BOUNDS = {"chord": "light in a straight line", "fibre": "great-circle fibre"}
"""What a round trip is held against."""
LEAST_SHARE, LEAST_MS = 5e-5, 0.05
"""Changes that are told. [-], [ms]"""


def print_network(document: Document, console: Console | None = None) -> None:
    """Print the answer about networks.

    Parameters
    ----------
    document : mapping
        As `opendome network --json` documents.
    console : Console, optional
        Where to; standard output if left out.
    """
    console = console or Console(highlight=False)
    console.print(network_text(document), width=min(console.width, WIDTH))


def network_text(document: Document) -> Group:
    """Return the answer about networks as something to print.

    Parameters
    ----------
    document : mapping
        As `opendome network --json` documents, for two places or for all groups.

    Returns
    -------
    page : Group
        Made for 80 columns or more.
    """
    part = _pair(document) if "rtt_ms" in document else _overview(document)
    return Group(*_headline(document), *part, *_footing(document))


def network_words(document: Document) -> tuple[str, str]:
    """Return title and subtitle of the picture.

    Parameters
    ----------
    document : mapping
        As `opendome network --json` documents.

    Returns
    -------
    title, subtitle : str
        The answer in one sentence, and what it is about.
    """
    title = _pair_title if "rtt_ms" in document else _overview_sentence
    return title(document).rstrip("."), _about(document)


def _pair_title(document: Document) -> str:
    ends = f"{document['from']['name']} to {document['to']['name']} and back"
    median = document["rtt_quantiles_ms"]["p50"]
    if median is None:
        return f"{ends}: no path at any time"
    moved = [p for p in document.get("partners") or () if (p["rtt_p50_ms"] or 0.0) - median >= 0.05]
    cut = [p for p in document.get("partners") or () if p["rtt_p50_ms"] is None]
    title = f"{ends}: {_ms(median)} ms"
    if cut:
        return f"{title}; none without {cut[0]['partner']}"
    if moved:
        worst = max(moved, key=lambda partner: float(partner["rtt_p50_ms"]))
        return f"{title}, {_ms(worst['rtt_p50_ms'])} ms without {worst['partner']}"
    return title


def before_loss(document: Document) -> str:
    """Return what to call the networks as they were asked about, before a further loss.

    Parameters
    ----------
    document : mapping
        As `opendome network --json` documents.
    """
    lost = [*(document.get("without") or ()), *(document.get("lost") or ())]
    return f"all but {', '.join(lost)}" if lost else "all there"


# What is asked -------------------------------------------------------------------------------


def _about(document: Document) -> str:
    times_s = document["times_s"]
    span = f"at {document['epoch_utc']}"
    if times_s[-1]:
        step = f", steps of {_span(times_s[1] - times_s[0])}" if len(times_s) > 1 else ""
        span = f"{_span(times_s[-1])} from {document['epoch_utc']}{step}"
    lost = [*(document.get("without") or ()), *(document.get("lost") or ())]
    without = f", without {', '.join(lost)}" if lost else ""
    return f"{document['scenario']}{without}: {span}"


def _span(t_s: float) -> str:
    unit, length = next(
        ((u, s) for u, s in (("h", 3600.0), ("min", 60.0)) if not t_s % s), ("s", 1)
    )
    return f"{t_s / length:g} {unit}"


def _headline(document: Document) -> Iterator[Text]:
    yield Text(_about(document), "dim")
    sentence = _pair_sentence if "rtt_ms" in document else _overview_sentence
    yield Text(f"\n{sentence(document)}", "bold")


def _footing(document: Document) -> Iterator[Text]:
    for warning in document.get("warnings") or ():
        yield Text(f"Warning: {warning}", "yellow")


# Two places ----------------------------------------------------------------------------------


def _pair_sentence(document: Document) -> str:
    ends = f"from {document['from']['name']} to {document['to']['name']}"
    levels, bounds = document["rtt_quantiles_ms"], document["bounds_ms"]
    if levels["p50"] is None:
        return f"No message gets through {ends}: there is no path at any time."
    median, share = levels["p50"], document["reachable_share"]
    ratios = ", ".join(
        f"{rounded(median / bounds[key], 3)} times {name}"
        for key, name in BOUNDS.items()
        if bounds.get(key)
    )
    ratios = f": {ratios}" if ratios else ""
    often = "at all times" if share == 1.0 else f"{share_percent(share)} of the time"
    often = f" There is a path {often}." if len(document["times_s"]) > 1 else ""
    least, most = _ms(levels["min"]), _ms(levels["max"])
    swing = "" if least == most else f" at the median ({least} to {most})"
    return f"A message {ends} and back takes {_ms(median)} ms{swing}{ratios}.{often}"


def _pair(document: Document) -> Iterator[RenderableType]:
    if document["rtt_quantiles_ms"]["p50"] is not None:
        yield from _round_trip(document)
    yield from _path(document)
    yield from _losses(document)
    yield from _outage(document)


def _round_trip(document: Document) -> Iterator[RenderableType]:
    levels, bounds = document["rtt_quantiles_ms"], document["bounds_ms"]
    table = plain_table("", "least", "median", "95 %", "most")
    add_row(table, "round trip", *(f"{_ms(levels[key])} ms" for key in LEVELS))
    for key, name in BOUNDS.items():
        if bounds.get(key):
            ratios = (rounded(levels[level] / bounds[key], 3) for level in LEVELS)
            add_row(table, f"over {name}, {_ms(bounds[key])} ms", *ratios)
    hops = sorted(n for n in document["hops"] if n is not None)
    if hops:
        ranks = (0.0, 0.5, 0.95, 1.0)
        add_row(table, "hops", *(f"{hops[round(rank * (len(hops) - 1))]}" for rank in ranks))
    yield heading("Round trip", "over the times with a path")
    yield inset(table)


def _path(document: Document) -> Iterator[RenderableType]:
    gaps, path = document["gaps"], document["path"]
    yield heading("Path", "at the first time")
    yield inset(Text(" > ".join(path) if path else "none"))
    if not document["reachable_share"]:
        return
    text = f"Without a common link: {count(document['disjoint_paths'], 'path')}."
    if len(document["times_s"]) > 1:
        text += f" The quickest changes {count(document['path_changes'], 'time')}."
    yield inset(Text(text))
    if gaps["count"]:
        text = f"{count(gaps['count'], 'gap')} without a path, the longest {clock(gaps['max_s'])}."
        yield inset(Text(text))


def _losses(document: Document) -> Iterator[RenderableType]:
    """Yield what each partner's loss does, most first; those that do nothing on one line."""
    partners = document.get("partners") or ()
    if not partners:
        return
    whole = {
        "reachable_share": document["reachable_share"],
        "disjoint_paths": document["disjoint_paths"],
        "rtt_p50_ms": document["rtt_quantiles_ms"]["p50"],
    }
    moved = [p for p in partners if any(p[key] != value for key, value in whole.items())]
    yield heading("Without a partner", "what it operates and builds is off")
    if moved:
        table = plain_table("", "connected", "disjoint", "median", "change")
        _loss_row(table, before_loss(document), whole, whole)
        for partner in sorted(moved, key=_harm):
            _loss_row(table, partner["partner"], partner, whole)
        yield inset(table)
    still = [p["partner"] for p in partners if p not in moved]
    if still:
        yield inset(Text(f"No change without {', '.join(still)}.", "dim"))


def _harm(of: Document) -> tuple[float, int, float]:
    """Return what puts the worst loss first: availability, then paths, then delay."""
    return of["reachable_share"], of["disjoint_paths"], -(of["rtt_p50_ms"] or 0.0)


def _loss_row(table: Any, name: str, of: Document, whole: Document) -> None:  # noqa: ANN401 rich
    share, median, before = of["reachable_share"], of["rtt_p50_ms"], whole["rtt_p50_ms"]
    change = "-"
    if median is not None and before is not None and of is not whole:
        change = f"{median - before:+.1f} ms" if abs(median - before) >= 0.05 else "0"
    add_row(
        table,
        name,
        _connected(share),
        f"{of['disjoint_paths']}",
        "-" if median is None else f"{_ms(median)} ms",
        "" if of is whole else change,
    )


def _connected(share: float) -> str:
    return {0.0: "never", 1.0: "always"}.get(share, share_percent(share))


# All groups ----------------------------------------------------------------------------------


def _overview_sentence(document: Document) -> str:
    groups = [g for g in document["groups"] if g["nodes"] and g["role"] != "gateway"]
    n = sum(group["nodes"] for group in groups)
    if not n:
        return "There is nothing that could send a message."
    share = sum(group["nodes"] * group["reachable_share"] for group in groups) / n
    whole = "all of the time" if share == 1.0 else f"{share_percent(share)} of the time"
    text = f"{count(n, 'node')} in {count(len(groups), 'group')} reach the {_to(document)} {whole}"
    worst = min(groups, key=lambda group: float(group["reachable_share"]))
    if worst["reachable_share"] < 1.0:
        text += f"; {worst['group']} least, {share_percent(worst['reachable_share'])}"
    return f"{text}."


def _to(document: Document) -> str:
    to = document.get("to") or "command node"
    name = to["name"] if isinstance(to, Mapping) else str(to)
    return name.replace("command-node", "command node")


def _overview(document: Document) -> Iterator[RenderableType]:
    table = plain_table("", "nodes", "reach it", "median", "95 %", "most", "hops")
    for group in document["groups"]:
        latency = group["latency_ms"]
        add_row(
            table,
            group["group"],
            f"{group['nodes']:,}",
            share_percent(group["reachable_share"]),
            *(_known(latency[key]) for key in ("p50", "p95", "max")),
            "-" if group["hops_p50"] is None else f"{group['hops_p50']:g}",
        )
    yield heading(f"To the {_to(document)}", "share of the time and of the nodes; one way, ms")
    yield inset(table)
    if any(group["role"] == "gateway" for group in document["groups"]):
        yield inset(Text("gateways: those with a satellite that carries messages", "dim"))
    yield from _group_losses(document)
    yield from _outage(document)


def _known(ms: float | None) -> str:
    return "-" if ms is None else _ms(ms)


def _group_losses(document: Document) -> Iterator[RenderableType]:
    """Yield by partner the group that its loss cuts off most, and the one that it slows most."""
    partners = document.get("partners") or ()
    if not partners:
        return
    before = {g["group"]: g for g in document["groups"] if g["role"] != "gateway"}
    table = plain_table("", "cut off most", "slowed most")
    still, points = [], []
    for partner in partners:
        name = partner["partner"]
        if partner.get("single_points"):
            points.append(f"{name} for {', '.join(partner['single_points'])}")
        rows = [(row, before[row["group"]]) for row in partner["groups"] if row["group"] in before]
        lost, cut = max(((_fall(row, was), row["group"]) for row, was in rows), default=(0.0, ""))
        ms, slow = max(((_slower(row, was), row["group"]) for row, was in rows), default=(0.0, ""))
        if lost < LEAST_SHARE and ms < LEAST_MS:
            still.append(name)
            continue
        less = f"{cut} {-100.0 * lost:+.1f}" if lost >= LEAST_SHARE else "-"
        add_row(table, name, less, f"{slow} {ms:+.1f} ms" if ms >= LEAST_MS else "-")
    what = "change of the share in percentage points, its own nodes counted, and of the median"
    yield heading("Without a partner", what)
    if table.row_count:
        yield inset(table)
    if points:
        yield inset(Text(f"Nobody is left without {'; '.join(points)}."))
    if still:
        yield inset(Text(f"No change without {', '.join(still)}.", "dim"))


def _fall(row: Document, was: Document) -> float:
    return float(was["reachable_share"] - row["reachable_share"])


def _slower(row: Document, was: Document) -> float:
    now, then = row["latency_p50_ms"], was["latency_ms"]["p50"]
    return -1.0 if now is None or then is None else float(now - then)


# Random outages ------------------------------------------------------------------------------


def _outage(document: Document) -> Iterator[RenderableType]:
    """Yield what is left after random outages: means over the draws, with their intervals."""
    outage = document.get("outage")
    if not outage:
        return
    what = f"of the satellites, mean of {count(outage['draws'], 'draw')} [95 % interval]"
    yield heading(f"With {share_percent(outage['p'])} lost", what)
    pair = "groups" not in outage
    table = plain_table("", "of the time", *(("disjoint",) if pair else ()), "median")
    for row in [{"group": "at random", **outage}] if pair else outage["groups"]:
        ms = row["rtt_p50_ms"] if pair else row["latency_p50_ms"]
        paths = (_mean(row["disjoint_paths"]),) if pair else ()
        add_row(
            table,
            row["group"],
            _mean(row["reachable_share"], 100.0, " %", high=100.0),
            *paths,
            _mean(ms, 1.0, " ms"),
        )
    yield inset(table)


def _mean(of: Document | None, unit: float = 1.0, sign: str = "", *, high: float = math.inf) -> str:
    """Return a mean with its interval; "-" where nothing is known."""
    if of is None:
        return "-"
    mean, *ends = (None if of[k] is None else unit * of[k] for k in ("mean", "low", "high"))
    return f"{estimate({'mean': mean, 'ci95': ends}, low=0.0, high=high)}{sign}"


def _ms(ms: float) -> str:
    """Return a delay to a tenth of a millisecond, or to two digits below one."""
    return f"{ms:,.1f}" if ms >= 1.0 else rounded(ms)
