"""What every file of the package keeps to: names, units, sizes, exports, a light import."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "opendome"
FILES = sorted(SOURCE.rglob("*.py"))

KERNEL_ROOMS = (
    "cost",
    "engagement",
    "frames",
    "geometry",
    "network",
    "orbits",
    "partners",
    "sensing",
    "threats",
    "tracking",
    "twobody",
)
"""Rooms that take numbers and arrays only; a room of the list may be still to come."""

UNITS = (
    "1_per_s",
    "bits",
    "bps",
    "db",
    "dbw",
    "hz",
    "kg",
    "kg_per_m3",
    "m",
    "m2",
    "m2_per_kg",
    "m2ps3",
    "mps",
    "mps2",
    "mps3",
    "musd",
    "musd_per_y",
    "per_s",
    "rad",
    "radps",
    "s",
    "sfu",
    "usd_per_kg",
    "w",
    "y",
)
"""Suffixes that name a unit."""

NO_UNIT_PREFIXES = ("p_", "n_", "u_", "up_", "rot_")
"""Probability, count, unit vector, unit vector upward, rotation."""

NAMED = {
    "accel_psd_coast": "power density of acceleration, m2/s3",
    "ap": "planetary index of geomagnetic activity",
    "beyond": "yes or no, as a number",
    "cos_regard": "cosine",
    "cos_sun": "cosine",
    "ecc": "eccentricity",
    "gap": "difference over the smaller of two values",
    "index": "refractive index",
    "information": "inverse of a covariance and its rate, 1/m2 and 1/m2/s",
    "jd1": "Julian date, first part, in days by definition",
    "jd2": "Julian date, second part, in days by definition",
    "launch_learning_rate": "ratio of costs",
    "learning_rate": "ratio of costs",
    "limit": "one row of limits of a view, each in the unit of its field",
    "out": "array to be filled, in the unit of the result",
    "phasing": "Walker's phasing number",
    "price": "what a unit of capacity of a link is worth",
    "rate": "ratio of costs",
    "ratio": "ratio of areas",
    "scale": "multiple of what is asked for",
    "scale_bound": "multiple of what is asked for",
    "share": "part of one",
    "sin_mask": "sine",
    "size_scv": "squared coefficient of variation",
    "stretch": "ratio of lengths",
    "terms": "coefficients of SGP4, in Earth radii and minutes",
    "traces": "six traces of covariance blocks, m2 to m2/s4",
    "u": "uniform draws, 0 to 1",
    "unit_learning_rate": "ratio of costs",
    "up": "unit vector",
    "value": "worth of an aim point, in any unit",
    "weight": "share of an area",
}
"""Parameters and fields without a suffix, each with what it is."""

MAX_FUNCTION_LINES = 40
LONG_FUNCTIONS: dict[str, str] = {
    "tracking.py:_predict": "fused kernel: both matrix products over one scratch, none allocated",
    "tracking.py:_track": "fused kernel: one pass over the steps around one covariance",
}
"""`file.py:function` that may be longer, each with its reason."""

MAX_FILE_LINES = 400
LONG_FILES: dict[str, str] = {}
"""Files that may be longer, each with its reason."""


def relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_files(room: str) -> list[Path]:
    return [p for p in FILES if relative(p).removesuffix(".py").split("/")[0] == room]


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def docstring_lines(node: ast.AST) -> int:
    text = ast.get_docstring(node, clean=False)
    return text.count("\n") + 1 if text is not None else 0


# Sizes ------------------------------------------------------------------------------------


def function_sizes(path: Path) -> dict[str, int]:
    """Lines of each function without its docstring and decorators."""
    return {
        f"{relative(path)}:{f.name}": f.end_lineno - f.lineno + 1 - docstring_lines(f)
        for f in functions(tree_of(path))
    }


def file_size(path: Path) -> int:
    """Lines of a file without docstrings, those under fields and constants included."""
    text = path.read_text(encoding="utf-8")
    strings = [n for n in ast.walk(ast.parse(text)) if is_string(n)]
    return len(text.splitlines()) - sum(n.end_lineno - n.lineno + 1 for n in strings)


def is_string(node: ast.AST) -> bool:
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return constant and isinstance(node.value.value, str)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_functions_and_files_are_short(path):
    long = {name: n for name, n in function_sizes(path).items() if n > MAX_FUNCTION_LINES}
    assert {name: n for name, n in long.items() if name not in LONG_FUNCTIONS} == {}
    assert file_size(path) <= MAX_FILE_LINES or relative(path) in LONG_FILES


def test_exceptions_to_the_sizes_are_still_needed():
    sizes = {name: n for path in FILES for name, n in function_sizes(path).items()}
    assert [f for f in LONG_FUNCTIONS if sizes.get(f, 0) <= MAX_FUNCTION_LINES] == []
    assert [f for f in LONG_FILES if file_size(SOURCE / f) <= MAX_FILE_LINES] == []


# Exports ----------------------------------------------------------------------------------


def defined_names(path: Path) -> tuple[set[str], set[str], set[str]]:
    """Public functions and classes, assigned names, and what a package takes from within."""
    defined, assigned, taken = set(), set(), set()
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            assigned |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        elif is_from_within(node, path):
            taken |= {alias.asname or alias.name for alias in node.names}
    return tuple(
        {name for name in names if not name.startswith("_")} for names in (defined, assigned, taken)
    )


def is_from_within(node: ast.AST, path: Path) -> bool:
    if path.name != "__init__.py" or not isinstance(node, ast.ImportFrom):
        return False
    return (node.module or "").startswith(f"{module_name(path)}.")


def export_order(name: str) -> tuple[int, list[tuple[int, int | str]]]:
    """Constants, then classes, then the rest; numbers inside a name by value."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    parts = [p for p in re.split(r"(\d+)", name) if p]
    return kind, [(0, int(p)) if p.isdigit() else (1, p) for p in parts]


def imported_elsewhere(path: Path) -> set[str]:
    """Names that other modules of the package take from this one."""
    name = module_name(path)
    return {
        alias.name
        for other in FILES
        if other != path
        for node in ast.walk(tree_of(other))
        if isinstance(node, ast.ImportFrom) and node.module == name
        for alias in node.names
        if not alias.name.startswith("_")
    }


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_all_is_complete_and_sorted(path):
    functions_and_classes, assigned, _ = defined_names(path)
    if path.name == "__main__.py":  # importing it would run it
        assert functions_and_classes == set()
        return
    module = importlib.import_module(module_name(path))
    exported = list(getattr(module, "__all__", []))
    # A constant or an alias that no other module takes is the module's own. What a package
    # takes from within without using it must be in __all__ too: ruff's F401 sees to that.
    needed = functions_and_classes | (assigned & imported_elsewhere(path))
    assert needed - set(exported) == set(), "public, but not in __all__"
    assert [name for name in exported if not hasattr(module, name)] == []
    assert exported == sorted(set(exported), key=export_order)


# Units ------------------------------------------------------------------------------------


def is_float(annotation: ast.expr | None) -> bool:
    """Whether a parameter or field is a float or an array of floats."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    nodes = ast.walk(annotation) if annotation else ()
    names = {getattr(n, "id", getattr(n, "attr", "")) for n in nodes}
    return bool(names & {"float", "Floats", "float64"})


def has_unit(name: str) -> bool:
    known = any(name == unit or name.endswith(f"_{unit}") for unit in UNITS)
    return known or name.startswith(NO_UNIT_PREFIXES) or name in NAMED


def parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [a.arg for a in every if is_float(a.annotation)]


def documented_units(function: ast.FunctionDef) -> dict[str, bool]:
    """Each parameter of the numpydoc section -> whether its text ends in `[unit]`."""
    text = ast.get_docstring(function) or ""
    found = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)", text, re.M | re.S)
    units = {}
    for entry in re.split(r"\n(?=\S)", found.group(1).strip() if found else ""):
        head, _, description = entry.partition("\n")
        for name in head.partition(" :")[0].split(","):
            units[name.strip()] = bool(re.search(r"\[[^\[\]\n]+\]$", description.rstrip()))
    return units


def public(path: Path, kind: type) -> list:
    """Public functions or classes; of a private module those that its package takes."""
    nodes = [n for n in tree_of(path).body if type(n) is kind and not n.name.startswith("_")]
    if not path.name.startswith("_") or path.name == "__init__.py":
        return nodes
    _, _, taken = defined_names(path.with_name("__init__.py"))
    return [n for n in nodes if n.name in taken]


KERNEL_FILES = [path for room in KERNEL_ROOMS for path in room_files(room)]


@pytest.mark.parametrize("path", KERNEL_FILES, ids=relative)
def test_float_parameters_and_fields_name_their_unit(path):
    names = {
        f"{f.name}({name})": name for f in public(path, ast.FunctionDef) for name in parameters(f)
    }
    names |= {
        f"{c.name}.{field.target.id}": field.target.id
        for c in public(path, ast.ClassDef)
        for field in c.body
        if isinstance(field, ast.AnnAssign) and is_float(field.annotation)
    }
    assert [where for where, name in names.items() if not has_unit(name)] == []


@pytest.mark.parametrize("path", KERNEL_FILES, ids=relative)
def test_docstrings_give_the_unit_of_float_parameters(path):
    missing = [
        f"{f.name}({name})"
        for f in public(path, ast.FunctionDef)
        for name in parameters(f)
        if not documented_units(f).get(name, False)
    ]
    assert missing == []


SAMPLE = '''
def f(a_m: float, b: Floats | None, c_m: "Floats", n: int):
    """Do.

    Parameters
    ----------
    a_m, b : float
        One. [m]
    c_m : float
        Two
        [m] and more.
    n : int
        Three.

    Returns
    -------
    d_m : float
        Four. [m]
    """
'''


def test_the_checks_of_units_see_what_they_look_for():
    function = ast.parse(SAMPLE).body[0]
    assert parameters(function) == ["a_m", "b", "c_m"]
    assert documented_units(function) == {"a_m": True, "b": True, "c_m": False, "n": False}
    assert [has_unit(name) for name in ("a_m", "b", "range_km", "p_kill")] == [1, 0, 0, 1]


# Imports ----------------------------------------------------------------------------------


def test_import_contracts_name_every_kernel_room():
    there = {f"opendome.{room}" for room in KERNEL_ROOMS if room_files(room)}
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = {contract["id"]: contract for contract in tool["importlinter"]["contracts"]}
    assert there <= set(contracts["kernels-take-arrays"]["source_modules"])
    assert there <= set(contracts["views-run-no-physics"]["forbidden_modules"])
    assert there <= set(contracts["work-starts-at-the-api"]["forbidden_modules"])


@pytest.mark.parametrize(
    "statement",
    ["import opendome", "import opendome.cli; opendome.cli.main(['--help'])"],
    ids=["import", "help"],
)
def test_the_package_and_its_help_load_no_heavy_library(statement):
    code = f"""
import sys
sys.argv = ["opendome", "--help"]
try:
    {statement}
except SystemExit as end:
    assert not end.code, end.code
print("loaded:", sorted({{"matplotlib", "numba", "scipy"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded: []"
