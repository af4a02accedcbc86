"""OMM as XML, read piece by piece: no tree, no DTD."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from opendome.elements._omm import KEYS, name_of, omm_row
from opendome.elements._rows import Parsed, Unusable, clean
from opendome.elements._source import EXPECTED, Source
from opendome.errors import InputError

__all__ = ["xml_records"]

CHUNK = 65_536
"""Bytes parsed at a time. [-]"""

MAX_TOKEN = 4 * CHUNK
"""Longest tag or comment: the parser holds each as a whole. [-]"""

MAX_NAMES = 1000
"""Most different names of elements and attributes, all of which the parser keeps. [-]"""

MAX_DEPTH = 30
"""Most elements inside each other; an OMM has seven. [-]"""

MAX_TEXT = 1000
"""Longest value. [-]"""


def xml_records(source: Source) -> Iterator[Parsed]:
    """Yield the messages, numbered from 1; XML that breaks off ends with a bad one."""
    reader = _Reader(source.label)
    while True:
        chunk = source.stream.read(CHUNK)
        going_on = reader.feed(chunk)
        yield from reader.done
        reader.done.clear()
        if not (chunk and going_on):
            return


class _Reader:
    """Expat's handlers, and the record under way."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.done: list[Parsed] = []
        self.fields: dict[str, str] | None = None
        self.key, self.text = "", ""
        self.count, self.depth, self.n_fed = 0, 0, 0
        self.names: dict[str, str] = {}
        self.parser = expat.ParserCreate(intern=self.names)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def feed(self, chunk: bytes) -> bool:
        """Parse on, the empty chunk being the end; return whether it can go on."""
        try:
            self.parser.Parse(chunk, not chunk)
        except InputError:
            raise
        except (expat.ExpatError, LookupError, ValueError) as error:  # the latter: its encoding
            if self.fields is None:
                self.count += 1
            reason = Unusable(f"the XML is damaged or cut off here: {clean(str(error))}")
            self.done.append((self.count, name_of(self.fields or {}), reason))
            return False
        self.n_fed += len(chunk)
        if self.n_fed - self.parser.CurrentByteIndex > MAX_TOKEN:
            raise self._refusal(f"a tag, comment or text of more than {MAX_TOKEN:,} bytes")
        if len(self.names) > MAX_NAMES:
            raise self._refusal(f"more than {MAX_NAMES:,} different names")
        return True

    def _refusal(self, found: str) -> InputError:
        return InputError(f"{self.label}: XML with {found}; {EXPECTED}")

    def _doctype(self, *_: object) -> None:
        raise self._refusal("a document type declaration, which no OMM has")

    def _start(self, tag: str, _: object) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._refusal(f"more than {MAX_DEPTH} elements inside each other")
        self.key, self.text = tag.rpartition(":")[2].upper(), ""
        if self.key == "OMM":
            self.count += 1
            self.fields = {}

    def _characters(self, text: str) -> None:
        if self.fields is not None and self.key in KEYS and len(self.text) < MAX_TEXT:
            self.text += text[:MAX_TEXT]

    def _end(self, tag: str) -> None:
        self.depth -= 1
        key = tag.rpartition(":")[2].upper()
        if self.fields is None:
            return
        if key == "OMM":
            try:
                self.done.append((self.count, name_of(self.fields), omm_row(self.fields)))
            except Unusable as reason:
                self.done.append((self.count, name_of(self.fields), reason))
            self.fields = None
        elif key == self.key and key in KEYS:
            self.fields[key] = self.text
