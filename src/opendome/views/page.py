"""Pages with a picture: its style, the texts around it, and the file that it becomes."""

from __future__ import annotations

import io
import os
import textwrap
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from opendome.errors import InputError
from opendome.views.labels import INK, clean
from opendome.views.panels import DPI, LEFT, PAGE_WIDTH

__all__ = ["legend_at", "refuse_unmakeable", "save_picture", "text_page"]

METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Suffixes of pictures, and what is left out of each so that equal input gives equal bytes."""
STYLE: dict[Any, Any] = {
    "axes.edgecolor": "#666666",
    "axes.labelcolor": "#333333",
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.6,
    "font.size": 8.5,
    "legend.fontsize": 8.0,
    "svg.hashsalt": "opendome",
    "text.color": INK,
    "text.parse_math": False,  # a name may hold two dollar signs
    "xtick.color": "#444444",
    "xtick.labelsize": 8.0,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": "#444444",
    "ytick.labelsize": 8.0,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}
"""Settings of Matplotlib against its defaults; those of the user are left out."""
TITLE = (14.0, "bold", INK)
SUBTITLE = (9.5, "normal", "#444444")
FOOTER = (7.5, "normal", "#666666")
"""Size in points, weight and colour of the texts."""
LEADING = 1.3
"""Distance of lines of text. [sizes]"""
MOST_LINES = 6
"""Lines of a text that are shown; no answer has as many. [-]"""


def refuse_unmakeable(path: Path) -> None:
    """Complain, before the work for it, about a picture that cannot be made there."""
    if path.suffix.lower() not in METADATA:
        raise InputError(f"plot {path}: the name should end in {', '.join(METADATA)}")
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError(f"plot {path}: no file can be made there; name one in a writable folder")


def save_picture(path: Path, draw: Callable[[], Figure]) -> None:
    """Draw in the style of all pictures, and write the file whole or not at all.

    Parameters
    ----------
    path : Path
        Its ending is the form; what is there is replaced.
    draw : callable
        Returns the figure.
    """
    suffix = path.suffix.lower()
    with rc_context(), warnings.catch_warnings():
        rcdefaults()
        rcParams.update(STYLE)
        # A letter that the font lacks is shown as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        picture = io.BytesIO()
        draw().savefig(picture, format=suffix[1:], dpi=DPI, metadata=METADATA[suffix])
    _write_whole(path, picture.getvalue())


def _write_whole(path: Path, content: bytes) -> None:
    hidden = path.with_name(f".opendome-{os.getpid()}{path.suffix}.tmp")
    try:
        hidden.write_bytes(content)
        hidden.replace(path)
    except OSError as error:
        raise InputError(f"plot {path}: cannot be written: {error.strerror}") from None
    finally:
        hidden.unlink(missing_ok=True)


def text_page(texts: Sequence[str], content: float) -> tuple[Figure, float]:
    """Return a page as high as what is on it, and where its content starts.

    Parameters
    ----------
    texts : sequence of str
        Title, subtitle and footer.
    content : float
        Height of what stands between. [inch]

    Returns
    -------
    figure : Figure
        With the texts.
    top : float
        Height of the content's upper edge. [inch]
    """
    figure = Figure(figsize=(PAGE_WIDTH, 1.0), dpi=DPI)  # texts are measured at this size
    canvas = FigureCanvasAgg(figure)
    styles = (TITLE, SUBTITLE, FOOTER)
    lines = [_lines(canvas, clean(t), *style[:2]) for t, style in zip(texts, styles, strict=True)]
    rooms = [len(own) * LEADING * style[0] / 72 for own, style in zip(lines, styles, strict=True)]
    height = 0.5 + sum(rooms) + content
    figure.set_figheight(height)
    top = height - 0.15
    for i in (0, 1):
        _write(figure, top, lines[i], *styles[i])
        top -= rooms[i] + 0.04
    _write(figure, rooms[2] + 0.12, lines[2], *FOOTER)
    return figure, top - 0.06


def _lines(canvas: FigureCanvasAgg, text: str, size: float, weight: str) -> list[str]:
    """Return a text as lines that fit on the page."""
    room = (PAGE_WIDTH - 1.5 * LEFT) * DPI
    probe = canvas.figure.text(0.0, 0.0, "", size=size, weight=weight)
    letters, fits = 220, False
    while not fits:
        lines = textwrap.wrap(text, letters, max_lines=MOST_LINES, placeholder=" …")
        probe.set_text("\n".join(lines))
        fits = not lines or letters < 20 or probe.get_window_extent().width <= room
        letters -= 4
    probe.remove()
    return lines


def _write(
    figure: Figure, top: float, lines: Sequence[str], size: float, weight: str, colour: str
) -> None:
    place = (LEFT / PAGE_WIDTH, top / figure.get_figheight())
    text = figure.text(*place, "\n".join(lines), size=size, weight=weight, color=colour)
    text.set(va="top", linespacing=LEADING)


def legend_at(
    figure: Figure,
    x: float,
    y: float,
    handles: Sequence[Line2D],
    where: Literal["center", "center left", "center right"],
) -> None:
    """Write a legend in one row at a place of the page, in inches."""
    figure.legend(
        handles=handles,
        loc=where,
        bbox_to_anchor=(x / PAGE_WIDTH, y / figure.get_figheight()),
        ncols=len(handles),
        frameon=False,
        handletextpad=0.4,
        columnspacing=1.4,
        borderpad=0.0,
        borderaxespad=0.0,
    )
