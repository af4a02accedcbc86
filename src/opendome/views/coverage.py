"""The answer of a coverage run as a page of text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from opendome.views.numbers import clock, share_percent
from opendome.views.parts import WIDTH, add_row, count, heading, inset, plain_table

__all__ = ["coverage_text", "map_words", "print_coverage"]

Document = Mapping[str, Any]
BAND_DEG = 15
"""Height of a band of latitude in the profile. [deg]"""
TARGETS = {"booster": "a booster", "body": "a body against space", "ground": "the ground"}
"""What is looked at, in words."""


def print_coverage(document: Document, console: Console | None = None) -> None:
    """Print the answer of a coverage run.

    Parameters
    ----------
    document : mapping
        As `opendome coverage --json` documents.
    console : Console, optional
        Where to; standard output if left out.
    """
    console = console or Console(highlight=False)
    console.print(coverage_text(document), width=min(console.width, WIDTH))


def map_words(document: Document) -> dict[str, Any]:
    """Return title, subtitle and footer of the world map.

    Parameters
    ----------
    document : mapping
        As `opendome coverage --json` documents, with a grid.

    Returns
    -------
    words : dict of str
        As `plot_coverage` takes them.
    """
    fold, grid, target = int(document["fold"]), document["grid"], document["target"]
    eye = _eye(document)
    sees = f"one {eye} sees" if fold == 1 else f"{fold} {eye}s at once see"
    what = TARGETS[target["kind"]] + (
        f" at {target['height_km']:g} km" if target["height_km"] else ""
    )
    return {
        "title": f"At least {sees} {what} {share_percent(_share(grid, fold))} of the time",
        "subtitle": f"{document['scenario']}: {count(document['sensors'], 'satellite')}, "
        f"{document['duration_h']:g} h from {document['epoch_utc']}",
        "footer": f"Seen: {target['seen']}. {grid['points']:,} points of about equal area, "
        f"steps of {document['step_s']:g} s. {document['frames']['note']}",
    }


def coverage_text(document: Document) -> Group:
    """Return the answer of a coverage run as something to print.

    Parameters
    ----------
    document : mapping
        As `opendome coverage --json` documents; areas, grid and partners may be missing.

    Returns
    -------
    page : Group
        Made for 80 columns or more.
    """
    return Group(*_page(document))


def _page(document: Document) -> Iterator[RenderableType]:
    fold = int(document.get("fold") or 1)
    areas, grid = document.get("areas") or (), document.get("grid")
    partners = document.get("partners") or ()
    yield from _headline(document, fold, areas, grid)
    if areas:
        yield from _areas(areas, fold, _eye(document))
        yield from _gaps(areas, fold, _eye(document))
    if grid and grid.get("latitude"):
        yield from _profile(grid["latitude"], fold, _eye(document))
    if partners:
        yield from _partners(partners, fold, _eye(document))
    note = (document.get("frames") or {}).get("note")
    if note:
        yield Text(f"\n{note}", "dim")
    for warning in document.get("warnings") or ():
        yield Text(f"Warning: {warning}", "yellow")


def _headline(
    document: Document, fold: int, areas: Sequence[Document], grid: Document | None
) -> Iterator[Text]:
    target = document["target"]
    what = TARGETS.get(target["kind"], f"a {target['kind']}")
    if target["height_km"]:
        what += f" at {target['height_km']:g} km"
    eye = _eye(document)
    at = "over" if target["kind"] == "ground" else "against"
    yield Text(
        f"{document['scenario']}: {count(document['sensors'], eye)} {at} {what}, "
        f"{document['duration_h']:g} h from {document['epoch_utc']}, "
        f"steps of {document['step_s']:g} s. Seen: {target['seen']}.",
        "dim",
    )
    sees = f"At least one {eye} sees" if fold == 1 else f"At least {fold} {eye}s at once see"
    where = f"\n{sees} the target "
    if areas:
        worst = min(areas, key=lambda area: _share(area, fold))
        gap = max(area["max_gap_s"] for area in areas)
        if len(areas) == 1:
            over = worst["area"]
        elif gap:
            over = f"{worst['area']}, the worst of {len(areas)} areas,"
        else:
            over = f"all {len(areas)} areas"
        longest = f"; the longest gap is {clock(gap)}" if gap else ""
        share = share_percent(_share(worst, fold))
        yield Text(f"{where}over {over} {share} of the time{longest}.", "bold")
        where = "Over "
    if grid:
        share = share_percent(_share(grid, fold))
        over = "the whole grid" if areas else "over the whole grid"
        yield Text(f"{where}{over} {'it is ' if areas else ''}{share}{_extremes(grid, fold)}.")


def _eye(document: Document) -> str:
    """Return what looks: over the ground it may be any satellite."""
    return "satellite" if document["target"]["kind"] == "ground" else "sensor"


def _share(of: Document, fold: int) -> float:
    share = of["fold"].get(str(fold))
    return math.nan if share is None else float(share)


def _extremes(grid: Document, fold: int) -> str:
    """Return where on the grid it is least and most, if that differs."""
    rows = [row for row in grid.get("latitude") or () if not math.isnan(_share(row, fold))]
    if not rows:
        return ""
    least = min(rows, key=lambda row: _share(row, fold))
    most = max(rows, key=lambda row: _share(row, fold))
    if _share(least, fold) == _share(most, fold):
        return " at all latitudes"
    ends = (f"{share_percent(_share(r, fold))} at {_latitude(r['lat_deg'])}" for r in (least, most))
    return f", from {' to '.join(ends)}"


def _latitude(lat_deg: float) -> str:
    side = " N" if lat_deg > 0.0 else " S" if lat_deg < 0.0 else ""
    return f"{abs(lat_deg):.0f} deg{side}"


def _areas(areas: Sequence[Document], fold: int, eye: str) -> Iterator[RenderableType]:
    folds = _shown(areas[0], fold)
    table = plain_table("area", *(f"{k}+" for k in folds), "longest gap", "mean gap")
    for area in areas:
        shares = (share_percent(area["fold"].get(k)) for k in folds)
        add_row(table, area["area"], *shares, _gap(area["max_gap_s"]), _gap(area["mean_gap_s"]))
    fewer = f"no {eye}" if fold == 1 else f"fewer than {fold}"
    yield heading("Launch areas", f"share of the time by {eye}s in view; gaps with {fewer}")
    yield inset(table)


def _shown(of: Document, fold: int) -> list[str]:
    """Return the numbers at once that fit a page: 1, 2, 3, and the one asked for."""
    return [k for k in of["fold"] if int(k) <= 3 or int(k) == fold]


def _gap(gap_s: float | None) -> str:
    return clock(gap_s) if gap_s else "none"


def _gaps(areas: Sequence[Document], fold: int, eye: str) -> Iterator[RenderableType]:
    """Yield a table of the gaps by number of sensors, if there are any."""
    table = plain_table("area", "fewer than", "gaps", "median", "95 %", "longest")
    for area in areas:
        name = area["area"]
        for k in _shown(area, fold):
            gaps = (area.get("gaps") or {}).get(k)
            if gaps and gaps["count"]:
                times = (clock(gaps[key]) for key in ("p50_s", "p95_s", "max_s"))
                add_row(table, name, k, f"{gaps['count']:,}", *times)
                name = ""
    if table.row_count:
        yield heading(
            "Gaps", f"times with fewer {eye}s in view than so many, over all points of an area"
        )
        yield inset(table)


def _profile(latitude: Sequence[Document], fold: int, eye: str) -> Iterator[RenderableType]:
    folds = _shown(latitude[0], fold)
    table = plain_table("latitude", *(f"{k}+" for k in folds))
    for start in range(90 - BAND_DEG, -91, -BAND_DEG):
        end = start + BAND_DEG
        rows = [r for r in latitude if start <= r["lat_deg"] < end + (end == 90)]
        if rows:
            shares = (share_percent(_mean(rows, int(k))) for k in folds)
            low, high = sorted((start, end), key=abs)
            side = "N" if start >= 0 else "S"
            add_row(table, f"{abs(low)} to {abs(high)} {side}", *shares)
    yield heading("By latitude", f"share of the time by {eye}s in view, mean of each band")
    yield inset(table)


def _mean(rows: Sequence[Document], fold: int) -> float | None:
    """Return a mean over rings, each weighed by its length."""
    known = [(math.cos(math.radians(r["lat_deg"])), _share(r, fold)) for r in rows]
    known = [(weight, share) for weight, share in known if not math.isnan(share)]
    total = sum(weight for weight, _ in known)
    return sum(weight * share for weight, share in known) / total if total else None


def _partners(partners: Sequence[Document], fold: int, eye: str) -> Iterator[RenderableType]:
    table = plain_table("partner", f"{eye}s", "in view", "whole grid", "worst area")
    for partner in partners:
        areas = [a for a in partner.get("areas") or () if a["fold_lost"].get(str(fold))]
        hit = max(areas, key=lambda area: area["fold_lost"][str(fold)], default=None)
        in_view = partner.get("grid_in_view_lost")
        add_row(
            table,
            partner["partner"],
            f"{partner['satellites']:,}",
            "-" if in_view is None else f"{-in_view:+.2f}",
            _lost((partner.get("grid_fold_lost") or {}).get(str(fold))),
            f"{_lost(hit['fold_lost'][str(fold)])} {hit['area']}" if hit else "0",
        )
    enough = f"one {eye}" if fold == 1 else f"{fold} {eye}s"
    what = f"change in {eye}s in view, and of the share of {enough} in percentage points"
    yield heading("Without a partner", what)
    yield inset(table)


def _lost(share: float | None) -> str:
    if share is None:
        return "-"
    return f"{-100.0 * share:+.2f}" if abs(share) >= 5e-5 else "0"
