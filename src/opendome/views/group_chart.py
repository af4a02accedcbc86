"""How long messages of each group take, with everyone there and without a partner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from opendome.views.labels import INK, elided
from opendome.views.network import before_loss, network_words
from opendome.views.page import legend_at, text_page
from opendome.views.panels import axes_at

__all__ = ["group_figure"]

Document = Mapping[str, Any]
NAME, LATENCY_WIDTH, SHARE_LEFT, SHARE_WIDTH = 2.0, 4.9, 7.2, 2.25
HEAD, ROW, FOOT = 0.55, 0.24, 0.5
"""Places and heights on the page. [inch]"""
MARKS = (("#d55e00", "v"), ("#0072b2", "^"), ("#009e73", "D"), ("#cc79a7", "s"))
"""What the loss of a partner is marked with; told apart without colour too."""
LOG_RATIO = 8.0
"""Longest delay against the shortest up to which the scale is linear. [-]"""
TICKS_MS = tuple(n * 10.0**k for k in range(-3, 5) for n in (1, 2, 5))
"""Delays that a logarithmic scale is marked with. [ms]"""
NOTICED, NOTICED_MS = 1e-3, 0.2
"""Change of a share and of a delay from which a loss is drawn. [-], [ms]"""


def group_figure(document: Document) -> Figure:
    """Return the picture of all groups: delays to the left, shares to the right.

    Parameters
    ----------
    document : mapping
        As `opendome network --json` documents without `--from` and `--to`.
    """
    groups = [group for group in document["groups"] if group["nodes"]]
    worst = _worst(document, groups)
    height = max(ROW * len(groups), 1.0)
    footer = (
        "Dot: median; thick: to 95 %; thin: to the longest, over nodes and times with a path. "
        "Share: of times and nodes. Marks: the same median and share without a partner, whose own "
        "nodes count as lost."
    )
    figure, top = text_page((*network_words(document), footer), HEAD + height + FOOT)
    bottom = top - HEAD - height
    delays = axes_at(figure, NAME, bottom, LATENCY_WIDTH, height)
    shares = axes_at(figure, SHARE_LEFT, bottom, SHARE_WIDTH, height)
    _draw_delays(delays, groups, worst)
    _draw_shares(shares, groups, worst)
    for axes in (delays, shares):
        axes.set_ylim(len(groups) - 0.5, -0.5)
        axes.grid(axis="x", color="black", alpha=0.14, linewidth=0.4)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
    delays.set_yticks(range(len(groups)), [_label(group) for group in groups])
    shares.set_yticks(range(len(groups)), [""] * len(groups))
    names = [before_loss(document), *(f"without {partner['partner']}" for partner in worst)]
    _draw_legend(figure, top - 0.2, names)
    return figure


def _label(group: Document) -> str:
    return elided(group["group"], 24) + (f"  {group['nodes']:,}" if group["nodes"] > 1 else "")


def _worst(document: Document, groups: Sequence[Document]) -> list[Document]:
    """Return the partners whose loss moves most, the worst first."""
    before = {group["group"]: group for group in groups}

    def harm(partner: Document) -> tuple[float, float]:
        rows = [(row, before[row["group"]]) for row in partner["groups"] if row["group"] in before]
        lost = sum(was["nodes"] * _fall(row, was) for row, was in rows)
        return float(lost), float(sum(was["nodes"] * _rise(row, was) for row, was in rows))

    def noticed(partner: Document) -> bool:
        rows = [(row, before[row["group"]]) for row in partner["groups"] if row["group"] in before]
        return any(_fall(row, was) > NOTICED or _rise(row, was) > NOTICED_MS for row, was in rows)

    moved = [partner for partner in document.get("partners") or () if noticed(partner)]
    return sorted(moved, key=harm, reverse=True)[: len(MARKS)]


def _fall(row: Document, was: Document) -> float:
    return float(was["reachable_share"] - row["reachable_share"])


def _rise(row: Document, was: Document) -> float:
    now, then = row["latency_p50_ms"], was["latency_ms"]["p50"]
    return 0.0 if now is None or then is None else float(now - then)


def _draw_delays(axes: Axes, groups: Sequence[Document], worst: Sequence[Document]) -> None:
    for y, group in enumerate(groups):
        p50, p95, most = (group["latency_ms"][key] for key in ("p50", "p95", "max"))
        if p50 is not None:
            axes.plot([p50, most], [y, y], color="#777777", linewidth=1.0, zorder=3)
            axes.plot([p50, p95], [y, y], color="#777777", linewidth=3.5, zorder=3)
            axes.plot([p50], [y], "o", color=INK, markersize=5.5, zorder=4)
    _mark(axes, groups, worst, "latency_p50_ms", 1.0)
    known = [group["latency_ms"][key] for group in groups for key in ("p50", "max")]
    known = [ms for ms in known if ms]
    if known and max(known) > LOG_RATIO * min(known):
        axes.set_xscale("log")
        ticks = [ms for ms in TICKS_MS if 0.7 * min(known) <= ms <= 1.4 * max(known)]
        axes.set_xticks([], minor=True)
        axes.set_xticks(ticks, [f"{ms:g}" for ms in ticks])
    else:
        axes.set_xlim(left=0.0)
    axes.set_xlabel("one way to the command node [ms]")


def _draw_shares(axes: Axes, groups: Sequence[Document], worst: Sequence[Document]) -> None:
    share = [100.0 * group["reachable_share"] for group in groups]
    axes.plot(share, range(len(groups)), "o", color=INK, markersize=5.5, zorder=4, clip_on=False)
    _mark(axes, groups, worst, "reachable_share", 100.0)
    axes.set_xlim(-2.0, 102.0)
    axes.set_xlabel("with a path [%]")


def _mark(
    axes: Axes, groups: Sequence[Document], worst: Sequence[Document], key: str, unit: float
) -> None:
    """Mark what a loss moves."""
    limits = {"latency_p50_ms": NOTICED_MS, "reachable_share": 100.0 * NOTICED}
    for partner, (colour, marker) in zip(worst, MARKS, strict=False):
        rows = {row["group"]: row for row in partner["groups"]}
        for y, group in enumerate(groups):
            now = rows.get(group["group"], {}).get(key)
            was = group["latency_ms"]["p50"] if key == "latency_p50_ms" else group[key]
            if now is None or was is None or abs(now - was) * unit < limits[key]:
                continue
            (drawn,) = axes.plot([now * unit], [y], marker, color=colour, markersize=5.0, zorder=5)
            drawn.set(markeredgecolor="white", markeredgewidth=0.6, clip_on=False)


def _draw_legend(figure: Figure, y: float, names: Sequence[str]) -> None:
    styles = ((INK, "o"), *MARKS)
    handles = [
        Line2D([], [], marker=m, color=c, label=elided(name), linestyle="", markersize=5.5)
        for name, (c, m) in zip(names, styles, strict=False)
    ]
    legend_at(figure, NAME, y, handles, "center left")
