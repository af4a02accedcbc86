"""Write docs/validation.md from the rows that the tests keep."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ._agree import Row
from ._cases import CLASSES, authority_of, class_of

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"

INTRO = """# Validation

Values that others published or computed, beside ours. Made by the tests themselves:

```sh
pytest tests/validation --write-validation
```

Each section is a file of `tests/validation/cases`, which holds their values and what they are
compared at; the test asserts that the error stays within the tolerance. A tolerance is the last
digit printed, or what the model leaves out, named in the test. "Range" is a published range or
limit rather than a value, "exact" a count, a path or words that have to be the same. Where ours
and theirs are many values, the error is the largest. An error far below the tolerance is given as
a bound.

{n_row} comparisons in {n_topic} files, by the class of the authority:

| class | files | comparisons | theirs are |
|---|---|---|---|
{classes}
"""

MEANING = {
    "analytic limit": "closed forms and limits, or their numerical integration",
    "other tool": "results of another program, or computed apart from this code",
    "paper": "printed: papers, books, official statements, announced flights",
    "standard": "test vectors that come with a standard or a reference implementation",
}
HEAD = "| case | quantity | theirs | ours | error | tolerance |\n|---|---|---|---|---|---|\n"


def render(rows: list[Row]) -> str:
    """Return the page: topics by name, rows in the order of the tests."""
    topics = sorted({row.topic for row in rows})
    files = Counter(class_of(topic) for topic in topics)
    comparisons = Counter(class_of(row.topic) for row in rows)
    classes = "\n".join(
        f"| {name} | {files[name]} | {comparisons[name]} | {MEANING[name]} |" for name in CLASSES
    )
    intro = INTRO.format(n_row=len(rows), n_topic=len(topics), classes=classes)
    return "\n".join([intro, *(_section(topic, rows) for topic in topics)])


def _section(topic: str, rows: list[Row]) -> str:
    own = [row for row in rows if row.topic == topic]
    first = list(dict.fromkeys(row.case for row in own))
    own.sort(key=lambda row: first.index(row.case))  # what is told of one case stands together
    lines = "".join(f"| {' | '.join(_escape(cell) for cell in row[1:])} |\n" for row in own)
    authority = _escape(authority_of(topic).removeprefix(class_of(topic)).lstrip(", "))
    return f"## {topic}\n\nClass: {class_of(topic)}. Authority: {authority}\n\n{HEAD}{lines}"


def _escape(text: str) -> str:
    for mark in "\\*_|":
        text = text.replace(mark, f"\\{mark}")
    return text


def listed(page: str) -> set[tuple[str, str, str]]:
    """Return the topic, case and quantity of each row of a page."""
    names, topic = set(), ""
    for line in page.splitlines():
        if line.startswith("## "):
            topic = line[3:]
        elif topic and line.startswith("| ") and not line.startswith("| case |"):
            case, quantity = line.split(" | ")[:2]
            names.add((topic, case[2:], quantity))
    return names
