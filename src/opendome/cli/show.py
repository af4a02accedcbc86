"""`opendome show`: a finished run again."""

from __future__ import annotations

from pathlib import Path

import click

from opendome.cli._common import as_json, print_json

__all__ = ["command"]


@click.command("show")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@as_json("the answer")
def command(folder: Path, as_json: bool) -> None:
    """Print the answer of a finished run again.

    Example: opendome show runs/golden-dome-1
    """
    from opendome import api
    from opendome.analysis.summary import summarise

    answer = {**summarise(api.open_result(folder)), "out": str(folder)}
    if as_json:
        print_json(answer)
    else:
        from opendome.views.terminal import print_answer

        print_answer(answer)
