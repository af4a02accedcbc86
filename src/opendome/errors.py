"""What a user is told in one line."""

from __future__ import annotations

__all__ = ["InputError", "nearest"]

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Input that cannot be used: one line that says what, where, and what would be right."""

    def __init__(self, text: str, path: tuple[str, ...] = ()) -> None:
        # A name or a value from a file may hold line breaks; the message stays one line.
        self.text = " ".join(text.splitlines())
        self.path = path
        super().__init__(f"{'.'.join(path)}: {self.text}" if path else self.text)


def nearest(word: str, known: Iterable[str], limit: int = 12) -> str:
    """Return a hint that names the closest known words, or lists the allowed ones.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        What would have been right.
    limit : int
        Longest list shown when nothing is close. [-]

    Returns
    -------
    hint : str
        "did you mean ...?" or "allowed: ...".
    """
    names = sorted(known)
    # Few letters are alike by chance: "acme" shares three with "spacex".
    close = get_close_matches(word, names, n=2, cutoff=0.6 if len(word) > 6 else 0.7)
    if not close and len(word) > 2:
        close = [name for name in names if word in name][:2]
    if close:
        return "did you mean " + " or ".join(f"'{name}'" for name in close) + "?"
    shown = ", ".join(names[:limit]) + (", ..." if len(names) > limit else "")
    return f"allowed: {shown or '(nothing)'}"
