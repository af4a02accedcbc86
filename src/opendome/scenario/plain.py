"""YAML 1.2 text to plain data that knows the line of each entry."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarbool import ScalarBoolean

from opendome.errors import InputError

__all__ = ["Keys", "Plain", "parse_file", "parse_value"]

Keys = tuple[str, ...]
Plain = dict[str, Any] | list[Any] | str | float | bool | None

MAX_DEPTH = 20
"""Levels; the schema has 6. [-]"""
MAX_VALUES = 100_000
"""Values after aliases are filled in: a few lines of YAML can stand for billions. [-]"""
EXACT = 2.0**53
"""Below this each whole float is one integer. [-]"""

_PROBLEMS = (
    (r"'\\t'", "a tab; YAML is indented with spaces"),
    (r"could not find expected ':'", "expected 'field: value'"),
    (r"mapping values are not allowed here", "a second ': ' in one line; quote the text"),
    (r"'<stream end>'", "what is opened here is never closed"),
    (r"expected <block end>", "this line does not line up with those above it"),
    (r"another document", "a second document begins here; a file has one scenario"),
)
"""What the parser says, and what a user is told."""


class _Constructor(RoundTripConstructor):
    """Dates stay text, as written, and a number that cannot be read has a line."""

    def number(self, node: ScalarNode) -> int:
        """Read a whole number, which Python limits to 4300 digits."""
        try:
            return self.construct_yaml_int(node)
        except ValueError:
            raise ConstructorError(None, None, "a number too long", node.start_mark) from None


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_str)
_Constructor.add_constructor("tag:yaml.org,2002:int", _Constructor.number)


@dataclass
class _Plain:
    """Turn ruamel's nodes into plain Python, noting the line of every mapping entry."""

    label: str
    lines: dict[Keys, str] = field(default_factory=dict)
    n_value: int = 0

    def value(self, node: object, keys: Keys) -> Plain:
        self.n_value += 1
        if len(keys) > MAX_DEPTH or self.n_value > MAX_VALUES:
            self._refuse(keys, "nested too deeply, or aliases repeat too much")
        if type(node) is CommentedMap and not node.tag.value:
            return self.mapping(node, keys)
        if type(node) is CommentedSeq and not node.tag.value:
            return [self.value(v, (*keys, str(i))) for i, v in enumerate(node)]
        if isinstance(node, bool | ScalarBoolean):
            return bool(node)
        if isinstance(node, float):
            whole = abs(node) < EXACT and float(node).is_integer()
            return int(node) if whole else float(node)  # so that 1e3 can be a count
        for kind in (int, str):
            if isinstance(node, kind):
                return kind(node)
        if node is not None:
            self._refuse(keys, "YAML tags (!...) are not used in scenarios")
        return None

    def mapping(self, node: CommentedMap, keys: Keys) -> dict[str, Any]:
        for key, (line, *_) in (node.lc.data or {}).items():
            self.lines[(*keys, str(key))] = f"{self.label}:{line + 1}"
        for key in node:
            here = (*keys, str(key))
            if not isinstance(key, str) or not key.strip():
                quoted = (
                    f": write '{str(key).lower()}' in quotes"
                    if isinstance(key, int | float)
                    else ""
                )
                self._refuse(here, f"a name is text{quoted}")
            if "." in key and keys != ("overrides",):
                self._refuse(here, "a name has no dot; dotted paths stand under 'overrides'")
        return {str(key): self.value(value, (*keys, str(key))) for key, value in node.items()}

    def _refuse(self, keys: Keys, text: str) -> None:
        known = (self.lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.lines)
        place = next(known, self.label)
        raise InputError(f"{place}: {'.'.join(keys[:MAX_DEPTH])}: {text}" if keys else text)


def parse_file(text: str, label: str) -> tuple[dict[str, Any], dict[Keys, str]]:
    """Return the plain data of a scenario file, and "file:line" of each entry.

    Raises
    ------
    InputError
        If the text is empty, no YAML, or no mapping; the line names the file and line.
    """
    tree = _load(text, label)
    if tree is None:
        raise InputError(f"{label}: the file is empty; see 'opendome new'")
    if not isinstance(tree, CommentedMap):
        raise InputError(f"{label}:1: expected 'field: value' pairs; see 'opendome new'")
    plain = _Plain(label)
    return plain.mapping(tree, ()), plain.lines


def parse_value(text: str, where: str) -> Plain:
    """Return the right-hand side of an override, read as YAML 1.2."""
    return _Plain(where).value(_load(text, where, f"'{text}' is not a YAML value"), ())


def _load(text: str, label: str, instead: str = "") -> object:
    """Parse, and say in one line what is wrong and where; `instead` replaces the parser's words."""
    directive = re.search(r"^%", text, re.MULTILINE)
    try:
        if directive:
            raise ReaderError("", directive.start(), "%", "", "directives such as %YAML")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            yaml = YAML(typ="rt", pure=True)
            yaml.Constructor = _Constructor
            return yaml.load(StringIO(text))
    except MarkedYAMLError as error:
        line, problem = _told(error)
    except ReaderError as error:
        line, problem = text[: error.position].count("\n") + 1, f"{error.reason} are not used"
        if not directive:
            problem = f"control character {error.character:#04x}"
    except RecursionError:
        line, problem = 1, "nested too deeply"
    except YAMLError as error:
        line, problem = 1, str(error)
    raise InputError(f"{label}: {instead}" if instead else f"{label}:{line}: not YAML: {problem}")


def _told(error: MarkedYAMLError) -> tuple[int, str]:
    """Return the line to look at and what is wrong with it, in a user's words."""
    problem, mark = str(error.problem), error.problem_mark
    if isinstance(error, DuplicateKeyError):
        found = re.search(r'key "(.*?)" with', problem)
        problem = f"'{found.group(1) if found else ''}' stands twice in one place"
    for pattern, told in _PROBLEMS:
        if re.search(pattern, problem):
            problem = told
            # The parser notices at the next line, or at the end, what began before.
            if "opened" in told or told.startswith("expected"):
                mark = error.context_mark or mark
    return (mark.line + 1 if mark else 1), problem.splitlines()[0]
