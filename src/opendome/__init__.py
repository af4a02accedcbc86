"""OpenDome: an open end-to-end model of a layered missile-defence shield."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from opendome._version import __version__

if TYPE_CHECKING:
    from opendome.api import Run, check, load, open_result, run

__all__ = ["Run", "__version__", "check", "load", "open_result", "run"]


def __getattr__(name: str) -> object:
    """Import the model on first use only, so that `opendome --help` answers at once."""
    if name in __all__:
        return getattr(import_module("opendome.api"), name)
    raise AttributeError(f"module 'opendome' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
