"""A file or standard input -> text, unpacked, with its form told by what is in it."""

from __future__ import annotations

import io
import os
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any, Protocol

from opendome.elements._rows import clean
from opendome.elements._tle import TLE_LINE
from opendome.errors import InputError

__all__ = ["EXPECTED", "Source", "numbered_lines", "open_source"]

HEAD_BYTES = 65_536
"""What is looked at to tell the form. [-]"""

MAX_BYTES = 4 * 2**30
"""Most unpacked bytes read; a catalogue of a million records as XML has fewer. [-]"""

MAX_LINES = 40_000_000
"""Most lines read; a million records as KVN have fewer. [-]"""

MAX_LINE = 4096
"""Longest line of a TLE, CSV or KVN file. [-]"""

EXPECTED = "expected TLE lines, or CCSDS OMM as JSON, XML, CSV or KVN"

_MAGIC = {
    b"\x1f\x8b": "gzip inside gzip",
    b"PK\x03\x04": "a zip archive",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"SQLite": "an SQLite database",
    b"\xff\xfe": "UTF-16 text, not UTF-8",
    b"\xfe\xff": "UTF-16 text, not UTF-8",
}
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")  # text may hold DOS's end and colours
_JSON = re.compile(r"[\[\s]*(?:\{|\]|$)")
_HTML = re.compile(r"<!doctype html|<html\b", re.IGNORECASE)
_XML_OMM = re.compile(r"<(?:\w+:)?(?:ndm|omm)\b", re.IGNORECASE)
_CCSDS = re.compile(r"^[ \t]*CCSDS_([A-Z]{3})_VERS[ \t]*=", re.IGNORECASE | re.MULTILINE)
_KVN = re.compile(r"^[ \t]*(?:OBJECT_NAME|EPOCH|MEAN_MOTION)[ \t]*=", re.IGNORECASE | re.MULTILINE)


class _Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes."""


@dataclass(frozen=True, slots=True)
class Source:
    """An open catalogue: how it is called in messages, its form, its bytes."""

    label: str
    form: str
    stream: io.BufferedReader[Any]

    def text(self) -> io.TextIOWrapper:
        """Return the bytes as text with newlines of one kind; what is no UTF-8 is replaced."""
        return io.TextIOWrapper(self.stream, encoding="utf-8-sig", errors="replace")


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes have been read already; it says in one line why it fails."""

    def __init__(self, label: str, head: bytes, rest: _Stream) -> None:
        self.label, self.head, self.rest, self.n_read = label, head, rest, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  (as typeshed has it)
        view = memoryview(buffer)
        if self.head:
            part, self.head = self.head[: len(view)], self.head[len(view) :]
        else:
            part = _read(self.label, self.rest, len(view))
        view[: len(part)] = part
        self.n_read += len(part)
        if self.n_read > MAX_BYTES:
            raise InputError(_too_large(self.label, f"{MAX_BYTES // 2**20:,} MiB"))
        return len(part)


@contextmanager
def open_source(path: str | Path) -> Iterator[Source]:
    """Open a path, or standard input for "-", and tell its form.

    Raises
    ------
    InputError
        If it cannot be opened or is no catalogue, saying what it is instead.
    """
    label = "standard input" if str(path) == "-" else clean(str(path), 300)
    with _opened(path, label) as raw:
        head = _head(label, raw)
        stream = io.BufferedReader(_Rejoined(label, head, raw))
        if head.startswith(b"\x1f\x8b"):
            unpacked = GzipFile(fileobj=stream)
            head = _head(label, unpacked)
            stream = io.BufferedReader(_Rejoined(label, head, unpacked))
        form = _form(label, head)
        _check_size(label, raw)
        yield Source(label, form, stream)


def numbered_lines(source: Source) -> Iterator[tuple[int, str]]:
    """Yield each line with its number; a line too long for a catalogue ends the reading."""
    text = source.text()
    at = 0
    while line := text.readline(MAX_LINE + 1):
        at += 1
        if at > MAX_LINES:
            raise InputError(_too_large(source.label, f"{MAX_LINES:,} lines"))
        if len(line) > MAX_LINE:
            raise InputError(
                f"{source.label}: line {at} has more than {MAX_LINE:,} characters; {EXPECTED}"
            )
        yield at, line


@contextmanager
def _opened(path: str | Path, label: str) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        stream = getattr(sys.stdin, "buffer", None)
        if stream is None:
            raise InputError(f"{label}: there is none; give a file")
        yield stream
        return
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(Path(path).open("rb"))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(f"{label}: {reason}; give a catalogue file, or - for stdin") from None
        yield raw


def _read(label: str, stream: _Stream, size: int) -> bytes:
    try:
        return stream.read(size) or b""
    except (EOFError, zlib.error) as error:
        raise InputError(f"{label}: the gzip data are cut off or damaged ({error})") from None
    except OSError as error:
        raise InputError(f"{label}: cannot be read: {error.strerror or error}") from None


def _head(label: str, stream: _Stream) -> bytes:
    """Return the first bytes; a pipe may give fewer at a time."""
    head = b""
    while len(head) < HEAD_BYTES and (part := _read(label, stream, HEAD_BYTES - len(head))):
        head += part
    return head


def _check_size(label: str, raw: IO[bytes]) -> None:
    """Refuse a file that is too large as it lies there, rather than after minutes."""
    with suppress(OSError):  # what is no file has no size
        if os.fstat(raw.fileno()).st_size > MAX_BYTES:
            raise InputError(_too_large(label, f"{MAX_BYTES // 2**20:,} MiB"))


def _too_large(label: str, limit: str) -> str:
    return f"{label}: more than {limit}; a catalogue has a thousandth of that"


def _form(label: str, head: bytes) -> str:
    """Return the form of a file that begins so, or say what it is instead."""
    for magic, found in _MAGIC.items():
        if head.startswith(magic):
            raise InputError(f"{label}: {found}; {EXPECTED}, plain or as gzip")
    if _BINARY.search(head):
        raise InputError(f"{label}: binary data; {EXPECTED}, plain or as gzip")
    text = "\n".join(head.decode("utf-8-sig", errors="replace").splitlines()).lstrip()
    if not text:
        found = "nothing but blanks" if head else "the file is empty"
        raise InputError(f"{label}: {found}; {EXPECTED}")
    if _JSON.match(text):
        return "omm-json"
    if text[0] == "<":
        return _markup(label, text)
    return _plain(label, text)


def _markup(label: str, text: str) -> str:
    if _HTML.search(text):
        raise InputError(
            f"{label}: an HTML page, as servers send with an error; open it in a browser to see "
            f"what it says; {EXPECTED}"
        )
    if not _XML_OMM.search(text):
        raise InputError(f"{label}: XML that holds no <omm>; {EXPECTED}")
    return "omm-xml"


def _plain(label: str, text: str) -> str:
    if (message := _CCSDS.search(text)) and message[1].upper() != "OMM":
        raise InputError(f"{label}: a CCSDS {message[1].upper()} message; {EXPECTED}")
    if message or _KVN.search(text):
        return "omm-kvn"
    lines = text.splitlines()
    columns = {column.strip(' "') for column in lines[0].upper().split(",")}
    if {"EPOCH", "MEAN_MOTION"} <= columns:
        return "omm-csv"
    if any(TLE_LINE.match(line) for line in lines):
        return "tle"
    raise InputError(f"{label}: text that begins '{clean(lines[0], 60)}'; {EXPECTED}")
