"""Feed damaged catalogues to the readers: python -m tests.fuzz.fuzz_elements SECONDS [SEED].

Uses atheris where it is installed, random damage otherwise. Whatever is no `InputError`, breaks
a promise of the readers, or takes longer than `MAX_S` is a crash; its bytes are written out.
"""

import gzip
import io
import random
import sys
import time
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

try:
    import atheris
except ModuleNotFoundError:
    atheris = None

if atheris and __name__ == "__main__":
    with atheris.instrument_imports(include=["opendome.elements"]):
        import_module("opendome.elements")

from opendome.elements import catalogue_warnings, read_catalogue, select
from opendome.errors import InputError
from tests._catalogues import FORMS, ISS, omm, tle

MAX_S = 5.0
"""Longest time for one small input, on a busy machine."""

RECORDS = [omm(), omm(OBJECT_NAME="B", NORAD_CAT_ID="123456789"), omm(ECCENTRICITY="2")]
SEEDS = [text.encode() for text in (ISS + tle(number="Z9999") + tle("B", ecc="0600000"), ISS)]
SEEDS += [write(RECORDS).encode() for write in FORMS.values()]

TOKENS = [
    *(bytes([c]) for c in b"[]{},:'<>&=#/-+.eE0129" + b'"' + b"\\"),
    *(b"NaN", b"Infinity", b"null", b"true", b"1e400", b"-1", b"9" * 40, b"\n", b"\r", b"\0"),
    *(b"1 ", b"2 ", b"0 ", b"\n1 25544U", b"\n2 25544", b" " * 70, b"\xff", b"\xef\xbb\xbf"),
    *(
        b"<omm>",
        b"</omm>",
        b"<!DOCTYPE x>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"&#0;",
        b"&lt;",
    ),
    *(b"CCSDS_OMM_VERS = 2.0", b"COMMENT", b"EPOCH", b"2026-02-29", b"T24:00:60", b"[deg]", b'""'),
    *(b"OBJECT_NAME", b"MEAN_MOTION", b"EPHEMERIS_TYPE", b"<html>", b"\x1f\x8b", b"[" * 2000),
    *("\u0663".encode(), "\u2028".encode(), "é".encode("latin-1"), b"_", b"\x1b", b"\x85"),
]


def mutated(base, rng):
    """Return bytes with some damage: cut, doubled, swapped, overwritten, spliced."""
    data = bytearray(base)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + rng.choice([1, 2, 8, 69, 400]))
        match rng.randrange(7):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = data[at:end] * rng.choice([1, 2, 50])
            case 2:
                data[at:end] = rng.choice(TOKENS)
            case 3:
                data[at:at] = rng.choice(TOKENS)
            case 4:
                data[at:end] = bytes(rng.randrange(256) for _ in range(end - at))
            case 5:
                other = rng.choice(SEEDS)
                data[at:end] = other[rng.randrange(len(other)) :][:300]
            case 6:
                del data[at:]
    return gzip.compress(bytes(data), 1) if rng.random() < 0.05 else bytes(data)


def check_bytes(data):
    """Read bytes from standard input and hold the result against what is promised."""
    begin = time.perf_counter()
    catalogue = read(data)
    read(data, strict=True)
    if catalogue:
        check_catalogue(catalogue)
        kept = read(data, keep_decayed=True)
        assert len(kept.elements) >= len(catalogue.elements)
    took_s = time.perf_counter() - begin
    assert took_s < MAX_S, f"took {took_s:.1f} s"


def read(data, **options):
    with patch("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data))):
        try:
            return read_catalogue("-", **options)
        except InputError as error:
            assert_one_line(str(error))
            return None


def assert_one_line(text):
    assert text.isprintable(), text
    assert len(text) < 1000, text


def check_catalogue(catalogue):
    e = catalogue.elements
    assert len(e) + len(catalogue.bad) > 0
    for bad in catalogue.bad:
        assert bad.line > 0
        assert bad.reason
        assert_one_line(bad.name + bad.reason)
    for name in (*e.name, *e.object_id):
        assert_one_line(name)
    values = [e.epoch_jd1, e.epoch_jd2, e.mean_motion_radps, e.ecc, e.inc_rad, e.raan_rad]
    values += [e.argp_rad, e.mean_anomaly_rad, e.bstar_per_re, e.a_m, e.apogee_m]
    assert np.isfinite(values).all()
    assert (e.perigee_m > -10.0).all()
    assert (e.catalog_number >= 0).all()
    assert (np.diff(e.line) >= 0).all()
    for check, text in catalogue_warnings(catalogue, 2_461_274.5, 0.5):
        assert_one_line(check + text)
    try:
        select(e, names="b", altitude_m=(0.0, 1e8), inclination_rad=(0.0, 4.0))
    except InputError as error:
        assert_one_line(str(error))


def fuzz(seconds, seed):
    """Return how many inputs were tried; the one that fails is written out."""
    n_input, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        rng = random.Random(f"{seed} {n_input}")
        data = mutated(rng.choice(SEEDS), rng)
        try:
            check_bytes(data)
        except BaseException:
            Path(f"crash-{seed}-{n_input}").write_bytes(data)
            raise
        n_input += 1
    return n_input


def fuzz_with_atheris(seconds, seed):
    """Let atheris find its way through the code; it ends the process."""
    with TemporaryDirectory() as corpus:
        for k, data in enumerate(SEEDS):
            Path(corpus, f"seed-{k}").write_bytes(data)
        options = [f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=16384", corpus]
        atheris.Setup([sys.argv[0], *options], check_bytes)
        atheris.Fuzz()


if __name__ == "__main__":
    seconds, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if atheris:
        fuzz_with_atheris(seconds, seed)
    else:
        print(f"{fuzz(seconds, seed):,} inputs in {seconds} s, none fails")
